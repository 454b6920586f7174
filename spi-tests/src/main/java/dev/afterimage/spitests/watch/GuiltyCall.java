package dev.afterimage.spitests.watch;

import java.util.List;

import dev.afterimage.spitests.disk.DiskEvent;
import org.jspecify.annotations.Nullable;

/**
 * A call that changed something on the disk, and who made it.
 *
 * @param number its place among the changing calls and the syncs of this disk, counted from 1
 * @param started its place on the disk's time line
 * @param what the call, as people read it
 * @param strategy the innermost frame of the strategy, or of whatever is not the kit's, on the caller's stack
 * @param direct the innermost frame that is neither the disk's nor the engine's, which counts bytes between the two; the same one where the strategy calls the disk itself
 */
public record GuiltyCall(long number, long started, String what, String strategy, String direct) {
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final String DISK = DiskEvent.class.getPackageName();
    private static final String MONITOR = GuiltyCall.class.getPackageName();
    private static final String ENGINE = "dev.afterimage.engine";
    private static final String NOBODY = "nobody known";

    /** Made on the caller's own stack. */
    static GuiltyCall of(long number, DiskEvent event, @Nullable String strategyPackage) {
        List<StackWalker.StackFrame> frames = WALKER.walk(all -> all.filter(frame -> !isDisk(frame)).limit(40).toList());
        String direct = frames.isEmpty() ? NOBODY : frames.get(0).toStackTraceElement().toString();
        String strategy = frames.stream()
                .filter(frame -> strategyPackage != null && (frame.getDeclaringClass().getPackageName() + '.').startsWith(strategyPackage + '.'))
                .findFirst().map(frame -> frame.toStackTraceElement().toString()).orElse(direct);
        return new GuiltyCall(number, event.call().started(), describe(event), strategy, direct);
    }

    private static boolean isDisk(StackWalker.StackFrame frame) {
        String home = frame.getDeclaringClass().getPackageName();
        return home.equals(DISK) || home.equals(MONITOR) || home.equals(ENGINE) || home.startsWith("java.");
    }

    private static String describe(DiskEvent event) {
        if (event instanceof DiskEvent.Written written) {
            return "write of " + written.length() + " bytes to '" + written.name() + "' at " + written.position();
        } else if (event instanceof DiskEvent.Resized resized) {
            return "resize of '" + resized.name() + "' from " + resized.sizeBefore() + " to " + resized.sizeAfter() + " bytes";
        } else if (event instanceof DiskEvent.Created created) {
            return "create '" + created.name() + "'";
        } else if (event instanceof DiskEvent.Deleted deleted) {
            return "delete '" + deleted.name() + "'";
        } else if (event instanceof DiskEvent.Renamed renamed) {
            return "rename '" + renamed.from() + "' to '" + renamed.to() + "'";
        } else if (event instanceof DiskEvent.SyncEnded ended) {
            return ended.name().isEmpty() ? "sync of the names" : "sync of '" + ended.name() + "'";
        }
        return event.toString();
    }

    @Override
    public String toString() {
        return "disk call " + number + ", " + what + ", made by " + strategy + (direct.equals(strategy) ? "" : " through " + direct);
    }
}
