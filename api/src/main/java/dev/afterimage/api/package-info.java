/**
 * What an application calls: open a store, begin a transaction, read and write pages, commit.
 *
 * <pre>{@code
 * try (PageStore store = PageStores.open(StoreConfig.at(Path.of("ledger")).strategy("postgres-style").build())) {
 *     store.transact(transaction -> {
 *         try (WritablePage page = transaction.write(store.rootPageId())) {
 *             page.putLong(0, page.getLong(0) + 1);
 *         }
 *     });
 * }
 * }</pre>
 *
 * <p>A reader of one moment that neither waits for writers nor holds them up begins with {@link dev.afterimage.api.TransactionOptions#readOnlySnapshot()}, where the strategy can do that.
 *
 * <p>Transactions are serializable by strict page-level locking; deadlocks are found and one transaction is told to retry. Every exception
 * thrown here is a {@link dev.afterimage.api.StoreException}, an {@link IllegalArgumentException}, or an {@link IndexOutOfBoundsException}.
 */
@NullMarked
package dev.afterimage.api;

import org.jspecify.annotations.NullMarked;
