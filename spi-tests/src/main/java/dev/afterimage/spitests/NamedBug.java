package dev.afterimage.spitests;

import java.util.List;
import java.util.Locale;

/**
 * Bugs that systems people rely on had, and where the kit plays each on every strategy; whoever has read one of these stories knows what the scenario is for. A page for people is made from them:
 * {@code docs/help/named-bugs.md}.
 *
 * <p>Where a reference could be looked up when this was written, it is {@link Source#LOOKED_UP}; the others are as noted down from reading the systems' sources and trackers.
 */
public enum NamedBug {
    /** Answered while the write-ahead log was still being synced. */
    ACK_BEFORE_LOG_SYNC("etcd, clusters of one member, until 3.5.5", "etcd issue 14370", Source.LOOKED_UP,
            "A put was applied and answered while the log that held it was still on its way to the disk; a power loss in between took back what a client had been told is there. With one member nobody else had it.",
            "first-commit"),
    /** A sync that failed was tried again, and the second one succeeded. */
    FSYNC_RETRY_LIES("PostgreSQL before 11.2, 10.7, 9.6.12 and 9.5.16; others", "commit \"PANIC on fsync() failure\" of 2018-11-19", Source.LOOKED_UP,
            "After a failed write-back the kernel may throw the bytes away and call the pages clean. The checkpoint tried its sync again, was told that all is well, and gave up the log that held the only good copy.",
            "failed-sync-clean-new-N", "failed-sync-clean-old-N"),
    /** A lack of memory taken for the end of the log. */
    RESOURCE_FAILURE_IS_NOT_EOF("PostgreSQL", "commit baeb8542", Source.NOTED,
            "Recovery asked for memory for a long record, got none, and took that for the end of the log: everything behind it was gone, without a word.",
            "check-read-errors-in-recovery", "check-no-memory-in-recovery"),
    /** A length among the left-overs of a recycled log, believed. */
    RECYCLED_LENGTH_GARBAGE("PostgreSQL", "commit bae868ca and its test 039_end_of_wal.pl", Source.NOTED,
            "Behind the last record of a recycled segment lie old bytes. Read as a record's length before anything was checked, they asked for a gigabyte of memory at the end of an orderly recovery.",
            "bug-recycled-length-garbage", "recycled-log"),
    /** Half a record at the end blocked what was written next. */
    ABORTED_CONTRECORD("PostgreSQL", "commits ff9f111b and 0b3ff539, test 026_overwrite_contrecord.pl", Source.LOOKED_UP,
            "A crash left the first half of a record that goes over a page's end. Recovery ended in front of it and the server went on from there; whoever followed the log later was still waiting for the other half.",
            "bug-aborted-contrecord", "written-row"),
    /** Records of what has been dropped since. */
    REPLAY_OVER_DROPPED_FILE("PostgreSQL", "test 033_replay_tsp_drops.pl, commit of 2022-03-25", Source.NOTED,
            "A database was created and dropped, and then came a crash, and another in recovery: the log had records of files that the first recovery had already removed, and the second took their absence for damage. Played here with pages.",
            "bug-replay-over-dropped-pages", "pages-come-and-go"),
    /** A checkpoint that read how far the log goes before somebody began it anew. */
    WAL_RESET_VS_CHECKPOINT("SQLite 3.7.0 to 3.51.2", "sqlite.org/wal.html#walresetbug", Source.LOOKED_UP,
            "One checkpoint copied the whole log home. A second began, and while it was under way a writer started the log over. The second then noted that part of the new log was home as well, which it was not; the next checkpoint left it out.",
            "bug-wal-reset-vs-checkpoint", "background-amid-checkpoint"),
    /** A removed journal came back. */
    UNLINK_LOST_RESURRECTS_JOURNAL("SQLite, rollback journal, some modes and file systems", "Zheng et al., Torturing Databases for Fun and Profit (OSDI 2014)", Source.NOTED,
            "Removing the journal is the commit. Where the removal was not made durable before the answer, a power loss brought the journal back, and opening the database undid the committed transaction.",
            "bug-journal-comes-back", "two-pages"),
    /** A page left out because it was evicted meanwhile. */
    CHECKPOINT_OMITS_EVICTED_PAGE("WiredTiger in MongoDB 4.4.2 to 4.4.8", "WT-7984", Source.NOTED,
            "A page was evicted while a checkpoint was under way, and was clean when the checkpoint came to it: it was taken to be in the checkpoint, and was not.",
            "eviction-amid-checkpoint", "background-amid-checkpoint"),
    /** One file of several checkpointed alone. */
    SINGLE_FILE_CHECKPOINT("WiredTiger", "WT-8695", Source.NOTED,
            "A checkpoint of one file made part of a transaction durable whose other part was in another file.",
            "checkpoint-after-commit", "much-log"),
    /** Repair that a second crash turned into damage. */
    TWO_CRASH_REPAIR("redb before 4.2.0", "its CHANGELOG, 4.2.0", Source.NOTED,
            "Opening after a crash repaired the wrong one of two commit slots, which did no harm unless a second crash came before the repair was over.",
            "idle-loser", "several-losers", "close-and-reopen"),
    /** The root knew of growth that the file system did not. */
    GROW_BEFORE_SIZE_DURABLE("redb", "its tests/crash_consistency.rs", Source.NOTED,
            "The header said that the file is longer; the file's length was not durable yet. A crash kept the one and lost the other.",
            "bug-grow-before-size-durable", "larger-than-cache"),
    /** A hole between two logs. */
    WAL_SYNC_HOLE("RocksDB", "pull request 10560", Source.LOOKED_UP,
            "The newer of two log files was synced, the older was not. A power loss took the end of the older, and recovery went on with the newer as though nothing were missing.",
            "much-log", "every-level"),
    /** The new log file's name was not durable. */
    MISSING_DIR_SYNC("RocksDB; etcd", "RocksDB pull request 10573; etcd issue 6368", Source.LOOKED_UP,
            "A log file was made, written and synced, and commits answered on its strength; its name in the folder was never synced. After a power loss there was no such file.",
            "much-log", "creation"),
    /** A later append survived an earlier one. */
    REORDERED_APPEND_REFUSES_OPEN("etcd 2.3", "etcd issue 6378", Source.LOOKED_UP,
            "Two appends, one sync to come: the file system wrote the second and lost the first. Nothing had been promised, and yet the server refused to start, for the log did not add up.",
            "relaxed-row", "written-row"),
    /** Lost records rose again behind new ones. */
    STALE_TAIL_RESURRECTION("pigeonhole before 0.2.1", "release note of its issue 508", Source.NOTED,
            "Of lost records the later ones survived. Recovery ended in front of the hole; a new record of just the right length closed it; and the next recovery went on into what had been lost.",
            "relaxed-row", "written-row"),
    /** Damage in the midst of the log, and no word. */
    LOG_CORRUPTION_WRONGLY_SUCCEEDS("MariaDB", "MDEV-34802", Source.NOTED,
            "Recovery met a damaged part of the log, ended there, and opened the database as if that were its end.",
            "check-rot-in-what-was-synced", "check-rot-in-each-byte"),
    /** A page newer than the log. */
    PAGE_LSN_IN_FUTURE("MariaDB", "MDEV-34830", Source.NOTED,
            "A page carried a position that the log had not come to, because the log was another one's or an older one: that was noted in the error log, and the database opened.",
            "check-one-file-of-a-later-copy"),
    /** Undo looked at before redo had made it. */
    UNDO_PAGE_READ_BEFORE_REDO("MariaDB", "MDEV-34212", Source.NOTED,
            "Recovery read an undo page to see who was a loser before redo had been applied to that page.",
            "bug-undo-read-before-redo", "several-losers"),
    /** The first page of all was not repaired. */
    DOUBLEWRITE_FIRST_PAGE("MySQL and MariaDB", "MySQL bugs 17335427 and 18144349; MDEV-36180", Source.NOTED,
            "A tablespace was recognised by its first page, and torn pages were repaired once tablespaces were recognised: with the first page torn, its good copy lay beside it and was of no use.",
            "bug-doublewrite-first-page", "creation"),
    /** A file system that loses a length it had promised. */
    FS_LOSES_SIZE("ext4 with fast commit, under bbolt", "bbolt issue 562", Source.NOTED,
            "The file system itself lost a file's new length after a sync that had succeeded. No strategy can help that, and the kit's disk keeps its word, so this one is told and not played.");

