package dev.afterimage.spitests.disk;

import java.util.BitSet;

/**
 * One trashed part at a time: of each write that the profile lets tear, each sector of a small one, and of a large one the first, the middle and the last; and each length
 * that may show bytes of another time. Each is tried twice: with everything else kept, and as the last thing the disk did, with all that came before it.
 */
final class SingleTrash implements ChoiceGenerator {
    private final EnumerationPlan plan;

    SingleTrash(EnumerationPlan plan) {
        this.plan = plan;
    }

    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        if (!plan.trash()) {
            return;
        }
        Draft before = point.nothing();
        for (CrashPoint.Range atom : point.atoms()) {
            for (int i = atom.from(); i < atom.to(); i++) {
                if (point.mayBeTrashed(i) && isTried(atom, i)) {
                    tryPart(point, before, i, sink);
                }
                before.keep(point.part(i));
            }
        }
    }

    private boolean isTried(CrashPoint.Range atom, int part) {
        return atom.parts() <= plan.singleSectors() || part <= atom.from() + 1 || part == atom.from() + atom.parts() / 2 || part == atom.to() - 1;
    }

    private static void tryPart(CrashPoint point, Draft before, int part, ChoiceSink sink) {
        int parts = point.parts();
        BitSet trashed = new BitSet();
        trashed.set(part);
        sink.offer(() -> {
            Draft last = before.copy();
            last.trash(point.part(part));
            return last.image();
        }, () -> ChoiceVector.of(set(0, part), trashed, parts));
        BitSet kept = set(0, parts);
        if (point.part(part) instanceof Part.Size length) {
            // What was written there would hide it.
            for (int i = 0; i < parts; i++) {
                if (point.part(i) instanceof Part.Data data && data.file() == length.file()) {
                    kept.clear(i);
                }
            }
        }
        kept.clear(part);
        sink.offer(() -> point.with(kept, trashed).image(), () -> ChoiceVector.of(kept, trashed, parts));
    }

    private static BitSet set(int from, int to) {
        BitSet set = new BitSet();
        set.set(from, to);
        return set;
    }
}
