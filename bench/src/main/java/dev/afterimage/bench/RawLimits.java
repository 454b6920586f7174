package dev.afterimage.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.afterimage.cli.benchmark.Harness;

/** Makes what needs no store: files on the disk to be measured, and memory. */
final class RawLimits {
    private static final int MIB = 1 << 20;
    private static final List<Integer> IN_FLIGHT = List.of(1, 2, 4, 16);
    private static final List<Integer> READERS = List.of(1, 2);

    private final Path folder;
    private final Sizes sizes;
    private final boolean direct;
    private final Harness.Watcher watcher;

    RawLimits(Path folder, Sizes sizes, Harness.Watcher watcher) throws IOException {
        this.folder = folder;
        this.sizes = sizes;
        this.watcher = watcher;
        this.direct = DurableAppends.canBeDirect(folder);
        if (!direct) {
            watcher.note(folder + ": files cannot be opened past the operating system's cache there: R1-direct is left out, R2 syncs each piece, R3 reads from the cache");
        }
    }

    /** On how many threads it is measured where nothing else asks for it. */
    static List<Integer> threads(Benchmark raw, List<Integer> asked) {
        return switch (raw) {
            case R1_GROUP, R1_WRITE, R4_TRANSFER -> asked;
            case R1_DIRECT -> IN_FLIGHT;
            case R3_PAGES, R4_PAGES -> READERS;
            case R3_CHECKED -> List.of(processors());
            default -> List.of(1);
        };
    }

    static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Makes it; empty where this machine cannot do such a thing. The first raw limit is what others are compared with that do the same in another way. */
    Optional<Measurement> make(Benchmark raw, int threads, Measurement.RawLimit first) throws IOException {
        long appended = sizes.appendedMib() * MIB;
        long sequential = sizes.sequentialMib() * MIB;
        return switch (raw) {
            case R1 -> Optional.of(RawAppends.alone(raw, folder, appended));
            case R1_IN_C -> inC(raw, appended, first);
            case R1_DSYNC -> Optional.of(DurableAppends.dsync(raw, folder, appended, first));
            case R1_DIRECT -> direct ? Optional.of(DurableAppends.direct(raw, folder, appended, threads, first)) : Optional.empty();
            case R1_GROWING -> Optional.of(DurableAppends.growing(raw, folder, appended, first));
            case R1_MAPPED -> Optional.of(DurableAppends.mapped(raw, folder, appended, first));
            case R1_GROUP -> Optional.of(RawAppends.group(raw, folder, appended, threads, first));
            case R1_WRITE -> Optional.of(RawAppends.unsynced(raw, folder, appended, threads));
            case R2 -> Optional.of(SequentialAccess.write(raw, folder, sequential, direct));
            case R3 -> Optional.of(SequentialAccess.read(raw, folder, sequential, threads, direct, false));
            case R3_CACHED -> Optional.of(SequentialAccess.read(raw, folder, appended, threads, false, false));
            case R3_CHECKED -> Optional.of(SequentialAccess.read(raw, folder, appended, threads, false, true));
            case R3_PAGES -> Optional.of(SequentialAccess.pages(raw, folder, sizes.uncachedPages(), threads));
            case R4 -> Optional.of(SequentialAccess.copy(raw, Math.toIntExact(appended)));
            case R4_TRANSFER -> Optional.of(RawMemory.transfers(raw, threads, sizes.accounts()));
            case R4_PAGES -> Optional.of(RawMemory.reads(raw, threads, sizes.accounts()));
            default -> throw new IllegalArgumentException(raw + " needs a store");
        };
    }

    private Optional<Measurement> inC(Benchmark raw, long bytes, Measurement.RawLimit first) {
        try {
            return Optional.of(AppendInC.compile(raw, folder, bytes, first));
        } catch (IOException e) {
            watcher.note("R1-c is left out, for there is no C compiler that makes it: " + e.getMessage());
            return Optional.empty();
        }
    }
}
