package dev.afterimage.buffer;

import dev.afterimage.api.StoreDamagedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** What {@link DoublewriteBuffer#repair()} does with the copies that it finds. One thread, at startup. */
final class DoublewriteRepair {
    private final DoublewriteRegion newer;
    private final DoublewriteRegion older;
    private final DoublewriteRegion[] regions;
    private final @Nullable HomePages[] homes;
    private final ByteBuffer home;

    DoublewriteRepair(DoublewriteRegion[] regions, @Nullable HomePages[] homes, int pageSize) {
        boolean firstIsNewer = regions[0].newestBatch() > regions[1].newestBatch();
        this.newer = firstIsNewer ? regions[0] : regions[1];
        this.older = firstIsNewer ? regions[1] : regions[0];
        this.regions = regions;
        this.homes = homes;
        this.home = ByteBuffer.allocateDirect(pageSize).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Writes copies over homes that are torn or were never written. A page that has a copy in both regions is made whole by the newer one, and is no longer torn when the turn
     * of the other comes.
     *
     * @param written set for each home file that was written to
     * @return homes written
     */
    long restoreHomes(boolean[] written) {
        return restoreHomes(newer, written) + restoreHomes(older, written);
    }

    private long restoreHomes(DoublewriteRegion region, boolean[] written) {
        long restored = 0;
        for (int slot = 0; slot < region.slots(); slot++) {
            if (region.holdsCopy(slot)) {
                HomePages homePages = homes(region.space(slot));
                long number = region.number(slot);
                readHome(homePages, number);
                if (!homePages.isWritten(number, home)) {
                    written[region.space(slot)] = true;
                    homePages.writeHome(number, region.page(slot));
                    restored++;
                }
            }
        }
        return restored;
    }

    /**
     * The region whose copies may be needed until the homes are durable for certain: that of the newest batch that is there as a whole. Of an incomplete one no page has gone home; where it
     * was written to is free.
     */
    int regionToKeep() {
        return (newer.isComplete() || !older.isComplete() ? newer : older) == regions[0] ? 0 : 1;
    }

    /** Collects the homes of the region to keep, all of which are whole now. */
    void gather(DoublewriteBatch into) {
        DoublewriteRegion kept = regions[regionToKeep()];
        for (int slot = 0; slot < kept.slots(); slot++) {
            if (kept.holdsCopy(slot)) {
                readHome(homes(kept.space(slot)), kept.number(slot));
                boolean room = into.put(kept.space(slot), kept.number(slot), home);
                assert room : "a region holds as many pages as a batch";
            }
        }
    }

    private void readHome(HomePages homePages, long number) {
        homePages.readHome(number, home.clear());
    }

    private HomePages homes(int space) {
        HomePages found = space >= 0 && space < homes.length ? homes[space] : null;
        if (found == null) {
            throw new StoreDamagedException("the doublewrite area holds a page of home file " + space + ", which is not among those of the store");
        }
        return found;
    }
}
