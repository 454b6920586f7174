package dev.afterimage.spitests.check;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.History;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/** Names the rule that an illegal recovered state breaks, so that the failure says what kind of bug to look for. */
final class Classification {
    private final History history;
    private final History.Legal legal;
    private final CommittedState found;

    Classification(History history, History.Legal legal, CommittedState found) {
        this.history = history;
        this.legal = legal;
        this.found = found;
    }

    Violation violation() {
        CommitRecord lost = earlier();
        if (lost != null) {
            return new Violation(legal.floorReason().contains("rule D3") ? "D3" : "D1", "expected at least the state after " + legal.states().get(0)
                    + ", because " + legal.floorReason() + "; found the earlier state after " + lost, null);
        }
        String trace = traceOfTheUncommitted();
        if (trace != null) {
            return new Violation("A1", trace + '\n' + differences(), null);
        }
        String torn = tornCommit();
        return torn != null
                ? new Violation("A3", torn + '\n' + differences(), null)
                : new Violation("D2", "expected a prefix of the commit order; found later commits without earlier ones\n" + differences(), null);
    }

    @Nullable
    private CommitRecord earlier() {
        for (CommitRecord record : history.commits()) {
            if (record == legal.states().get(0)) {
                return null;
            }
            if (record.after().equals(found)) {
                return record;
            }
        }
        return null;
    }

    @Nullable
    private String traceOfTheUncommitted() {
        Set<Integer> allowed = new HashSet<>();
        for (CommitRecord record : history.commits()) {
            allowed.add(record.transaction());
            if (record == newest()) {
                break;
            }
        }
        for (long page : found.pages()) {
            PageContent content = Objects.requireNonNull(found.page(page));
            for (int slot = 0; slot < PageContent.SLOTS; slot++) {
                long tag = content.tag(slot);
                int owner = PageContent.transactionOf(tag);
                if (tag != 0 && !allowed.contains(owner)) {
                    return "expected no trace of T" + owner + " (" + Objects.requireNonNullElse(history.fate(owner), "which never was") + "); found its tag "
                            + PageContent.describe(tag) + " in page " + page + " slot " + slot;
                }
            }
        }
        return null;
    }

    /** A commit of which one page is there and another is not; null if each is whole or absent. */
    @Nullable
    private String tornCommit() {
        List<CommitRecord> states = legal.states();
        for (int index = 1; index < states.size(); index++) {
            Set<Long> there = new HashSet<>();
            Set<Long> missing = new HashSet<>();
            CommittedState before = states.get(index - 1).after();
            CommittedState after = states.get(index).after();
            Set<Long> pages = new HashSet<>(before.pages());
            pages.addAll(after.pages());
            for (long page : pages) {
                if (!Objects.equals(before.page(page), after.page(page))) {
                    (versionOf(page) >= index ? there : missing).add(page);
                }
            }
            if (!there.isEmpty() && !missing.isEmpty()) {
                return "expected all or nothing of T" + states.get(index).transaction() + "; found its pages " + there + " but not its pages " + missing;
            }
        }
        for (long page : found.pages()) {
            if (versionOf(page) < 0) {
                return "expected page " + page + " as some commit left it; found a mixture";
            }
        }
        return states.size() > 2 ? null : "expected one of " + states.size() + " legal states; found none of them";
    }

    private int versionOf(long page) {
        for (int index = legal.states().size() - 1; index >= 0; index--) {
            if (Objects.equals(legal.states().get(index).after().page(page), found.page(page))) {
                return index;
            }
        }
        return -1;
    }

    private CommitRecord newest() {
        return legal.states().get(legal.states().size() - 1);
    }

    private String differences() {
        CommitRecord nearest = newest();
        for (CommitRecord candidate : legal.states()) {
            if (candidate.after().distance(found) < nearest.after().distance(found)) {
                nearest = candidate;
            }
        }
        return "legal were " + legal.states().size() + " states, from " + legal.states().get(0) + " (" + legal.floorReason() + ") to " + newest()
                + "\nthe nearest is the one after " + nearest + ":\n" + nearest.after().difference(found);
    }
}
