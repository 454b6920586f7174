package dev.afterimage.spitests.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** One transaction as the model sees it: its changes, its savepoints, and the pages it has locked. */
public final class ModelTransaction {
    private final ReferenceModel model;
    private final int number;
    /** The newest commit when it began, for a snapshot; null for a transaction with locks. */
    private final @Nullable CommitRecord moment;
    private final List<Map<Long, @Nullable PageContent>> savepoints = new ArrayList<>();
    private final Set<Long> shared = new HashSet<>();
    private final Set<Long> exclusive = new HashSet<>();
    private Map<Long, @Nullable PageContent> changes = new HashMap<>();
    private int operations;

    ModelTransaction(ReferenceModel model, int number, @Nullable CommitRecord moment) {
        this.model = model;
        this.number = number;
        this.moment = moment;
    }

    /** The last commit that it sees, if it is a snapshot; null if it sees what is newest. */
    public @Nullable CommitRecord moment() {
        return moment;
    }

    /** Its number in the model, which its tags carry. */
    public int number() {
        return number;
    }

    /** Whether it may touch a page without waiting for anybody. */
    public boolean canLock(long page, boolean forWriting) {
        return model.active().stream().allMatch(other -> other == this
                || !other.exclusive.contains(page) && !(forWriting && other.shared.contains(page)));
    }

    /** What it sees in a page, or null where there is none for it. */
    @Nullable
    public PageContent read(long page) {
        if (moment != null) {
            return moment.after().page(page);
        }
        shared.add(page);
        return changes.containsKey(page) ? changes.get(page) : model.history().latest().after().page(page);
    }

    /** Whether the page exists for it; takes no lock. */
    public boolean sees(long page) {
        if (moment != null) {
            return moment.after().page(page) != null;
        }
        return (changes.containsKey(page) ? changes.get(page) : model.history().latest().after().page(page)) != null;
    }

    /** A tag nobody has had yet. */
    public long nextTag() {
        return PageContent.tag(number, ++operations);
    }

    /** It wrote a tag into some slots of a page that it sees. */
    public void write(long page, int from, int to, long tag) {
        PageContent before = read(page);
        if (before == null) {
            throw new IllegalStateException("T" + number + " writes page " + page + ", which it does not see");
        }
        exclusive.add(page);
        changes.put(page, before.with(from, to, tag));
    }

    /** It was given a page. */
    public void allocated(long page) {
        if (sees(page) || !canLock(page, true)) {
            throw new Violation("A3", "T" + number + " was given page " + page + " by allocate, which is in use", null);
        }
        exclusive.add(page);
        changes.put(page, PageContent.EMPTY);
    }

    /** It gave a page back. */
    public void freed(long page) {
        exclusive.add(page);
        changes.put(page, null);
    }

    /** It set a savepoint; the answer is its index, counted from 0. */
    public int savepoint() {
        savepoints.add(new HashMap<>(changes));
        return savepoints.size() - 1;
    }

    /** How many savepoints it has. */
    public int savepoints() {
        return savepoints.size();
    }

    /** It rolled back to a savepoint: that one stays, later ones are gone. */
    public void rolledBackTo(int savepoint) {
        changes = new HashMap<>(savepoints.get(savepoint));
        savepoints.subList(savepoint + 1, savepoints.size()).clear();
    }

    /** Pages whose content it would change. */
    public Map<Long, @Nullable PageContent> changes() {
        return changes;
    }

    /** Pages it holds exclusively. */
    public Set<Long> exclusive() {
        return exclusive;
    }
}
