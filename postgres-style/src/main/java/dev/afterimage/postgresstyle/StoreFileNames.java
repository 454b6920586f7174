package dev.afterimage.postgresstyle;

import java.util.List;

/** The files of this strategy besides the log's segments. */
final class StoreFileNames {
    /** The home pages: page n begins at n times the page size. */
    static final String PAGES = "pages";
    /** Private pages that the cache has no room for; worth nothing after a restart. */
    static final String SPILL = "spill";
    /** The control state. */
    static final String CONTROL = "control";

    /** Those that must be there when a store is opened. */
    static final List<String> KEPT = List.of(PAGES, CONTROL);

    private StoreFileNames() {
    }
}
