package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Redo decides")
class RedoDecisionTest {
    @ParameterizedTest(name = "whole {0}, exists {1}, page LSN {2}, builds on {3}, commit LSN {4}: {5}")
    @CsvSource({
        // a torn page waits, whatever its header seems to say
        "false, true, 100, 100, 200, WAIT", "false, true, 200, 100, 200, WAIT", "false, false, 0, 100, 200, WAIT", "false, true, 999, 100, 200, WAIT",
        // the page holds the change, or a later one
        "true, true, 200, 100, 200, SKIP", "true, true, 201, 100, 200, SKIP", "true, false, 300, 100, 200, SKIP",
        // it holds what the change builds on
        "true, true, 100, 100, 200, APPLY", "true, true, 199, 199, 200, APPLY",
        // it holds something else
        "true, true, 90, 100, 200, MISMATCH", "true, true, 110, 100, 200, MISMATCH", "true, false, 100, 100, 200, MISMATCH", "true, false, 0, 100, 200, MISMATCH"})
    @DisplayName("about changed ranges by the page's state and LSNs")
    void ranges(boolean whole, boolean exists, long pageLsn, long basisLsn, long commitLsn, RedoDecision expected) {
        assertEquals(expected, RedoDecision.forRanges(whole, exists, pageLsn, basisLsn, commitLsn));
    }
}
