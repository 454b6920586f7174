package dev.afterimage.cli.comparison;

import java.util.BitSet;
import java.util.function.IntConsumer;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.StoreConfig;

/** The work of a process that is going to be killed: transfers without end, skipping those that an earlier process completed. */
public final class EndlessTransfers {
    private EndlessTransfers() {
    }

    /** Opens a store that holds a ledger, and makes transfers on all its lanes until the process dies. */
    public static void run(String location, String strategy, PaymentOrders orders, Durability durability, IntConsumer acknowledged) {
        StoreConfig config = StoreConfig.at(location).strategy(strategy).openMode(StoreConfig.OpenMode.OPEN).build();
        try (PageStore store = PageStores.open(config)) {
            Ledger ledger = Ledger.open(store);
            BitSet done = LedgerAudit.of(ledger).applied();
            new TransferThreads(ledger, orders.orders(), durability, acknowledged::accept)
                    .run(ledger.lanes(), Integer.MAX_VALUE, transfer -> !done.get(transfer));
        }
    }
}
