package dev.afterimage.wal;

import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.races.Interleavings;
import dev.afterimage.spi.StrategyEvents;

/** {@link LogFailure} and {@link RedoFailure}: of several failures one counts, for everybody. */
@DisplayName("Of several failures, whatever their order,")
public class LogFailureRacesTest {
    private final AtomicInteger told = new AtomicInteger();
    private final LogFailure failure = new LogFailure(new StrategyEvents() {
        @Override
        public void failed(Throwable cause) {
            told.incrementAndGet();
        }

        @Override
        public void recoveryProgress(RecoveryProgress progress) {
        }
    });
    private final RedoFailure oldest = new RedoFailure();
    private final AtomicInteger lowest = new AtomicInteger(Integer.MAX_VALUE);

    @Test
    @DisplayName("one is told, all get the same, and redo reports that of the oldest record")
    void few() {
        Interleavings.few(getClass(), 40);
    }

    @Test
    @Tag("campaign")
    @DisplayName("it is so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** An access that fails: which one it was that failed the log is what everybody gets. */
    @Operation
    public String failFirst() {
        return fail(1);
    }

    /** Another. */
    @Operation
    public String failSecond() {
        return fail(2);
    }

    /** Redo of a record that fails. */
    @Operation
    public void failRedoFirst() {
        failRedo(1);
    }

    /** Redo of a later record that fails. */
    @Operation
    public void failRedoSecond() {
        failRedo(2);
    }

    private String fail(int which) {
        try {
            failure.orFail(() -> {
                throw new IllegalStateException("access " + which);
            });
            return "nothing thrown";
        } catch (StoreFailedException thrown) {
            return String.valueOf(thrown.getCause().getMessage());
        }
    }

    private void failRedo(int lsn) {
        lowest.accumulateAndGet(lsn, Math::min);
        oldest.set(lsn, new IllegalStateException(String.valueOf(lsn)));
    }

    /** Told once, and the oldest record's. */
    @Validate
    public void oneCounts() {
        if (failure.isSet() != (told.get() == 1) || told.get() > 1) {
            throw new IllegalStateException("told " + told + " times");
        }
        String found = "";
        try {
            oldest.check();
        } catch (IllegalStateException thrown) {
            found = thrown.getMessage();
        }
        String expected = oldest.isSet() ? String.valueOf(lowest.get()) : "";
        if (!found.equals(expected)) {
            throw new IllegalStateException("the oldest is " + expected + ", reported was " + found);
        }
    }
}
