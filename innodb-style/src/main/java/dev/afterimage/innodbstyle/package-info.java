/** What InnoDB does for atomicity and durability, at page level: a circular redo log of mini-transactions, undo pages in rollback segments, a doublewrite buffer. */
@NullMarked
package dev.afterimage.innodbstyle;

import org.jspecify.annotations.NullMarked;
