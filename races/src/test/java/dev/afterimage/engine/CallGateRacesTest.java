package dev.afterimage.engine;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link CallGate}: a transaction's thread against those that close the store. */
@DisplayName("The gate between a transaction's thread and a closer, whatever their order,")
public class CallGateRacesTest {
    private final CallGate gate = new CallGate();
    private final AtomicBoolean inside = new AtomicBoolean();
    private final AtomicBoolean taken = new AtomicBoolean();

    /** The transaction has been made, and its owner is outside. */
    public CallGateRacesTest() {
        gate.exit(false);
    }

    @Test
    @DisplayName("lets one of them in, and gives the transaction to one closer")
    void few() {
        Interleavings.few(getClass(), 40);
    }

    @Test
    @Tag("campaign")
    @DisplayName("does so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** The owner's call, which is refused only once the transaction was taken. */
    @Operation(nonParallelGroup = "owner")
    public void call() {
        if (!gate.enter()) {
            if (gate.state() != CallGate.TAKEN) {
                throw new IllegalStateException("refused in state " + gate.state());
            }
            return;
        }
        if (taken.get()) {
            throw new IllegalStateException("entered after it was taken");
        }
        touch();
        gate.exit(false);
    }

    /** A closer's attempt; whether it succeeds depends on whether it meets the owner inside, so it is not told. */
    @Operation
    public void take() {
        if (gate.take()) {
            if (taken.getAndSet(true)) {
                throw new IllegalStateException("taken twice");
            }
            touch();
        }
    }

    private void touch() {
        if (!inside.compareAndSet(false, true)) {
            throw new IllegalStateException("two touch the transaction at a time");
        }
        inside.set(false);
    }
}
