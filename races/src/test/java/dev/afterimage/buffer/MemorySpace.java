package dev.afterimage.buffer;

import java.util.HashMap;
import java.util.Map;

import dev.afterimage.memory.OffHeapBytes;

/** Pages that hold one number; 0 until written. */
final class MemorySpace implements PageSpace {
    private final Map<Long, Long> pages = new HashMap<>();

    @Override
    public String name() {
        return "home";
    }

    @Override
    public void read(long number, OffHeapBytes page) {
        synchronized (pages) {
            page.putLong(0, pages.getOrDefault(number, 0L));
        }
    }

    @Override
    public void write(long number, OffHeapBytes page) {
        synchronized (pages) {
            pages.put(number, page.getLong(0));
        }
    }
}
