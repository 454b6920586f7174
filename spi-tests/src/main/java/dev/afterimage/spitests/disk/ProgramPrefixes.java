package dev.afterimage.spitests.disk;

/** E0: what a disk leaves that writes in program order and loses power at some moment, within a write too. */
final class ProgramPrefixes implements ChoiceGenerator {
    private final EnumerationPlan plan;

    ProgramPrefixes(EnumerationPlan plan) {
        this.plan = plan;
    }

    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        if (!plan.prefixes()) {
            return;
        }
        Draft draft = point.nothing();
        for (CrashPoint.Range atom : point.atoms()) {
            int middle = atom.from() + atom.parts() / 2;
            for (int i = atom.from(); i < atom.to(); i++) {
                draft.keep(point.part(i));
                int kept = i + 1;
                if (plan.tornEverywhere() || kept == middle || kept == atom.to()) {
                    sink.offer(draft::image, () -> point.keeping(0, kept));
                }
            }
        }
    }
}
