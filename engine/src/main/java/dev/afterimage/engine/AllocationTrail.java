package dev.afterimage.engine;

import java.util.Arrays;

/** The groups whose maps one transaction holds: where it allocates next, and which hints an undo makes stale. */
final class AllocationTrail {
    private static final int KEPT_MAX = 1024;

    private long[] groups = new long[0];
    private int count;

    /** It has locked this group's map. */
    void add(long group) {
        for (int i = count - 1; i >= 0; i--) {
            if (groups[i] == group) {
                return;
            }
        }
        if (count == groups.length) {
            groups = Arrays.copyOf(groups, Math.max(4, count * 2));
        }
        groups[count++] = group;
    }

    void clear() {
        count = 0;
        if (groups.length > KEPT_MAX) {
            groups = new long[0];
        }
    }

    int count() {
        return count;
    }

    long group(int i) {
        return groups[i];
    }
}
