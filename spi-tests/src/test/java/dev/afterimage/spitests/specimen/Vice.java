package dev.afterimage.spitests.specimen;

/** A mistake that a specimen can be told to make; the letter and number are those of the fault model's catalogue. */
public enum Vice {
    // The log specimen.
    /** W1: a checkpoint writes pages home before the log that explains them is durable. */
    W1_PAGES_BEFORE_LOG,
    /** W4: commit is answered before the log is synced. */
    W4_ANSWERS_BEFORE_SYNC,
    /** F1: a failed sync of the log is swallowed. */
    F1_SWALLOWS_FAILED_SYNC,
    /** F2: a failed sync of the log is tried again until it works. */
    F2_RETRIES_FAILED_SYNC,
    /** F3: a checkpoint goes on after the sync of the homes failed. */
    F3_CHECKPOINT_GOES_ON,
    /** F8: a read error in the log is taken for its end. */
    F8_READ_ERROR_ENDS_LOG,
    /** D1: no sync between the doublewrite copies and the homes. */
    D1_NO_SYNC_BEFORE_HOME,
    /** D5: a torn home is repaired in memory only, and its copy overwritten. */
    D5_REPAIR_NOT_SYNCED,
    /** P5: page checksums are not looked at. */
    P5_IGNORES_CHECKSUMS,
    /** P6: the checksum is computed before the LSN is stamped. */
    P6_CHECKSUM_BEFORE_LSN,
    /** P9: the checksum does not cover the page's number. */
    P9_CHECKSUM_WITHOUT_NUMBER,
    /** L1: redo repeats a change that the page already holds. */
    L1_REDOES_TWICE,
    /** L2: redo does not stamp the page's LSN. */
    L2_REDO_STAMPS_NOTHING,
    /** L5: LSNs start over with each log. */
    L5_LSN_STARTS_OVER,
    /** C1: the control block points past pages that are not durable. */
    C1_POINTER_BEFORE_PAGES,
    /** C2: the control block is one copy of several sectors, overwritten in place. */
    C2_CONTROL_IN_PLACE,
    /** C3: the old log is overwritten before the control block that no longer needs it is durable. */
    C3_LOG_REUSED_TOO_EARLY,
    /** C4: a checkpoint leaves out a page that is dirty. */
    C4_CHECKPOINT_OMITS_PAGE,
    /** C7: the clean mark is written before the last pages are durable. */
    C7_CLEAN_MARK_TOO_EARLY,
    /** G1: stale records of a recycled log are taken for new ones. */
    G1_BELIEVES_STALE_RECORDS,
    /** G2: recovery goes on right behind the last good record, in front of lost records' survivors. */
    G2_TAIL_RISES_AGAIN,
    /** G3: a record's length is believed before its checksum. */
    G3_BELIEVES_LENGTH,
    /** G6: damage in the midst of the log is taken for its end. */
    G6_DAMAGE_ENDS_LOG,
    /** G7: a torn tail with something behind it refuses to open. */
    G7_REFUSES_TORN_TAIL,
    /** R3: a store's making is reported done before it is durable. */
    R3_CREATION_NOT_SYNCED,
    /** A checkpoint writes what is not committed to the homes, and nothing undoes it. */
    A1_STEALS_WITHOUT_UNDO,
    /** Rolling back to a savepoint keeps what came after it. */
    A4_KEEPS_ROLLED_BACK_PART,
    /** A reader of a commit that is not durable is answered at once (E1). */
    E1_READER_DOES_NOT_WAIT,
    /** A random salt from elsewhere. */
    N1_OWN_RANDOM,

    // The log specimen, where several threads commit.
    /** Whoever finds somebody syncing is answered at once, though that sync may have begun before its record was written. */
    E_ANSWERS_FOLLOWER_BEFORE_SYNC,
    /** Commits take their places in the log one after the other, and write there in any order: a crash finds a hole. */
    D_WRITES_OUT_OF_ORDER,
    /** Whoever is about to wait for another's sync misses that it is over. */
    X_LOSES_WAKEUPS,
    /** C6: between writing pages home and moving the log's start a checkpoint lets commits through, and forgets them. */
    C6_CHECKPOINT_LETS_GO,
    /** P3: a page is copied for the checkpoint in two halves, and a commit comes in between. */
    P3_COPIES_IN_HALVES,

    // The undo specimen.
    /** A6: what was rolled back is undone again, over what others committed since. */
    A6_UNDOES_ROLLED_BACK,
    /** A2: what one recovery has undone, the next undoes again. */
    A2_UNDOES_AGAIN,
    /** A checkpoint keeps the before-images of those only who wrote since the last one. */
    A_FORGETS_IDLE_LOSER,
    /** Undo puts a page back as it was when a before-image was first taken of it. */
    A_UNDOES_BY_OLD_IMAGE,

    // The late specimen.
    /** A11: the store opens before unfinished work is rolled back, and nobody keeps its pages. */
    A11_LOCKS_NOT_HELD,
    /** A rollback after opening leaves nothing in the log: the next recovery undoes once more what is undone already, over what was committed since. */
    A11_LATE_ROLLBACK_NOT_LOGGED,

    // The shadow specimen.
    /** S1: the root is written together with the pages it points to. */
    S1_ROOT_BEFORE_PAGES,
    /** S2: after recovery the first root overwrites the valid one. */
    S2_OVERWRITES_VALID_ROOT,
    /** S3: the newest root is chosen without looking at its checksum, and written in two sectors. */
    S3_ROOT_WITHOUT_CHECKSUM,
    /** S6: slots of the page versions just replaced are used again at once. */
    S6_REUSES_SLOTS_TOO_EARLY,
    /** S9: slots that nobody needs are never found again after a crash. */
    S9_ORPHANS_STAY,
    /** S10: a rotten newest root makes it fall back silently to an older one. */
    S10_FALLS_BACK_SILENTLY,
    /** Page checksums, which the table keeps, are not looked at. */
    S5_IGNORES_CHECKSUMS,
    /** S5 of the fault model: slots that a snapshot may still read are used again. */
    S5_REUSES_SLOTS_UNDER_SNAPSHOT,
    /** A snapshot looks into the newest table. */
    S_SNAPSHOT_SEES_THE_NEWEST,
    /** What was kept for a snapshot stays when it ends. */
    S_SNAPSHOT_GIVES_NOTHING_BACK
}
