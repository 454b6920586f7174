package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * E3: what disks leave that keep the order within a file and not between files, the names counted as a file of their own. Every subset of the files, and a prefix inside
 * each: all products of prefixes where there are few; else one file at a time runs through its prefixes while of the others every subset is whole and the rest
 * absent.
 */
final class FileByFile implements ChoiceGenerator {
    /** Where more files than these are undecided, of the others all or none are whole. */
    private static final int SUBSETS_FILES = 6;

    private final EnumerationPlan plan;

    FileByFile(EnumerationPlan plan) {
        this.plan = plan;
    }

    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        if (plan.further().prefixesByFile() == 0) {
            return;
        }
        List<List<BitSet>> prefixes = prefixes(point);
        long product = 1;
        for (List<BitSet> ofFile : prefixes) {
            product = Math.min(Long.MAX_VALUE / 1024, product * ofFile.size());
        }
        if (product <= plan.further().prefixesByFile()) {
            EveryCombination.product(prefixes, fates -> point.offer(fates, sink));
        } else {
            oneAtATime(point, prefixes, sink);
        }
    }

    private static void oneAtATime(CrashPoint point, List<List<BitSet>> prefixes, ChoiceSink sink) {
        for (List<BitSet> torn : prefixes) {
            List<List<BitSet>> choices = new ArrayList<>();
            for (List<BitSet> ofFile : prefixes) {
                BitSet whole = ofFile.get(ofFile.size() - 1);
                if (ofFile == torn) {
                    choices.add(torn);
                } else if (prefixes.size() <= SUBSETS_FILES) {
                    choices.add(List.of(new BitSet(), whole));
                }
            }
            EveryCombination.product(choices, fates -> {
                point.offer(fates, sink);
                if (prefixes.size() > SUBSETS_FILES) {
                    point.offer(() -> withOthers(fates, torn, prefixes), sink);
                }
            });
        }
    }

    private static BitSet withOthers(BitSet fates, List<BitSet> torn, List<List<BitSet>> prefixes) {
        BitSet all = (BitSet) fates.clone();
        for (List<BitSet> ofFile : prefixes) {
            if (ofFile != torn) {
                all.or(ofFile.get(ofFile.size() - 1));
            }
        }
        return all;
    }

    /** For each file the sets of its first parts, from none of them to all; the names first. */
    private static List<List<BitSet>> prefixes(CrashPoint point) {
        Map<Integer, List<BitSet>> prefixes = new LinkedHashMap<>();
        for (int i = 0; i < point.parts(); i++) {
            int file = point.part(i) instanceof Part.OfFile ofFile ? ofFile.file() : 0;
            List<BitSet> ofFile = prefixes.computeIfAbsent(file, unseen -> new ArrayList<>(List.of(new BitSet())));
            BitSet longer = (BitSet) ofFile.get(ofFile.size() - 1).clone();
            longer.set(i);
            ofFile.add(longer);
        }
        return List.copyOf(prefixes.values());
    }
}
