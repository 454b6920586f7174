package dev.afterimage.spitests.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.history.Anomaly.Kind;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.Violation;

/** Histories written down by hand: x is page 1, y page 2; the set-up makes both. Time goes by with each step. */
@DisplayName("Every anomaly in a history of lists is found, and none where there is none")
public class IsolationCheckTest {
    private static final long X = 1;
    private static final long Y = 2;

    private final ListHistory history = new ListHistory();
    private final ListTransaction first;
    private long time;

    /** For JUnit. */
    public IsolationCheckTest() {
        first = begin();
        first.allocated(X, first.nextElement());
        first.allocated(Y, first.nextElement());
        commit(first, Durability.POWER_SAFE);
    }

    private static long x() {
        return ListHistory.element(1, 1);
    }

    private static long y() {
        return ListHistory.element(1, 2);
    }

    private static long of(ListTransaction transaction, int operation) {
        return ListHistory.element(transaction.number(), operation);
    }

    private ListTransaction begin() {
        return history.begin("main", false, ++time);
    }

    private void read(ListTransaction transaction, long page, Long... elements) {
        transaction.read(page, List.of(elements), ++time);
    }

    private long append(ListTransaction transaction, long page) {
        long element = transaction.nextElement();
        transaction.append(page, element);
        return element;
    }

    private void commit(ListTransaction transaction, Durability level) {
        transaction.called(level, ++time);
        transaction.acknowledged(++time);
    }

    private void commit(ListTransaction transaction) {
        commit(transaction, Durability.POWER_SAFE);
    }

    private void finds(Kind kind) {
        List<Anomaly> found = IsolationCheck.of(history);
        assertTrue(found.stream().anyMatch(anomaly -> anomaly.kind() == kind), () -> "expected " + kind + ", found " + found);
    }

    private void findsNothing() {
        assertEquals(List.of(), IsolationCheck.of(history));
    }

    /** One after the other. */
    @Test
    @DisplayName("Transactions one after the other show none")
    public void serialHistoryIsClean() {
        ListTransaction one = begin();
        read(one, X, x());
        long a = append(one, X);
        commit(one);
        ListTransaction two = begin();
        read(two, X, x(), a);
        read(two, Y, y());
        append(two, Y);
        commit(two);
        ListTransaction rolledBack = begin();
        read(rolledBack, X, x(), a);
        append(rolledBack, X);
        rolledBack.rolledBack(++time);
        findsNothing();
    }

    /** Its own business. */
    @Test
    @DisplayName("A transaction that reads what it takes back to a savepoint afterwards shows none")
    public void ownReadsOfWhatASavepointTookBack() {
        ListTransaction one = begin();
        one.savepoint();
        read(one, X, x());
        append(one, X);
        read(one, X, x(), of(one, 1));
        one.rolledBackToSavepoint();
        read(one, X, x());
        append(one, X);
        commit(one);
        ListTransaction two = begin();
        read(two, X, x(), of(one, 2));
        commit(two);
        findsNothing();
    }

    /** G0. */
    @Test
    @DisplayName("G0: two write over each other, on one list first the one, on another first the other")
    public void circleOfWrites() {
        ListTransaction one = begin();
        ListTransaction two = begin();
        read(one, X, x());
        append(one, X);
        read(two, X, x(), of(one, 1));
        append(two, X);
        read(two, Y, y());
        append(two, Y);
        read(one, Y, y(), of(two, 2));
        append(one, Y);
        commit(one);
        commit(two);
        finds(Kind.G0);
    }

    /** G1a. */
    @Test
    @DisplayName("G1a: what was rolled back was read")
    public void abortedRead() {
        ListTransaction one = begin();
        read(one, X, x());
        append(one, X);
        one.rolledBack(++time);
        ListTransaction two = begin();
        read(two, X, x(), of(one, 1));
        commit(two);
        finds(Kind.ABORTED_READ);
    }

    /** G1a, in part. */
    @Test
    @DisplayName("G1a: what was taken back to a savepoint was read")
    public void readOfWhatASavepointTookBack() {
        ListTransaction one = begin();
        read(one, X, x());
        append(one, X);
        one.savepoint();
        append(one, X);
        one.rolledBackToSavepoint();
        commit(one);
        ListTransaction two = begin();
        read(two, X, x(), of(one, 1), of(one, 2));
        commit(two);
        finds(Kind.ABORTED_READ);
    }

