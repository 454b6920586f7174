package dev.afterimage.spitests.disk;

import java.util.function.Supplier;

/** Takes the states that a generator describes. The suppliers are asked at once or never. */
@FunctionalInterface
interface ChoiceSink {
    void offer(Supplier<DiskImage> image, Supplier<ChoiceVector> choice);
}
