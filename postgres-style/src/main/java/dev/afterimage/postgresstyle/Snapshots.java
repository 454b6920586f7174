package dev.afterimage.postgresstyle;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.afterimage.wal.WriteAheadLog;

/** What snapshots work with, and the memory of the pages that they hold open. Safe for many threads, except {@link #close()}. */
final class Snapshots implements AutoCloseable {
    private final WriteAheadLog log;
    private final CommitProcess commits;
    private final PageInstallation installation;
    private final OverwrittenPages overwritten;
    private final Queue<SnapshotPage> idle = new ConcurrentLinkedQueue<>();
    private final Queue<SnapshotPage> all = new ConcurrentLinkedQueue<>();

    Snapshots(WriteAheadLog log, CommitProcess commits, PageInstallation installation, OverwrittenPages overwritten) {
        this.log = log;
        this.commits = commits;
        this.installation = installation;
        this.overwritten = overwritten;
    }

    /** Holds the present moment still: it lies behind all commits whose records are in the log. */
    KeptVersions.Moment openMoment() {
        return overwritten.openMoment(log::endLsn);
    }

    CommitProcess commits() {
        return commits;
    }

    PageInstallation installation() {
        return installation;
    }

    OverwrittenPages overwritten() {
        return overwritten;
    }

    /** A page to open. Its memory comes on top of the cache; there is as much of it as were ever open at once. */
    SnapshotPage takePage(int pageSize) {
        SnapshotPage page = idle.poll();
        if (page == null) {
            page = new SnapshotPage(this, pageSize);
            all.add(page);
        }
        return page;
    }

    /** Takes one back. */
    void givePage(SnapshotPage page) {
        idle.add(page);
    }

    @Override
    public void close() {
        all.forEach(SnapshotPage::free);
        overwritten.close();
    }
}
