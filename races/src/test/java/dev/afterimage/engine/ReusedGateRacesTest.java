package dev.afterimage.engine;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link CallGate} of an object that is one transaction after another ({@link OpenTransactions}): threads that want it, and one that closes the store. */
@DisplayName("The gate of a transaction that is used again, whatever the order,")
public class ReusedGateRacesTest {
    private final CallGate gate = new CallGate();
    private final AtomicBoolean inside = new AtomicBoolean();
    private volatile boolean closing;
    private volatile boolean passedBy;

    /** Nobody uses it. */
    public ReusedGateRacesTest() {
        gate.free();
    }

    @Test
    @DisplayName("gives it to one thread at a time, and to none that the closing has not seen")
    void few() {
        Interleavings.few(getClass(), 40);
    }

    @Test
    @Tag("campaign")
    @DisplayName("does so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** A transaction: begun, called once more, and let go of. It is not told whether it came to anything, for that depends on the order. */
    @Operation
    public void transaction() {
        if (!gate.claim()) {
            return;
        }
        if (closing) {
            gate.free();
            return;
        }
        touch();
        demand(!passedBy, "it began, and the closing has passed it by");
        gate.exit(false);
        if (gate.enter()) {
            touch();
            gate.free();
        } else {
            demand(gate.state() == CallGate.TAKEN, "refused and not taken");
        }
    }

    /** One that keeps a page open between two calls: the closing waits. */
    @Operation
    public void transactionWithPage() {
        if (!gate.claim()) {
            return;
        }
        if (closing) {
            gate.free();
            return;
        }
        demand(!passedBy, "it began, and the closing has passed it by");
        gate.exit(true);
        touch();
        demand(gate.enter(), "taken with a page open");
        touch();
        gate.free();
    }

    /** The closing: what nobody uses is passed by, what is idle is taken. */
    @Operation(nonParallelGroup = "closer")
    public void close() {
        closing = true;
        if (gate.state() == CallGate.UNUSED) {
            passedBy = true;
        } else if (gate.take()) {
            touch();
        }
    }

    private void touch() {
        demand(inside.compareAndSet(false, true), "two touch the transaction at a time");
        inside.set(false);
    }

    /** At rest it is free, or taken for good. */
    @Validate
    public void atRest() {
        demand(gate.state() == CallGate.UNUSED || gate.state() == CallGate.TAKEN, "at rest");
    }

    private void demand(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what + ", in state " + gate.state());
        }
    }
}
