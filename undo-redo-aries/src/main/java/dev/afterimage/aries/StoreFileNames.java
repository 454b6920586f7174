package dev.afterimage.aries;

import java.util.List;

/** The files of this strategy besides the log's segments, and the doublewrite area if there is one. */
final class StoreFileNames {
    /** The home pages: page n begins at n times the page size. */
    static final String PAGES = "pages";
    /** The control state. */
    static final String CONTROL = "control";

    static final List<String> ALL = List.of(PAGES, CONTROL);

    private StoreFileNames() {
    }
}
