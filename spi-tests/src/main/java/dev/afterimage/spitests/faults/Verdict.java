package dev.afterimage.spitests.faults;

/**
 * What caught a fault.
 *
 * @param fault the fault
 * @param rule the rule that was broken
 * @param hunt what was run when it was
 * @param cases scenarios and variants played until then, over all hunts
 * @param crashStates crash states looked at until then, the last one counted; 0 if it needed no crash
 */
record Verdict(SeededFault fault, String rule, Hunt hunt, long cases, long crashStates) {
}
