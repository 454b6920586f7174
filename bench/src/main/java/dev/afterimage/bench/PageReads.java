package dev.afterimage.bench;

import java.util.function.IntFunction;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;

/** Read-only transactions of ten random pages each. */
record PageReads(Subject subject, PageStore store, long[] pages) implements Measurement {
    static final int PER_TRANSACTION = 10;

    @Override
    public Sample measure(long nanos) {
        IntFunction<Operation> lanes = Reader::new;
        return ClosedLoop.run(subject.threads(), nanos, lanes);
    }

    private final class Reader implements Operation {
        private final RandomNumbers random;
        private long sum;

        Reader(int lane) {
            random = new RandomNumbers(lane);
        }

        @Override
        public void once() {
            try (Transaction transaction = store.begin(TransactionOptions.READ_ONLY)) {
                for (int i = 0; i < PER_TRANSACTION; i++) {
                    try (ReadablePage page = transaction.read(pages[random.below(pages.length)])) {
                        sum += page.getLong(0);
                    }
                }
                transaction.commit();
            }
            if (sum == Long.MIN_VALUE) {
                throw new IllegalStateException("no page holds so much"); // nor is anything else done with it, but the compiler cannot know
            }
        }
    }
}
