package dev.afterimage.spitests.disk;

import java.util.BitSet;

/**
 * E1 with one atom: everything but one write, length or name; and nothing but one, with what it cannot do without.
 *
 * <p>Of an appending write also its length alone and its bytes alone are taken, and of a small write each sector. A kept write is tried twice: with what is
 * durable, and with the names and lengths that make it visible.
 */
final class SingleAtoms implements ChoiceGenerator {
    private final EnumerationPlan plan;

    SingleAtoms(EnumerationPlan plan) {
        this.plan = plan;
    }

    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        if (plan.distance() == 0) {
            return;
        }
        for (CrashPoint.Range atom : point.atoms()) {
            tryRange(point, atom, sink);
            CrashPoint.Range data = atom;
            if (atom.parts() > 1 && point.part(atom.from()) instanceof Part.Size) {
                data = new CrashPoint.Range(atom.from() + 1, atom.to());
                tryRange(point, new CrashPoint.Range(atom.from(), atom.from() + 1), sink);
                tryRange(point, data, sink);
            }
            if (data.parts() > 1 && data.parts() <= plan.singleSectors()) {
                for (int i = data.from(); i < data.to(); i++) {
                    tryRange(point, new CrashPoint.Range(i, i + 1), sink);
                }
            }
        }
    }

    private static void tryRange(CrashPoint point, CrashPoint.Range range, ChoiceSink sink) {
        sink.offer(() -> point.without(range).image(), () -> point.dropping(range));
        for (boolean visible : new boolean[] {false, true}) {
            sink.offer(() -> point.with(closed(point, range, visible), range).image(),
                    () -> ChoiceVector.of(closed(point, range, visible), point.parts()));
        }
    }

    /** The parts to keep so that those of the range count: earlier lengths of their file, earlier changes of their names; and to be visible, more of both. */
    static BitSet closed(CrashPoint point, CrashPoint.Range range, boolean visible) {
        BitSet kept = new BitSet();
        kept.set(range.from(), range.to());
        for (int i = range.from(); i < range.to(); i++) {
            Part part = point.part(i);
            if (part instanceof Part.OfFile ofFile && (visible || part instanceof Part.Size)) {
                point.keepLengths(kept, ofFile.file(), range.to());
                // The first of a write's parts speaks for all: they are of one file.
                break;
            }
        }
        if (point.part(range.from()) instanceof Part.OfFile ofFile) {
            if (visible) {
                point.keepNamesOf(kept, ofFile.file(), range.from());
            }
        } else {
            point.keepEarlierNames(kept);
        }
        return kept;
    }
}
