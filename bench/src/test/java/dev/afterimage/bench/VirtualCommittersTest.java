package dev.afterimage.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.afterimage.api.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Java 21 or later. A virtual thread that waits while it is pinned keeps its carrier, and there are as many of those as processors. */
@DisplayName("Committers on virtual threads")
class VirtualCommittersTest {
    private static final List<String> STRATEGIES = List.of("undo-redo-aries", "postgres-style", "innodb-style", "shadow-paging");
    private static final int COMMITTERS = 1_000;
    private static final int ACCOUNTS = 256;
    private static final long NANOS = 100_000_000;

    @TempDir
    private Path folder;

    @BeforeEach
    void needVirtualThreads() {
        assumeTrue(VirtualThreads.exist(), "needs Java 21 or later");
    }

    @TestFactory
    @DisplayName("wait for locks, pages and the disk without being pinned, a thousand at a time, and lose no transfer")
    Stream<DynamicTest> areNotPinned() {
        return STRATEGIES.stream().map(strategy -> DynamicTest.dynamicTest(strategy, () -> {
            try (TransferStore bank = TransferStore.make(folder.resolve(strategy), strategy, ACCOUNTS, COMMITTERS)) {
                List<String> pinned = pinnedDuring(() -> {
                    ClosedLoop.runVirtual(COMMITTERS, NANOS, bank.transfers(Durability.POWER_SAFE));
                    ClosedLoop.runVirtual(COMMITTERS, NANOS, bank.hotTransfers(Durability.RELAXED));
                });
                assertEquals(List.of(), pinned);
                assertTrue(bank.made() >= 2 * COMMITTERS, () -> bank.made() + " transfers");
                bank.audit();
            }
        }));
    }

    @Test
    @DisplayName("would be seen if they were pinned")
    void isSeen() throws IOException {
        List<String> pinned = pinnedDuring(() -> {
            ExecutorService executor = VirtualThreads.executor();
            executor.execute(() -> assertEquals(1, ParksWhileItIsMade.one));
            executor.shutdown();
            try {
                assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals(1, pinned.size(), pinned::toString);
    }

    /** Whoever makes a class has frames of the virtual machine beneath it, which no thread can be unmounted from. */
    private static final class ParksWhileItIsMade {
        private static int one;

        static {
            LockSupport.parkNanos(20_000_000);
            one = 1;
        }
    }

    /** Where virtual threads waited, pinned, while this ran. */
    private List<String> pinnedDuring(Runnable run) throws IOException {
        try (Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
            recording.start();
            run.run();
            recording.stop();
            Path file = folder.resolve("pinned.jfr");
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream().map(Object::toString).toList();
        }
    }
}
