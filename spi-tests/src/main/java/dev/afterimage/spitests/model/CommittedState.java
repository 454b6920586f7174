package dev.afterimage.spitests.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/** All pages that exist after some number of commits; immutable, with a hash that finds equal states fast. */
public final class CommittedState {
    private final Map<Long, PageContent> pages;
    private final long hash;

    private CommittedState(Map<Long, PageContent> pages) {
        this.pages = pages;
        long sum = 0;
        for (Map.Entry<Long, PageContent> page : pages.entrySet()) {
            sum += PageContent.mix(page.getKey() * 0x9E3779B97F4A7C15L ^ page.getValue().hash());
        }
        hash = sum;
    }

    /** A state with exactly these pages. */
    public static CommittedState of(Map<Long, PageContent> pages) {
        return new CommittedState(new HashMap<>(pages));
    }

    /** This state after changes; a page changed to null is gone. */
    public CommittedState with(Map<Long, @Nullable PageContent> changes) {
        Map<Long, PageContent> copy = new HashMap<>(pages);
        changes.forEach((page, content) -> {
            if (content == null) {
                copy.remove(page);
            } else {
                copy.put(page, content);
            }
        });
        return new CommittedState(copy);
    }

    /** A page's content, or null where there is no such page. */
    @Nullable
    public PageContent page(long page) {
        return pages.get(page);
    }

    /** The numbers of the pages that exist. */
    public Set<Long> pages() {
        return pages.keySet();
    }

    /** A number that equal states share. */
    public long hash() {
        return hash;
    }

    /** How many pages differ from another state. */
    public int distance(CommittedState other) {
        int differing = 0;
        for (long page : union(other)) {
            differing += Objects.equals(page(page), other.page(page)) ? 0 : 1;
        }
        return differing;
    }

    /** The first few differences from another state, one line each, for people to read. */
    public String difference(CommittedState found) {
        StringBuilder text = new StringBuilder();
        int lines = 0;
        for (long page : union(found)) {
            PageContent mine = page(page);
            PageContent theirs = found.page(page);
            if (!Objects.equals(mine, theirs) && lines++ < 6) {
                text.append("  page ").append(page).append(": expected ").append(mine == null ? "no such page" : mine)
                        .append("\n          found    ").append(theirs == null ? "no such page" : theirs).append('\n');
            }
        }
        return text.append(lines > 6 ? "  and " + (lines - 6) + " pages more\n" : "").toString();
    }

    private Set<Long> union(CommittedState other) {
        Set<Long> all = new TreeSet<>(pages.keySet());
        all.addAll(other.pages.keySet());
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CommittedState that && hash == that.hash && pages.equals(that.pages);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }
}