    /** G1b. */
    @Test
    @DisplayName("G1b: the first of two appends was read without the second")
    public void intermediateRead() {
        ListTransaction one = begin();
        read(one, X, x());
        append(one, X);
        append(one, X);
        commit(one);
        ListTransaction two = begin();
        read(two, X, x(), of(one, 1));
        commit(two);
        finds(Kind.INTERMEDIATE_READ);
    }

    /** A dirty read. */
    @Test
    @DisplayName("G1b: what had not called commit was read")
    public void readBeforeCommit() {
        ListTransaction one = begin();
        read(one, X, x());
        append(one, X);
        ListTransaction two = begin();
        read(two, X, x(), of(one, 1));
        commit(one);
        commit(two);
        finds(Kind.INTERMEDIATE_READ);
    }

    /** G1c. */
    @Test
    @DisplayName("G1c: two read what the other wrote")
    public void circleOfInformation() {
        ListTransaction one = begin();
        ListTransaction two = begin();
        read(one, X, x());
        append(one, X);
        read(two, Y, y());
        append(two, Y);
        read(one, Y, y(), of(two, 1));
        read(two, X, x(), of(one, 1));
        commit(one);
        commit(two);
        finds(Kind.G1C);
    }

    /** G-single. */
    @Test
    @DisplayName("G-single: one commit was seen in one list and not in another")
    public void readSkew() {
        ListTransaction writer = begin();
        read(writer, X, x());
        append(writer, X);
        read(writer, Y, y());
        append(writer, Y);
        ListTransaction reader = begin();
        read(reader, X, x());
        commit(writer);
        read(reader, Y, y(), of(writer, 2));
        commit(reader);
        finds(Kind.G_SINGLE);
    }

    /** A lost update. */
    @Test
    @DisplayName("A lost update: two append behind the same element")
    public void lostUpdate() {
        ListTransaction one = begin();
        ListTransaction two = begin();
        read(one, X, x());
        read(two, X, x());
        append(one, X);
        append(two, X);
        commit(one);
        commit(two);
        finds(Kind.LOST_UPDATE);
    }

    /** G2. */
    @Test
    @DisplayName("G2: two read both lists and write one each (write skew)")
    public void writeSkew() {
        ListTransaction one = begin();
        ListTransaction two = begin();
        read(one, X, x());
        read(one, Y, y());
        read(two, X, x());
        read(two, Y, y());
        append(one, X);
        append(two, Y);
        commit(one);
        commit(two);
        finds(Kind.G2);
    }

    /** Stale, but serializable. */
    @Test
    @DisplayName("Real time: a reader that began later does not see what had been answered")
    public void staleRead() {
        ListTransaction writer = begin();
        read(writer, X, x());
        append(writer, X);
        commit(writer);
        ListTransaction early = begin();
        read(early, X, x(), of(writer, 1));
        commit(early);
        ListTransaction late = begin();
        read(late, X, x());
        commit(late);
        finds(Kind.REAL_TIME);
    }

    /** Nobody's. */
    @Test
    @DisplayName("An element that nobody appended, and one that is there twice")
    public void unknownElements() {
        ListTransaction one = begin();
        read(one, X, x(), 77L);
        commit(one);
        finds(Kind.UNKNOWN_ELEMENT);
        ListTransaction two = begin();
        read(two, Y, y(), y());
        commit(two);
        assertEquals(2, IsolationCheck.of(history).stream().filter(anomaly -> anomaly.kind() == Kind.UNKNOWN_ELEMENT).count());
    }

    /** Info, in the terms of Elle. */
    @Test
    @DisplayName("A transaction in doubt counts once somebody saw it, and not before")
    public void inDoubt() {
        ListTransaction doubtful = begin();
        read(doubtful, X, x());
        append(doubtful, X);
        doubtful.called(Durability.POWER_SAFE, ++time);
        ListTransaction blind = begin();
        read(blind, Y, y());
        append(blind, Y);
        commit(blind);
        findsNothing();
        ListTransaction seeing = begin();
        read(seeing, X, x(), of(doubtful, 1));
        commit(seeing);
        ListTransaction late = begin();
        read(late, X, x());
        commit(late);
        finds(Kind.REAL_TIME);
    }

    // ---- after a crash

