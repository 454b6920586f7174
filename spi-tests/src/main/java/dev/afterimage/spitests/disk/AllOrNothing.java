package dev.afterimage.spitests.disk;

import java.util.BitSet;

/** The two states that every plan visits, whatever its caps: everything issued, and nothing but what is durable. */
final class AllOrNothing implements ChoiceGenerator {
    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        int parts = point.parts();
        sink.offer(() -> point.everything().image(), () -> point.keeping(0, parts));
        sink.offer(() -> point.nothing().image(), () -> ChoiceVector.of(new BitSet(), parts));
    }

    @Override
    public boolean isAboveCaps() {
        return true;
    }

    @Override
    public boolean coversAll(CrashPoint point) {
        return point.parts() <= 1;
    }
}
