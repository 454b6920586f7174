package dev.afterimage.spitests.specimen;

/** A mistake that a specimen can be told to make; the letter and number are those of the fault model's catalogue. */
public enum Vice {
    // The log specimen.
    W1_PAGES_BEFORE_LOG("W1", "a checkpoint writes pages home before the log that explains them is durable"),
    W4_ANSWERS_BEFORE_SYNC("W4", "commit is answered before the log is synced"),
    F1_SWALLOWS_FAILED_SYNC("F1", "a failed sync of the log is swallowed"),
    F2_RETRIES_FAILED_SYNC("F2", "a failed sync of the log is tried again until it works"),
    F3_CHECKPOINT_GOES_ON("F3", "a checkpoint goes on after the sync of the homes failed"),
    F8_READ_ERROR_ENDS_LOG("F8", "a read error in the log is taken for its end"),
    D1_NO_SYNC_BEFORE_HOME("D1", "no sync between the doublewrite copies and the homes"),
    D5_REPAIR_NOT_SYNCED("D5", "a torn home is repaired in memory only, and its copy overwritten"),
    P5_IGNORES_CHECKSUMS("P5", "page checksums are not looked at"),
    P6_CHECKSUM_BEFORE_LSN("P6", "the checksum is computed before the LSN is stamped"),
    P9_CHECKSUM_WITHOUT_NUMBER("P9", "the checksum does not cover the page's number"),
    L1_REDOES_TWICE("L1", "redo repeats a change that the page already holds"),
    L2_REDO_STAMPS_NOTHING("L2", "redo does not stamp the page's LSN"),
    L5_LSN_STARTS_OVER("L5", "LSNs start over with each log"),
    C1_POINTER_BEFORE_PAGES("C1", "the control block points past pages that are not durable"),
    C2_CONTROL_IN_PLACE("C2", "the control block is one copy of several sectors, overwritten in place"),
    C3_LOG_REUSED_TOO_EARLY("C3", "the old log is overwritten before the control block that no longer needs it is durable"),
    C4_CHECKPOINT_OMITS_PAGE("C4", "a checkpoint leaves out a page that is dirty"),
    C7_CLEAN_MARK_TOO_EARLY("C7", "the clean mark is written before the last pages are durable"),
    G1_BELIEVES_STALE_RECORDS("G1", "stale records of a recycled log are taken for new ones"),
    G2_TAIL_RISES_AGAIN("G2", "recovery goes on right behind the last good record, in front of lost records' survivors"),
    G3_BELIEVES_LENGTH("G3", "a record's length is believed before its checksum"),
    G6_DAMAGE_ENDS_LOG("G6", "damage in the midst of the log is taken for its end"),
    G7_REFUSES_TORN_TAIL("G7", "a torn tail with something behind it refuses to open"),
    R3_CREATION_NOT_SYNCED("R3", "a store's making is reported done before it is durable"),
    A1_STEALS_WITHOUT_UNDO("A1", "a checkpoint writes what is not committed to the homes, and nothing undoes it"),
    A4_KEEPS_ROLLED_BACK_PART("A4", "rolling back to a savepoint keeps what came after it"),
    E1_READER_DOES_NOT_WAIT("E1", "a reader of a commit that is not durable is answered at once"),
    N1_OWN_RANDOM("N1", "a random salt from elsewhere"),

    // The log specimen, where several threads commit.
    E_ANSWERS_FOLLOWER_BEFORE_SYNC("W4", "whoever finds somebody syncing is answered at once, though that sync may have begun before its record was written"),
    D_WRITES_OUT_OF_ORDER("D", "commits take their places in the log one after the other, and write there in any order: a crash finds a hole"),
    X_LOSES_WAKEUPS("X", "whoever is about to wait for another's sync misses that it is over"),
    C6_CHECKPOINT_LETS_GO("C6", "between writing pages home and moving the log's start a checkpoint lets commits through, and forgets them"),
    P3_COPIES_IN_HALVES("P3", "a page is copied for the checkpoint in two halves, and a commit comes in between"),

    // The undo specimen.
    A6_UNDOES_ROLLED_BACK("A6", "what was rolled back is undone again, over what others committed since"),
    A2_UNDOES_AGAIN("A2", "what one recovery has undone, the next undoes again"),
    A_FORGETS_IDLE_LOSER("A", "a checkpoint keeps the before-images of those only who wrote since the last one"),
    A_UNDOES_BY_OLD_IMAGE("A", "undo puts a page back as it was when a before-image was first taken of it"),

    // The late specimen.
    A11_LOCKS_NOT_HELD("A11", "the store opens before unfinished work is rolled back, and nobody keeps its pages"),
    A11_LATE_ROLLBACK_NOT_LOGGED("A11", "a rollback after opening leaves nothing in the log: the next recovery undoes once more what is undone already, over what was committed since"),

    // The shadow specimen.
    S1_ROOT_BEFORE_PAGES("S1", "the root is written together with the pages it points to"),
    S2_OVERWRITES_VALID_ROOT("S2", "after recovery the first root overwrites the valid one"),
    S3_ROOT_WITHOUT_CHECKSUM("S3", "the newest root is chosen without looking at its checksum, and written in two sectors"),
    S6_REUSES_SLOTS_TOO_EARLY("S6", "slots of the page versions just replaced are used again at once"),
    S9_ORPHANS_STAY("S9", "slots that nobody needs are never found again after a crash"),
    S10_FALLS_BACK_SILENTLY("S10", "a rotten newest root makes it fall back silently to an older one"),
    S5_IGNORES_CHECKSUMS("P5", "page checksums, which the table keeps, are not looked at"),
    S5_REUSES_SLOTS_UNDER_SNAPSHOT("S5", "slots that a snapshot may still read are used again"),
    S_SNAPSHOT_SEES_THE_NEWEST("V1", "a snapshot looks into the newest table"),
    S_SNAPSHOT_GIVES_NOTHING_BACK("V3", "what was kept for a snapshot stays when it ends");

    private final String fault;
    private final String sentence;

    Vice(String fault, String sentence) {
        this.fault = fault;
        this.sentence = sentence;
    }

    /** Its letter and number in the fault model's catalogue; the letter alone, or a rule's number, for what has none there. */
    public String fault() {
        return fault;
    }

    /** What a specimen with it does. */
    public String sentence() {
        return sentence;
    }
}
