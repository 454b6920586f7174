package dev.afterimage.innodbstyle;

import java.util.Map;

import dev.afterimage.spitests.workbench.Workbench;

/** This strategy on the kit's workbench, with a log so small that it fills up and comes round. */
final class SmallLog {
    static final Workbench.Setup SETUP = new Workbench.Setup(new InnodbProvider(), Map.of("redo-log-capacity", "1MiB", "log-buffer-size", "256KiB", "doublewrite-size", "32KiB"));

    private SmallLog() {
    }

    /** What transactions work with. */
    static OpenStore storeOf(Workbench workbench) {
        return ((InnodbStrategy) workbench.strategy()).store();
    }

    /** Its undo segments. */
    static UndoSpace undoOf(Workbench workbench) {
        return storeOf(workbench).undoSpace();
    }
}
