package dev.afterimage.shadowpaging;

import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link PageOverlay} of a batch that gathers its first commits: one writer at a time, and readers of other pages beside it, who hold other page locks. */
@DisplayName("What is looked up beside a commit, in whatever order,")
public class PageOverlayRacesTest {
    private static final long ONE = 0;
    /** The first cell that is looked at is the same for both, so they are in each other's way; {@link #sameCell} sees to it. */
    private static final long OTHER = sameCell(ONE);
    private static final int MORE_THAN_THERE_IS = 100;

    private final PageOverlay overlay = new PageOverlay();

    /** The other page that goes to that one's cell while the overlay is as small as it begins. */
    private static long sameCell(long page) {
        long other = page + 1;
        while (cell(other) != cell(page)) {
            other++;
        }
        return other;
    }

    private static int cell(long page) {
        return PageOverlay.home(page, PageOverlay.CELLS_MIN);
    }

    @Test
    @DisplayName("is where that page is, or was, and never where another one is")
    void few() {
        Interleavings.few(getClass(), 40);
    }

    @Test
    @Tag("campaign")
    @DisplayName("is so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** Commits one of them. */
    @Operation(nonParallelGroup = "commit lock")
    public long commitOne() {
        return overlay.put(ONE, 11);
    }

    /** Commits the other, after making room for more than there is room for. */
    @Operation(nonParallelGroup = "commit lock")
    public long commitOtherInLarger() {
        overlay.ensureRoom(MORE_THAN_THERE_IS);
        return overlay.put(OTHER, 22);
    }

    /** Looks one of them up. */
    @Operation
    public long lookAtOne() {
        return overlay.get(ONE);
    }

    /** Looks the other up. */
    @Operation
    public long lookAtOther() {
        return overlay.get(OTHER);
    }
}
