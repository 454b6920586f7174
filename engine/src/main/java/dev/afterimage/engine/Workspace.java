package dev.afterimage.engine;

import java.util.concurrent.atomic.AtomicReferenceArray;

import dev.afterimage.spi.ChangeDetail;
import org.jspecify.annotations.Nullable;

/** What a transaction needs while it is active and the next one can use again: its locks' bookkeeping and its change captures. */
final class Workspace {
    private static final int CAPTURES_KEPT = 16;

    final LockOwner lockOwner = new LockOwner();
    private final ChangeDetail detail;
    private final int usableBytes;
    private final @Nullable ChangeCapture[] captures = new ChangeCapture[CAPTURES_KEPT];
    private int captureCount;

    private Workspace(ChangeDetail detail, int usableBytes) {
        this.detail = detail;
        this.usableBytes = usableBytes;
    }

    ChangeCapture takeCapture() {
        if (captureCount == 0) {
            return new ChangeCapture(detail, usableBytes);
        }
        ChangeCapture capture = captures[--captureCount];
        captures[captureCount] = null;
        assert capture != null;
        return capture;
    }

    void give(ChangeCapture capture) {
        capture.close();
        if (captureCount < CAPTURES_KEPT) {
            captures[captureCount++] = capture;
        }
    }

    /** Workspaces nobody uses; taking and giving never waits: a thread looks in one place of its own and makes a new one if that is empty. */
    static final class Pool {
        private static final int PLACES = 64;

        private final AtomicReferenceArray<@Nullable Workspace> places = new AtomicReferenceArray<>(PLACES);
        private final ChangeDetail detail;
        private final int usableBytes;

        Pool(ChangeDetail detail, int usableBytes) {
            this.detail = detail;
            this.usableBytes = usableBytes;
        }

        Workspace take() {
            Workspace found = places.getAndSet(place(), null);
            return found == null ? new Workspace(detail, usableBytes) : found;
        }

        void give(Workspace workspace) {
            assert workspace.lockOwner.held() == 0;
            places.setRelease(place(), workspace);
        }

        private static int place() {
            return (int) Thread.currentThread().getId() & (PLACES - 1);
        }
    }
}
