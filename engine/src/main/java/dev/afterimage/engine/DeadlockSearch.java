package dev.afterimage.engine;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Looks for a circle in the waits-for graph when a request has to wait (Holt 1972), and gives up the youngest transaction of a circle.
 *
 * <p>Every new circle contains the newest wait: an arrow of the graph comes up only together with a wait that starts or ends it, and each wait searches after it has entered
 * its queue. So it is enough to ask whether the new wait reaches itself. The first look takes one stripe at a time and may be deceived by
 * changes under way; what it finds is looked at again with all stripes held, which nothing can deceive. Most waits end with the first look.
 *
 * <p>One search runs at a time. A transaction whose thread is the requester's own counts as part of a circle too: that thread is about to wait and can
 * never let go.
 */
final class DeadlockSearch {
    private final PageLocks locks;
    private final ReentrantLock guard = new ReentrantLock();
    private LockOwner[] open = new LockOwner[16];
    private int openCount;
    private long run;
    /** The second look is under way; the latches of the stripes are not reentrant. */
    private boolean holdsAll;

    DeadlockSearch(PageLocks locks) {
        this.locks = locks;
    }

    /** Breaks every circle the requester's wait has closed; afterwards it waits in none, or has itself been given up. */
    void run(LockOwner requester, LockRequest request) {
        guard.lock();
        try {
            while (request.state == LockRequest.WAITING && endOfCircle(requester) != null) {
                breakCircle(requester, request);
            }
        } finally {
            Arrays.fill(open, null);
            guard.unlock();
        }
    }

    private void breakCircle(LockOwner requester, LockRequest request) {
        locks.lockAllStripes();
        holdsAll = true;
        try {
            if (request.state != LockRequest.WAITING) {
                return;
            }
            LockOwner end = endOfCircle(requester);
            if (end == null) {
                return;
            }
            LockOwner victim = requester;
            for (LockOwner each = end; each != requester; each = each.cameFrom) {
                if (each.waiting != null && each.age > victim.age) {
                    victim = each;
                }
            }
            LockRequest given = victim.waiting;
            assert given != null && given.state == LockRequest.WAITING;
            locks.sacrifice(given, describe(requester, end));
        } finally {
            holdsAll = false;
            locks.unlockAllStripes();
        }
    }

    /** The last transaction of a circle that starts at the requester, each reached {@code cameFrom} the one before; null if there is no circle. */
    private @Nullable LockOwner endOfCircle(LockOwner requester) {
        run++;
        openCount = 0;
        requester.searchRun = run;
        requester.cameFrom = null;
        push(requester);
        while (openCount > 0) {
            LockOwner each = open[--openCount];
            if (each != requester && each.waiting == null && each.thread == requester.thread) {
                return each;
            }
            if (follow(each, requester)) {
                return each;
            }
        }
        return null;
    }

    /** Follows the arrows out of one transaction; true if one leads to the requester. */
    private boolean follow(LockOwner from, LockOwner requester) {
        LockRequest request = from.waiting;
        if (request == null) {
            return false;
        }
        long page = request.page;
        if (holdsAll) {
            return followIfWaiting(from, request, page, requester);
        }
        locks.lockStripe(page);
        try {
            return followIfWaiting(from, request, page, requester);
        } finally {
            locks.unlockStripe(page);
        }
    }

    private boolean followIfWaiting(LockOwner from, LockRequest request, long page, LockOwner requester) {
        boolean stillWaits = from.waiting == request && request.state == LockRequest.WAITING && request.page == page;
        return stillWaits && followWait(request, requester);
    }

    /**
     * Follows the arrows of one waiting request: to waiters before it that it does not get on with, and to holders. An arrow to an exclusive waiter stands for all
     * arrows to those before that one, which it has itself.
     */
    private boolean followWait(LockRequest request, LockOwner requester) {
        for (LockRequest each = request.previousWaiter; each != null; each = each.previousWaiter) {
            if (request.wantsExclusive || each.wantsExclusive) {
                if (reach(each, request, requester)) {
                    return true;
                }
                if (each.wantsExclusive && !request.holds) {
                    return false;
                }
            }
        }
        LockEntry entry = request.entry;
        assert entry != null;
        for (LockRequest each = entry.holders; each != null; each = each.nextHolder) {
            if (each != request && (request.wantsExclusive || each.exclusive) && reach(each, request, requester)) {
                return true;
            }
        }
        return false;
    }

    private boolean reach(LockRequest target, LockRequest from, LockOwner requester) {
        LockOwner owner = target.owner;
        if (owner == requester) {
            return from.owner != requester;
        }
        if (owner.searchRun != run) {
            owner.searchRun = run;
            owner.cameFrom = from.owner;
            push(owner);
        }
        return false;
    }

    private void push(LockOwner owner) {
        if (openCount == open.length) {
            open = Arrays.copyOf(open, openCount * 2);
        }
        open[openCount++] = owner;
    }

    /** The circle in words, from the requester on. */
    private static String describe(LockOwner requester, LockOwner end) {
        StringBuilder text = new StringBuilder();
        for (LockOwner each = end; each != null; each = each.cameFrom) {
            LockRequest waits = each.waiting;
            text.insert(0, "transaction " + each.transactionId + (waits == null ? "" : " waits for page " + waits.page + " of "));
        }
        if (end.waiting == null) {
            return text.append(", which is of the same thread").toString();
        }
        return text.append("transaction ").append(requester.transactionId).toString();
    }
}
