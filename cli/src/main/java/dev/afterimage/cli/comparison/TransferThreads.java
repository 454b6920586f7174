package dev.afterimage.cli.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;

import dev.afterimage.api.Durability;
import org.HdrHistogram.Histogram;

/**
 * Several threads that execute payment orders on one ledger, each in a lane of its own, taking the next number from a common counter.
 *
 * <p>Transfer number n executes order n modulo the number of orders.
 */
final class TransferThreads {
    private static final long LATENCY_MAX_NANOS = 60_000_000_000L;

    private final Ledger ledger;
    private final List<PaymentOrder> orders;
    private final Durability durability;
    private final Acknowledgement acknowledgement;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<Histogram> latencies = new ArrayList<>();

    /** Hears of each transfer once its commit is acknowledged; called on the transfer's thread. */
    interface Acknowledgement {
        void acknowledged(int transfer);
    }

    TransferThreads(Ledger ledger, List<PaymentOrder> orders, Durability durability, Acknowledgement acknowledgement) {
        this.ledger = ledger;
        this.orders = orders;
        this.durability = durability;
        this.acknowledgement = acknowledgement;
    }

    /**
     * Executes the transfers below {@code end} that {@code wanted} accepts; returns when all are done.
     *
     * @return latencies of whole transfers, begin to acknowledgement, in nanoseconds
     */
    Histogram run(int threads, int end, IntPredicate wanted) {
        List<Thread> running = new ArrayList<>();
        for (int lane = 0; lane < threads; lane++) {
            Histogram latency = new Histogram(LATENCY_MAX_NANOS, 3);
            latencies.add(latency);
            int own = lane;
            Thread thread = new Thread(() -> runLane(own, end, wanted, latency), "transfers-" + lane);
            thread.start();
            running.add(thread);
        }
        Histogram all = new Histogram(LATENCY_MAX_NANOS, 3);
        for (int lane = 0; lane < threads; lane++) {
            join(running.get(lane));
            all.add(latencies.get(lane));
        }
        if (failure.get() != null) {
            throw new IllegalStateException("a transfer failed: " + failure.get().getMessage(), failure.get());
        }
        return all;
    }

    private void runLane(int lane, int end, IntPredicate wanted, Histogram latency) {
        try {
            for (int transfer = next.getAndIncrement(); transfer >= 0 && transfer < end && failure.get() == null; transfer = next.getAndIncrement()) {
                if (wanted.test(transfer)) {
                    long start = System.nanoTime();
                    ledger.transfer(lane, transfer, orders.get(transfer % orders.size()), durability);
                    latency.recordValue(Math.min(LATENCY_MAX_NANOS, System.nanoTime() - start));
                    acknowledgement.acknowledged(transfer);
                }
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while transfers were running", e);
        }
    }
}
