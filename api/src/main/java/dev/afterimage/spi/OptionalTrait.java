package dev.afterimage.spi;

/** What a strategy may offer beyond what all must do; the engine refuses what needs a trait that is absent (rule P1). */
public enum OptionalTrait {
    /**
     * A reader can have one moment of the whole store for as long as it likes, beside writers ({@link RecoveryStrategy#openSnapshot}). The kit checks rules V1 to V3 then.
     */
    SNAPSHOT_READS,
    /**
     * Unfinished work may still be there when {@link RecoveryStrategy#recover()} returns, and is rolled back while the store is open
     * ({@link RecoveryStrategy#recoveredTransactions()}). The kit checks rule A11 then.
     */
    ROLLBACK_AFTER_OPENING
}
