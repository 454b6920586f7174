package dev.afterimage.spitests.containment;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskProvider;
import dev.afterimage.spitests.play.Scenarios;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * A process that plays something on a real folder, writes one byte to its standard output after each call that may have changed something there, and is killed by
 * whoever started it.
 */
public final class DoomedProcess {
    private DoomedProcess() {
    }

    /** What it is to play, as arguments: {@code random SEED CALLS}, or {@code store STRATEGY PAGE-SIZE CACHE-PAGES SCENARIO [OPTION=VALUE...]}; before either, the folder. */
    public static void main(String[] arguments) {
        DiskPlay play = switch (arguments[1]) {
            case "random" -> DiskPlay.random(Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
            case "store" -> store(List.of(arguments).subList(2, arguments.length));
            default -> throw new IllegalArgumentException("expected random or store, found " + arguments[1]);
        };
        FileOutputStream parent = new FileOutputStream(FileDescriptor.out);
        try (Disk disk = folders().open(arguments[0])) {
            play.on(new WitnessedDisk(disk, () -> tell(parent)));
        }
    }

    /** Whether it could be played in a process of its own: that one knows a strategy by its name alone. */
    static boolean finds(String strategy) {
        return ServiceLoader.load(RecoveryStrategyProvider.class).stream().anyMatch(provider -> provider.get().name().equals(strategy));
    }

    /** Whether there is a disk for real folders. */
    static boolean findsFolders() {
        return ServiceLoader.load(DiskProvider.class).stream().anyMatch(provider -> provider.get().scheme().equals("file"));
    }

    static DiskProvider folders() {
        return ServiceLoader.load(DiskProvider.class).stream().map(ServiceLoader.Provider::get).filter(provider -> provider.scheme().equals("file")).findFirst()
                .orElseThrow(() -> new IllegalStateException("no disk of the scheme file: expected the module dev.afterimage.storage (artifact afterimage-storage) on the module path"));
    }

    private static DiskPlay store(List<String> words) {
        RecoveryStrategyProvider strategy = ServiceLoader.load(RecoveryStrategyProvider.class).stream().map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals(words.get(0))).findFirst().orElseThrow();
        Map<String, String> options = new LinkedHashMap<>();
        for (String word : words.subList(4, words.size())) {
            options.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
        }
        StoreUnderTest subject = new StoreUnderTest(strategy, options, Integer.parseInt(words.get(1)), Integer.parseInt(words.get(2)));
        return DiskPlay.of(subject, Scenarios.named(words.get(3)));
    }

    private static void tell(FileOutputStream parent) {
        try {
            parent.write(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
