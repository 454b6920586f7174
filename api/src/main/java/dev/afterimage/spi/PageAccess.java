package dev.afterimage.spi;

/**
 * A page held in memory for one reader or writer, until closed; strategies reuse these objects, so nobody keeps one.
 */
public interface PageAccess extends AutoCloseable {
    /** The page's number. */
    long pageId();

    /** Its bytes, less what the strategy keeps for itself ({@link StrategyTraits#pageHeaderBytes()}). Writing to a read access is forbidden. */
    PageBytes bytes();

    /** Lets go. Called once. */
    @Override
    void close();
}
