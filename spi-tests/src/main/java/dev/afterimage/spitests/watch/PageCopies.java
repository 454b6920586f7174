package dev.afterimage.spitests.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.DiskTrace;
import dev.afterimage.spitests.disk.SyncScope;

/**
 * Whether pages were copied before they were overwritten where they live, as a trace shows it: by the value in most of a page's slots, which the change that follows leaves alone, so that it turns up anew only where the
 * page is written whole.
 */
public final class PageCopies {
    /** More slots than any change that is made here, or the image of one, holds. */
    private static final int MOST = 12;

    private final Homes homes;
    private final Map<Long, Long> pageOfValue = new HashMap<>();

    /**
     * Pages to look for.
     *
     * @param homes where they live
     * @param valueOfPage what is in most of each one's slots
     */
    public PageCopies(Homes homes, Map<Long, Long> valueOfPage) {
        this.homes = homes;
        valueOfPage.forEach((page, value) -> pageOfValue.put(value, page));
        homes.pageOfTag(tag -> pageOfValue.getOrDefault(tag, -1L));
    }

    /**
     * What became of the pages.
     *
     * @param copied how many were copied elsewhere, durably, by the time their change was answered
     * @param overwrittenBefore how many were overwritten at home by then
     * @param overwritten how many were overwritten at home in all
     * @param overwrittenUncopied of these, how many with no durable copy elsewhere that had been made since the change began
     */
    public record Evidence(int copied, int overwrittenBefore, int overwritten, int overwrittenUncopied) {
    }

    private static final class Page {
        private final List<DiskEvent.Written> fresh = new ArrayList<>();
        private final List<Integer> counts = new ArrayList<>();
        private int durable;
        private boolean overwritten;
    }

    /** Looks at a trace, from where the change began; it was answered later. */
    public Evidence of(DiskTrace trace, long begun, long answered) {
        Map<Long, Page> pages = new HashMap<>();
        pageOfValue.values().forEach(page -> pages.put(page, new Page()));
        int copied = 0;
        int before = 0;
        int overwritten = 0;
        int uncopied = 0;
        boolean counted = false;
        for (DiskEvent event : trace.events()) {
            if (event.call().returned() > answered && !counted) {
                counted = true;
                copied = (int) pages.values().stream().filter(page -> page.durable >= MOST).count();
                before = overwritten;
            }
            if (event.call().returned() > begun && event instanceof DiskEvent.Written written) {
                for (long home : homes.within(written.name(), written.position(), written.position() + written.length()).values()) {
                    Page page = pages.get(home);
                    if (page != null && !page.overwritten) {
                        page.overwritten = true;
                        overwritten++;
                        uncopied += page.durable < MOST ? 1 : 0;
                    }
                }
                count(written, pages);
            } else if (event instanceof DiskEvent.SyncEnded sync && sync.failure() == null && sync.scope() != SyncScope.NAMES) {
                pages.values().forEach(page -> settle(page, sync));
            }
        }
        return new Evidence(copied, before, overwritten, uncopied);
    }

    private void count(DiskEvent.Written written, Map<Long, Page> pages) {
        Map<Long, Integer> found = new HashMap<>();
        for (int index = 0; index < written.sectors().count(); index++) {
            TaggedSector sector = TaggedSector.of(written.sectors().bytes(index), pageOfValue::containsKey);
            for (int value = 0; value < sector.tags().length; value++) {
                long place = (written.sectors().first() + index) * WatchedFile.SECTOR + sector.offsets()[value];
                if (!homes.isHome(written.name(), place, sector.tags()[value])) {
                    found.merge(pageOfValue.get(sector.tags()[value]), 1, Integer::sum);
                }
            }
        }
        found.forEach((number, count) -> {
            Page page = pages.get(number);
            if (page != null) {
                page.fresh.add(written);
                page.counts.add(count);
            }
        });
    }

    private static void settle(Page page, DiskEvent.SyncEnded sync) {
        for (int index = page.fresh.size() - 1; index >= 0; index--) {
            DiskEvent.Written written = page.fresh.get(index);
            if (written.file() == sync.file() && written.call().returned() < sync.call().started()) {
                page.durable += page.counts.remove(index);
                page.fresh.remove(index);
            }
        }
    }
}
