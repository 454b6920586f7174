package dev.afterimage.bench;

import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;
import org.HdrHistogram.Histogram;

/** Transactions of many changes that are rolled back; only the rolling back is measured. The balances are changed: what is not undone, the audit finds. */
record Rollbacks(Subject subject, TransferStore bank, int changes) implements Measurement {
    private static final int PAGES_MAX = 1000;

    @Override
    public Sample measure(long nanos) {
        RandomNumbers random = new RandomNumbers(7);
        long[] accounts = bank.accounts();
        int pages = Math.min(PAGES_MAX, accounts.length);
        Histogram latency = ClosedLoop.histogram();
        long all = 0;
        long cpu = 0;
        long begun = System.nanoTime();
        do {
            try (Transaction transaction = bank.store().begin()) {
                for (int i = 0; i < changes; i++) {
                    try (WritablePage page = transaction.write(accounts[i % pages])) {
                        page.putLong(0, random.next());
                    }
                }
                long cpuBefore = ClosedLoop.processorNanos();
                long before = System.nanoTime();
                transaction.rollback();
                long took = System.nanoTime() - before;
                cpu += ClosedLoop.processorNanos() - cpuBefore;
                latency.recordValue(took);
                all += took;
            }
        } while (System.nanoTime() - begun < nanos);
        bank.settle();
        return Sample.of(latency, all, cpu);
    }
}
