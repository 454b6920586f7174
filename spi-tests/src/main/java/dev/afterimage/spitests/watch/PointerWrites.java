package dev.afterimage.spitests.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.SyncScope;

/** Changes of the disk that carry no values, and so may say where things are: control blocks, roots, names, cuts. */
final class PointerWrites {
    private record Change(long started, long returned) {
    }

    private final Map<Integer, List<Change>> pending = new HashMap<>();
    private long newestDurable = Long.MIN_VALUE;

    void happened(DiskEvent event, boolean values) {
        if (event instanceof DiskEvent.Written written) {
            if (!values) {
                add(written.file(), event);
            }
        } else if (event instanceof DiskEvent.Resized resized) {
            if (resized.sizeAfter() < resized.sizeBefore()) { // room made for later says nothing
                add(resized.file(), event);
            }
        } else if (event instanceof DiskEvent.SyncEnded ended) {
            if (ended.failure() == null) {
                settle(ended.scope() == SyncScope.NAMES ? 0 : ended.file(), ended.call().started());
            }
        } else {
            add(0, event); // names
        }
    }

    /** When the newest of those that are durable began. */
    long newestDurable() {
        return newestDurable;
    }

    private void add(int file, DiskEvent event) {
        pending.computeIfAbsent(file, number -> new ArrayList<>()).add(new Change(event.call().started(), event.call().returned()));
    }

    private void settle(int file, long begun) {
        List<Change> changes = pending.getOrDefault(file, List.of());
        for (Change change : changes) {
            if (change.returned < begun) {
                newestDurable = Math.max(newestDurable, change.started);
            }
        }
        if (!changes.isEmpty()) {
            changes.removeIf(change -> change.returned < begun);
        }
    }
}
