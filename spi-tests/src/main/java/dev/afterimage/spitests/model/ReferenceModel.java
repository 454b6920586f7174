package dev.afterimage.spitests.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.afterimage.api.Durability;
import org.jspecify.annotations.Nullable;

/** What a correct store does, in maps: the transactions that are active, and the history of those that committed. Not for several threads at once. */
public final class ReferenceModel {
    private final History history;
    private final List<ModelTransaction> active = new ArrayList<>();
    private final Set<Long> known;
    private int transactions;

    /** A model of a store that holds a state, whose first transaction has that number plus one. */
    public ReferenceModel(CommittedState initial, int transactionsSoFar) {
        history = new History(initial);
        known = new TreeSet<>(initial.pages());
        transactions = transactionsSoFar;
    }

    /** The commits so far. */
    public History history() {
        return history;
    }

    /** The transactions under way. */
    public List<ModelTransaction> active() {
        return active;
    }

    /** Every page that anybody was ever given. */
    public Set<Long> knownPages() {
        return known;
    }

    /** Numbers given to transactions so far. */
    public int transactions() {
        return transactions;
    }

    /** A transaction begins. */
    public ModelTransaction begin() {
        return begin(null);
    }

    /** A snapshot begins: it sees what is committed now. */
    public ModelTransaction beginSnapshot() {
        return begin(history.latest());
    }

    private ModelTransaction begin(@Nullable CommitRecord moment) {
        ModelTransaction transaction = new ModelTransaction(this, ++transactions, moment);
        active.add(transaction);
        history.began(transaction.number());
        return transaction;
    }

    /** The store was made, with an empty root page. */
    public void made(long root) {
        known.add(root);
        history.begins(CommittedState.of(Map.of(root, PageContent.EMPTY)));
    }

    /** A page was given out. */
    public void known(long page) {
        known.add(page);
    }

    /** Commit is called; the answer is the place in the order, or null for a transaction that changed nothing. */
    @Nullable
    public CommitRecord commit(ModelTransaction transaction, Durability level, long sequence) {
        active.remove(transaction);
        Map<Long, @Nullable PageContent> changes = transaction.changes();
        if (changes.isEmpty()) {
            return null;
        }
        return history.called(transaction.number(), level, history.latest().after().with(changes), sequence);
    }

    /** A transaction was undone. */
    public void rollback(ModelTransaction transaction) {
        active.remove(transaction);
        history.rolledBack(transaction.number());
    }
}
