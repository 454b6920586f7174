package dev.afterimage.spi;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

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
 * @param optional what it offers beyond that
 */
public record StrategyTraits(boolean steal, boolean force, boolean redo, boolean undo, TornPageProtection tornPageProtection,
        ChangeDetail changeDetail, int pageHeaderBytes, Set<OptionalTrait> optional) {
    /** Checks the ranges. */
    public StrategyTraits {
        // In the order of the enum, so that lists of traits look the same every time.
        EnumSet<OptionalTrait> ordered = EnumSet.noneOf(OptionalTrait.class);
        ordered.addAll(optional);
        optional = Collections.unmodifiableSet(ordered);
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
    /** Traits of a strategy that offers nothing beyond what all must do. */
    public StrategyTraits(boolean steal, boolean force, boolean redo, boolean undo, TornPageProtection tornPageProtection, ChangeDetail changeDetail,
            int pageHeaderBytes) {
        this(steal, force, redo, undo, tornPageProtection, changeDetail, pageHeaderBytes, Set.of());
    }

    /** These traits and one more. */
    public StrategyTraits with(OptionalTrait trait) {
        EnumSet<OptionalTrait> more = EnumSet.of(trait);
        more.addAll(optional);
        return new StrategyTraits(steal, force, redo, undo, tornPageProtection, changeDetail, pageHeaderBytes, more);
    }

    /** Whether it offers this. */
    public boolean has(OptionalTrait trait) {
        return optional.contains(trait);
    }
}
