package dev.afterimage.spitests.faults;

/**
 * What came of hunting a fault at random.
 *
 * @param fault its id
 * @param rule the rule that was broken; empty if none was
 * @param images crash images looked at, no two equal
 * @param seconds how long it took
 * @param where the scenario that broke the rule, without its seed; or why the hunt ended without one
 */
record RandomVerdict(String fault, String rule, long images, long seconds, String where) {
    boolean caught() {
        return !rule.isEmpty();
    }
}
