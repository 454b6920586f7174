package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** What one transaction needs of memory, and the next one after it. One thread. */
final class Workspace {
    final PageGroup group;
    final BeforeImage before = new BeforeImage();
    final UndoLog.Scratch undo = new UndoLog.Scratch();
    /** What a range of bytes will be. */
    ByteBuffer after = ByteBuffer.allocate(1 << 8);
    private final ArrayDeque<OpenPage> spareAccesses = new ArrayDeque<>();
    /** Copies that are being written to; a handful at most. */
    private final List<PageCopy> writing = new ArrayList<>();

    Workspace(PageGroup group) {
        this.group = group;
    }

    OpenPage takeAccess() {
        OpenPage access = spareAccesses.pollLast();
        return access == null ? new OpenPage(this) : access;
    }

    void giveAccess(OpenPage access) {
        spareAccesses.addLast(access);
    }

    /** The copy of a page that is open for writing; null if it is not. */
    @Nullable PageCopy writtenCopyOf(long pageId) {
        for (int index = 0; index < writing.size(); index++) {
            PageCopy copy = writing.get(index);
            if (copy.pageId() == pageId) {
                return copy;
            }
        }
        return null;
    }

    void beginsWriting(PageCopy copy) {
        writing.add(copy);
    }

    void endsWriting(PageCopy copy) {
        writing.remove(copy);
    }
}
