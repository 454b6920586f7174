package dev.afterimage.spitests.disk;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * E4: subsets drawn from a seed, in which a part survives with a probability of 0.1, 0.5 or 0.9. In every other subset what is drawn is not a sector but an aligned
 * block of 4 KiB, and one block in four is torn at some sector: pages tear alone, and not everywhere at once.
 */
final class DrawnSubsets implements ChoiceGenerator {
    private static final double[] PROBABILITIES = {0.5, 0.9, 0.1};

    private final EnumerationPlan plan;

    DrawnSubsets(EnumerationPlan plan) {
        this.plan = plan;
    }

    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        for (int number = 0; number < plan.further().drawn(); number++) {
            long seed = Hashing.mix(plan.further().seed() + Hashing.GOLDEN * (point.number() + 1L)) + number;
            double probability = PROBABILITIES[number % PROBABILITIES.length];
            boolean inBlocks = number / PROBABILITIES.length % 2 == 1;
            point.offer(() -> draw(point, new SplittableRandom(seed), probability, inBlocks), sink);
        }
    }

    private BitSet draw(CrashPoint point, SplittableRandom random, double probability, boolean inBlocks) {
        Map<Alternatives.Place, Integer> survivingSectors = new HashMap<>();
        BitSet fates = new BitSet();
        for (int i = 0; i < point.parts(); i++) {
            boolean kept = random.nextDouble() < probability;
            if (inBlocks && point.part(i) instanceof Part.Data data) {
                long block = data.index() / DiskProfile.BLOCK_SECTORS;
                int whole = kept ? DiskProfile.BLOCK_SECTORS : 0;
                int first = random.nextInt(4) == 0 ? random.nextInt(1, DiskProfile.BLOCK_SECTORS) : whole;
                Integer drawn = survivingSectors.putIfAbsent(new Alternatives.Place(data.file(), block), first);
                kept = data.index() % DiskProfile.BLOCK_SECTORS < (drawn == null ? first : drawn);
            }
            boolean trashed = plan.trash() && !kept && point.mayBeTrashed(i) && random.nextInt(4) == 0;
            fates.set(trashed ? point.parts() + i : i, kept || trashed);
        }
        return fates;
    }
}