    private void breaks(String rule, Map<Long, List<Long>> lists, long sequence) {
        Violation violation = assertThrows(Violation.class, () -> new SurvivalCheck(history).check(lists, sequence, CrashKind.POWER));
        assertEquals(rule, violation.rule(), violation.getMessage());
    }

    private void legal(Map<Long, List<Long>> lists, long sequence) {
        new SurvivalCheck(history).check(lists, sequence, CrashKind.POWER);
    }

    /** Relaxed commits. */
    @Test
    @DisplayName("Of relaxed commits a prefix may survive, whoever made them; nothing without what had been answered before it (D2)")
    public void prefixes() {
        ListTransaction one = begin();
        read(one, X, x());
        long a = append(one, X);
        commit(one, Durability.RELAXED);
        ListTransaction two = begin();
        read(two, Y, y());
        long b = append(two, Y);
        commit(two, Durability.RELAXED);
        legal(Map.of(X, List.of(x()), Y, List.of(y())), time);
        legal(Map.of(X, List.of(x(), a), Y, List.of(y())), time);
        legal(Map.of(X, List.of(x(), a), Y, List.of(y(), b)), time);
        breaks("D2", Map.of(X, List.of(x()), Y, List.of(y(), b)), time);
        history.promised(++time, time, "a test says so");
        breaks("D1", Map.of(X, List.of(x(), a), Y, List.of(y())), time);
    }

    /** Acknowledged, in doubt, not yet called. */
    @Test
    @DisplayName("What was answered survives (D1); what was in doubt may, whole (A3); what had not called commit does not (A1)")
    public void promises() {
        ListTransaction one = begin();
        read(one, X, x());
        long a = append(one, X);
        read(one, Y, y());
        long b = append(one, Y);
        one.called(Durability.POWER_SAFE, ++time);
        long doubtful = time;
        one.acknowledged(++time);
        legal(Map.of(X, List.of(x()), Y, List.of(y())), doubtful);
        legal(Map.of(X, List.of(x(), a), Y, List.of(y(), b)), doubtful);
        breaks("A3", Map.of(X, List.of(x(), a), Y, List.of(y())), doubtful);
        breaks("D1", Map.of(X, List.of(x()), Y, List.of(y())), time);
        breaks("A1", Map.of(X, List.of(x(), a), Y, List.of(y(), b)), doubtful - 1);
    }

    /** Closed under dependency. */
    @Test
    @DisplayName("Nobody survives without those whose work it saw (A3), and what a reader was answered survives (D3)")
    public void dependencies() {
        ListTransaction one = begin();
        ListTransaction two = begin();
        read(one, X, x());
        long a = append(one, X);
        one.called(Durability.POWER_SAFE, ++time);
        read(two, X, x(), a);
        read(two, Y, y());
        long b = append(two, Y);
        two.called(Durability.POWER_SAFE, ++time);
        breaks("A3", Map.of(X, List.of(x()), Y, List.of(y(), b)), time);
        legal(Map.of(X, List.of(x(), a), Y, List.of(y())), time);
        ListTransaction reader = begin();
        read(reader, X, x(), a);
        commit(reader);
        breaks("D3", Map.of(X, List.of(x()), Y, List.of(y())), time);
        legal(Map.of(X, List.of(x(), a), Y, List.of(y())), time);
    }

    /** Pages that come and go. */
    @Test
    @DisplayName("A list that was freed is gone, or else who freed it is")
    public void freedLists() {
        ListTransaction maker = begin();
        long made = maker.nextElement();
        maker.allocated(3, made);
        read(maker, X, x());
        long a = append(maker, X);
        commit(maker);
        ListTransaction freer = begin();
        read(freer, 3, made);
        freer.freed(3);
        read(freer, Y, y());
        long b = append(freer, Y);
        freer.called(Durability.POWER_SAFE, ++time);
        legal(Map.of(X, List.of(x(), a), Y, List.of(y()), 3L, List.of(made)), time);
        legal(Map.of(X, List.of(x(), a), Y, List.of(y(), b), 3L, List.of()), time);
        breaks("A3", Map.of(X, List.of(x(), a), Y, List.of(y(), b), 3L, List.of(made)), time);
        breaks("A3", Map.of(X, List.of(x(), a), Y, List.of(y()), 3L, List.of()), time);
    }
}
