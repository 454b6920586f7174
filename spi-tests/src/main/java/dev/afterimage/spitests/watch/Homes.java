package dev.afterimage.spitests.watch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;

import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.PageContent;
import org.jspecify.annotations.Nullable;

/**
 * Where pages live, found out without knowing the files: a store is closed in good order, opened, and read page by page; where the page's values are read from, in their order, there is its home.
 */
public final class Homes {
    private final int usableBytes;
    private final Map<String, NavigableMap<Long, Long>> pages = new HashMap<>();
    private final Set<String> copies = new HashSet<>();
    private LongUnaryOperator pageOfTag = tag -> -1;

    /** None known, and none to come: for pages that have no fixed homes. */
    public Homes() {
        this(0);
    }

    /** None known yet, of pages with so many usable bytes. */
    public Homes(int usableBytes) {
        this.usableBytes = usableBytes;
    }

    /** Whose a value is; asked with values only. */
    void pageOfTag(LongUnaryOperator asked) {
        pageOfTag = asked;
    }

    /** A store that had just been opened read this stretch of a file. */
    public void read(DiskImage image, String file, long position, int length, CommittedState state) {
        byte[] bytes = image.read(file, position, length);
        for (long page : state.pages()) {
            PageContent content = Objects.requireNonNull(state.page(page));
            int slot = 0;
            while (slot < PageContent.SLOTS && content.tag(slot) == 0) {
                slot++;
            }
            if (slot < PageContent.SLOTS) {
                for (int at = 0; at + usableBytes <= length; at += Long.BYTES) {
                    if (holds(bytes, at, content)) {
                        pages.computeIfAbsent(file, name -> new TreeMap<>()).put(position + at, page);
                        break;
                    }
                }
            }
        }
    }

    private boolean holds(byte[] bytes, int base, PageContent content) {
        for (int slot = 0; slot < PageContent.SLOTS; slot++) {
            int at = base + PageContent.offset(slot, usableBytes);
            long value = 0;
            for (int index = 7; index >= 0; index--) {
                value = value << 8 | bytes[at + index] & 0xFF;
            }
            if (value != content.tag(slot)) {
                return false;
            }
        }
        return true;
    }

    /** Forgets all but the file from which most pages were read: a page may be found in a log or among copies as well. */
    public void keepLargest() {
        int most = pages.values().stream().mapToInt(Map::size).max().orElse(0);
        pages.values().removeIf(inFile -> inFile.size() < most);
    }

    /**
     * While the store was closed in good order, this was written. A file other than the homes' that was given most of a page's slots, all of them with the value that the page had been given and answered for before, holds
     * copies of pages on their way home, and no log.
     */
    public void written(DiskEvent.Written written, long value) {
        int count = 0;
        for (int index = 0; index < written.sectors().count(); index++) {
            count += TaggedSector.of(written.sectors().bytes(index), tag -> tag == value).tags().length;
        }
        if (count > PageContent.SLOTS / 2 && !hasAny(written.name())) {
            copies.add(written.name());
        }
    }

    /** Whether a file holds copies of pages on their way home. */
    boolean holdsCopies(String file) {
        return copies.contains(file);
    }

    /** Whether a page lives at another place than in another search's findings. */
    public boolean hasMoved(long page, Homes earlier) {
        return !place(page).equals(earlier.place(page));
    }

    private String place(long page) {
        for (Map.Entry<String, NavigableMap<Long, Long>> inFile : pages.entrySet()) {
            for (Map.Entry<Long, Long> home : inFile.getValue().entrySet()) {
                if (home.getValue() == page) {
                    return inFile.getKey() + '@' + home.getKey();
                }
            }
        }
        return "nowhere";
    }

    /** How many there are. */
    public int size() {
        return pages.values().stream().mapToInt(Map::size).sum();
    }

    boolean hasAny(String file) {
        return pages.containsKey(file);
    }

    /** Whether a place is in the home of the page whose value it is. */
    boolean isHome(String file, long position, long tag) {
        NavigableMap<Long, Long> inFile = pages.get(file);
        Map.@Nullable Entry<Long, Long> home = inFile == null ? null : inFile.floorEntry(position);
        return home != null && position < home.getKey() + usableBytes && home.getValue() == pageOfTag.applyAsLong(tag);
    }

    /** The homes that lie wholly in a stretch of a file: first usable byte, and page. */
    Map<Long, Long> within(String file, long from, long to) {
        NavigableMap<Long, Long> inFile = pages.get(file);
        return inFile == null || to - usableBytes < from ? Map.of() : inFile.subMap(from, true, to - usableBytes, true);
    }

    long place(long home, int slot) {
        return home + PageContent.offset(slot, usableBytes);
    }
}
