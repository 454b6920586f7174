package dev.afterimage.spi;

/**
 * What a strategy promises; the terms are Härder and Reuter's (Principles of Transaction-Oriented Database Recovery, 1983).
 *
 * @param steal whether bytes of an unfinished transaction may reach a page's home
 * @param force whether a commit's pages are at their homes when it is durable, so that it never needs redo
 * @param redo whether recovery may have to do committed work again
 * @param undo whether recovery may have to undo unfinished work
 * @param tornPageProtection how torn pages are coped with
 * @param changeDetail how much the engine has to note of changes
 * @param pageHeaderBytes bytes of each page that the strategy keeps for itself: 0 to 64, a multiple of 8
 */
public record StrategyTraits(boolean steal, boolean force, boolean redo, boolean undo, TornPageProtection tornPageProtection,
        ChangeDetail changeDetail, int pageHeaderBytes) {
    /** Checks the ranges. */
    public StrategyTraits {
        if (pageHeaderBytes < 0 || pageHeaderBytes > 64 || pageHeaderBytes % 8 != 0) {
            throw new IllegalArgumentException("pageHeaderBytes: expected 0 to 64, a multiple of 8, found " + pageHeaderBytes);
        }
        if (steal && !undo) {
            throw new IllegalArgumentException("a strategy that steals must be able to undo");
        }
        if (!force && !redo) {
            throw new IllegalArgumentException("a strategy that does not force must be able to redo");
        }
    }
}
