package dev.afterimage.spitests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.History;
import dev.afterimage.spitests.model.PageContent;

@DisplayName("The legal states after a crash")
public class HistoryTest {
    private final History history = new History(state(0));

    /** For JUnit. */
    public HistoryTest() {
    }

    /** The store is made before anything else. */
    @BeforeEach
    public void make() {
        history.created(1);
    }

    private static CommittedState state(int number) {
        return CommittedState.of(Map.of(1L, PageContent.EMPTY.with(0, 3, PageContent.tag(number, 1))));
    }

    private CommitRecord commit(int number, Durability level, long called, long acknowledged) {
        CommitRecord record = history.called(number, level, state(number), called);
        if (acknowledged > 0) {
            history.acknowledged(record, acknowledged);
        }
        return record;
    }

    private List<Integer> legal(long sequence, CrashKind kind) {
        return history.legalAt(sequence, kind).states().stream().map(CommitRecord::transaction).toList();
    }

    @Test
    @DisplayName("begin with the last commit that was acknowledged as power safe, and end with the last one called")
    public void fromAcknowledgedToCalled() {
        commit(1, Durability.POWER_SAFE, 10, 12);
        commit(2, Durability.RELAXED, 14, 14);
        commit(3, Durability.POWER_SAFE, 16, 20);
        assertEquals(List.of(0), legal(9, CrashKind.POWER));
        assertEquals(List.of(0, 1), legal(11, CrashKind.POWER));
        assertEquals(List.of(1), legal(12, CrashKind.POWER));
        assertEquals(List.of(1, 2), legal(15, CrashKind.POWER));
        assertEquals(List.of(1, 2, 3), legal(19, CrashKind.POWER));
        assertEquals(List.of(3), legal(20, CrashKind.POWER));
    }

    @Test
    @DisplayName("hold a PROCESS_SAFE commit if only the process died, and a RELAXED one by no promise")
    public void processCrash() {
        commit(1, Durability.PROCESS_SAFE, 10, 11);
        commit(2, Durability.RELAXED, 12, 12);
        assertEquals(List.of(0, 1, 2), legal(13, CrashKind.POWER));
        assertEquals(List.of(1, 2), legal(13, CrashKind.PROCESS));
    }

    @Test
    @DisplayName("hold what a reader was told, from the moment it was told (D3)")
    public void readersPromise() {
        commit(1, Durability.RELAXED, 10, 10);
        history.promised(14, CrashKind.POWER, "a reader");
        assertEquals(List.of(0, 1), legal(13, CrashKind.POWER));
        assertEquals(List.of(1), legal(14, CrashKind.POWER));
    }

    @Test
    @DisplayName("leave out what failed and said so, but only from then on")
    public void retracted() {
        CommitRecord record = commit(1, Durability.POWER_SAFE, 10, 0);
        history.retracted(record, 15);
        commit(2, Durability.POWER_SAFE, 17, 0);
        assertEquals(List.of(0, 1), legal(12, CrashKind.POWER));
        assertEquals(List.of(0), legal(16, CrashKind.POWER));
        assertEquals(List.of(0, 2), legal(18, CrashKind.POWER));
        assertEquals(History.Fate.ROLLED_BACK, history.fate(1));
    }

    @Test
    @DisplayName("stay with what a reopened store showed of commits in doubt")
    public void resolved() {
        commit(1, Durability.POWER_SAFE, 10, 12);
        CommitRecord shown = commit(2, Durability.POWER_SAFE, 14, 0);
        commit(3, Durability.RELAXED, 15, 0);
        history.resolved(shown, 20);
        assertEquals(List.of(1, 2, 3), legal(19, CrashKind.POWER));
        assertEquals(List.of(2), legal(21, CrashKind.POWER));
        assertEquals(shown, history.latest());
    }

    @Test
    @DisplayName("need a store from the moment its making was reported")
    public void existence() {
        assertFalse(history.mustExistAt(0));
        assertTrue(history.mustExistAt(1));
    }

    @Test
    @DisplayName("are found by what they hold")
    public void found() {
        commit(1, Durability.RELAXED, 10, 10);
        assertEquals(1, history.legalAt(11, CrashKind.POWER).find(state(1)).transaction());
        assertEquals(null, history.legalAt(11, CrashKind.POWER).find(state(2)));
    }
}
