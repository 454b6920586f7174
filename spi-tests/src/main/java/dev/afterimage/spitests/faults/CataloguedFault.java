package dev.afterimage.spitests.faults;

/**
 * A fault of the fault model's catalogue.
 *
 * @param id its letter and number
 * @param sentence what the faulty code does
 * @param inexpressible why nothing in Afterimage can have it; empty if something can
 */
public record CataloguedFault(String id, String sentence, String inexpressible) {
    static CataloguedFault of(String id, String sentence) {
        return new CataloguedFault(id, sentence, "");
    }

    /** This fault, for which there is no place. */
    CataloguedFault nowhere(String because) {
        return new CataloguedFault(id, sentence, because);
    }

    /** Whether there is a place for it. */
    public boolean expressible() {
        return inexpressible.isEmpty();
    }
}
