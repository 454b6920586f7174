/** Strategy: before-images in a journal, pages in place, forced at commit (steal, force). It exports nothing: {@link java.util.ServiceLoader} is the only door. */
module dev.afterimage.examples.rollbackjournal {
    requires dev.afterimage.api;

    provides dev.afterimage.spi.RecoveryStrategyProvider with dev.afterimage.examples.rollbackjournal.RollbackJournalProvider;
}
