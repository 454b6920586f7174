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
     * Writes copies over torn homes of which the region to keep has none: what is left where something rotted, for the homes of the other region's batch were durable before the batch to keep was written, or have not been
     * written at all.
     *
     * @param written set for each home file that was written to
     * @return homes written
     */
    long restoreFromOtherRegion(boolean[] written) {
        DoublewriteRegion kept = regions[regionToKeep()];
        DoublewriteRegion other = regions[1 - regionToKeep()];
        long restored = 0;
        for (int slot = 0; slot < other.slots(); slot++) {
            if (other.holdsCopy(slot) && !kept.holdsCopyOf(other.space(slot), other.number(slot))) {
                HomePages homePages = homes(other.space(slot));
                readHome(homePages, other.number(slot));
                if (!homePages.isWhole(other.number(slot), home)) {
                    written[other.space(slot)] = true;
                    homePages.writeHome(other.number(slot), other.page(slot));
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

    /**
     * Collects the pages of the region to keep, to be written to the other region, durably, before any home: a home that is whole as it is, in place of one that is torn or was never written its copy. No copy goes home
     * from where it was found, for what was found is only seen: after a failed sync, or the death of a process before its sync, the device need not have it.
     *
     * @return homes whose copies were taken
     */
    long gather(DoublewriteBatch into) {
        DoublewriteRegion kept = regions[regionToKeep()];
        long restored = 0;
        for (int slot = 0; slot < kept.slots(); slot++) {
            if (kept.holdsCopy(slot)) {
                HomePages homePages = homes(kept.space(slot));
                long number = kept.number(slot);
                readHome(homePages, number);
                boolean written = homePages.isWritten(number, home);
                boolean room = into.put(kept.space(slot), number, written ? home : kept.page(slot));
                assert room : "a region holds as many pages as a batch";
                restored += written ? 0 : 1;
            }
        }
        return restored;
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