    /** Where a reference comes from. */
    public enum Source {
        /** Found in public material when this was written. */
        LOOKED_UP,
        /** As noted down earlier; not looked up again. */
        NOTED
    }

    private final String foundIn;
    private final String reference;
    private final Source source;
    private final String story;
    private final List<String> playedIn;

    NamedBug(String foundIn, String reference, Source source, String story, String... playedIn) {
        this.foundIn = foundIn;
        this.reference = reference;
        this.source = source;
        this.story = story;
        this.playedIn = List.of(playedIn);
    }

    /** What it is called: lower case and hyphens. */
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whose it was. */
    public String foundIn() {
        return foundIn;
    }

    /** Where to read about it. */
    public String reference() {
        return reference;
    }

    /** How sure the reference is. */
    public Source source() {
        return source;
    }

    /** What happened, in a few sentences. */
    public String story() {
        return story;
    }

    /** Titles of the scenarios and checks in which the kit plays it, the one that is most like it first; N stands for a number. */
    public List<String> playedIn() {
        return playedIn;
    }

    /** All of them as a page for people. */
    public static String page() {
        StringBuilder text = new StringBuilder("# Which bugs of real systems does the kit play?\n\n"
                + "Every one of these cost somebody data, or nearly did. The kit plays each on every strategy, crashed wherever a crash can matter; `-Dafterimage.replay` takes the names of scenarios as they stand here.\n"
                + "This page is written by `NamedBugsTest` with `-Dafterimage.named-bugs=write`, from `NamedBug`. References marked * were looked up in public material when it was written; the others are as noted down from reading.\n");
        for (NamedBug bug : values()) {
            text.append("\n## ").append(bug.title()).append("\n\n").append(bug.story).append("\n\nFound in ").append(bug.foundIn).append(": ").append(bug.reference)
                    .append(bug.source == Source.LOOKED_UP ? " *" : "").append(". ")
                    .append(bug.playedIn.isEmpty() ? "Not played." : "Played in " + String.join(", ", bug.playedIn.stream().map(title -> '`' + title + '`').toList()) + ".").append('\n');
        }
        return text.toString();
    }
}
