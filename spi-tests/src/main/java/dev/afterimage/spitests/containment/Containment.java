package dev.afterimage.spitests.containment;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Plays the same calls on the simulated disk and, in a process of its own, on a folder; kills that process at some call; and demands that what is left in the
 * folder is what the simulation shows between the last call that the process told of and the next.
 *
 * <p>A killed process loses nothing that it handed to the operating system, so what is left is a prefix of what was issued, its last call whole, in part or not at all. That
 * prefix is one of the states that the sweep of crash states looks at (everything undecided survived); what this shows beyond it is that the simulation and the real
 * disk mean the same by each call, and that a strategy asks a real disk what it asks the simulated one (rule N1).
 */
public final class Containment {
    private static final int BLOCK_BYTES = 512;

    private Containment() {
    }

    /**
     * What the kills showed.
     *
     * @param kills processes that were killed in the midst of their calls
     * @param calls the calls of one run that is not killed
     */
    public record Outcome(int kills, int calls) {
        @Override
        public String toString() {
            return kills + " processes killed within " + calls + " calls each, every folder as simulated";
        }
    }

    /**
     * Kills a store that plays a scenario, so many times.
     *
     * @throws org.opentest4j.TestAbortedException where there is no disk for folders, or the strategy is not installed as a provider
     * @throws Violation (rule N1) if a folder holds what the simulation does not describe
     */
    public static Outcome ofStore(StoreUnderTest subject, Scenario scenario, int kills, long seed) {
        Assumptions.assumeTrue(DoomedProcess.findsFolders(), "no disk of the scheme file is installed, so there is nothing to compare the simulated one with");
        Assumptions.assumeTrue(DoomedProcess.finds(subject.strategy().name()), subject.strategy().name() + " is not installed as a provider, so another process cannot find it");
        List<String> words = new ArrayList<>(List.of("store", subject.strategy().name(), Integer.toString(subject.pageSize()), Integer.toString(subject.cachePages()), scenario.title()));
        for (Map.Entry<String, String> option : subject.options().entrySet()) {
            words.add(option.getKey() + "=" + option.getValue());
        }
        return kill(DiskPlay.of(subject, scenario), java(subject.strategy().getClass().getModule()), words, kills, seed);
    }

    /** Kills a process that plays random calls, so many times. */
    static Outcome ofCalls(long playSeed, int calls, int kills, long seed) {
        return kill(DiskPlay.random(playSeed, calls), java(Containment.class.getModule()), List.of("random", Long.toString(playSeed), Integer.toString(calls)), kills, seed);
    }

    private static Outcome kill(DiskPlay play, List<String> java, List<String> words, int kills, long seed) {
        List<DiskImage> images = DiskPlay.images(play);
        SplittableRandom random = new SplittableRandom(seed);
        for (int kill = 0; kill < kills; kill++) {
            inFolder(folder -> {
                int heard = killAfter(1 + random.nextInt(images.size() - 1), folder, java, words);
                require(images, heard, left(folder), String.join(" ", words));
            });
        }
        return new Outcome(kills, images.size() - 1);
    }

    private static void require(List<DiskImage> images, int heard, DiskImage left, String words) {
        DiskImage told = images.get(Math.min(heard, images.size() - 1));
        DiskImage next = images.get(Math.min(heard + 1, images.size() - 1));
        if (heard >= images.size() || !between(told, next, left)) {
            throw new Violation("N1", "a process killed after " + heard + " of " + (images.size() - 1) + " calls (" + words
                    + "): expected what the simulated disk shows after that call, or within the next, found " + left + " instead of " + told + " or " + next, null);
        }
    }

    /** Whether an image is one of two neighbours, or what the call between them leaves when it is cut short. */
    static boolean between(DiskImage before, DiskImage after, DiskImage found) {
        if (found.hash() == before.hash() || found.hash() == after.hash()) {
            return true;
        }
        if (!found.names().equals(before.names()) || !found.names().equals(after.names())) {
            return false;
        }
        return found.names().stream().allMatch(name -> between(name, before, after, found));
    }

    private static boolean between(String name, DiskImage before, DiskImage after, DiskImage found) {
        long size = found.size(name);
        if (size < Math.min(before.size(name), after.size(name)) || size > Math.max(before.size(name), after.size(name))) {
            return false;
        }
        for (long at = 0; at < size; at += BLOCK_BYTES) {
            byte[] bytes = found.read(name, at, BLOCK_BYTES);
            byte[] old = Arrays.copyOf(before.read(name, at, BLOCK_BYTES), bytes.length);
            byte[] young = Arrays.copyOf(after.read(name, at, BLOCK_BYTES), bytes.length);
            for (int index = 0; index < bytes.length; index++) {
                if (bytes[index] != old[index] && bytes[index] != young[index]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Lets a process run until it has told of so many calls, kills it, and returns of how many it has told in all. */
    private static int killAfter(int calls, Path folder, List<String> java, List<String> words) throws IOException {
        Path errors = folder.resolveSibling(folder.getFileName() + ".errors");
        List<String> command = new ArrayList<>(java);
        command.add(folder.toString());
        command.addAll(words);
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        int heard = 0;
        try (InputStream told = process.getInputStream()) {
            byte[] some = new byte[256];
            for (int count = told.read(some, 0, Math.min(some.length, calls)); count > 0; count = told.read(some, 0, Math.max(1, Math.min(some.length, calls - heard)))) {
                heard += count;
                if (heard >= calls) {
                    // Through the handle: Process.destroyForcibly would close the pipe, and with it what is still in there.
                    process.toHandle().destroyForcibly();
                }
            }
            process.waitFor(1, TimeUnit.MINUTES);
            if (heard < calls) {
                throw new IllegalStateException("the process ended by itself after " + heard + " calls; it was to be killed after " + calls + "; it said: "
                        + Files.readString(errors, StandardCharsets.UTF_8).lines().findFirst().orElse("nothing"));
            }
            return heard;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a process was running", e);
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(errors);
        }
    }

    /** This Java, with what this process was given: modules, a class path, or both, as where tests of a module use the kit from the class path; and with the strategy's own modules where it was loaded beside these. */
    private static List<String> java(Module strategy) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        String modules = Stream.concat(Stream.of(System.getProperty("jdk.module.path", "")), beside(strategy)).filter(path -> !path.isEmpty()).collect(Collectors.joining(File.pathSeparator));
        String classes = System.getProperty("java.class.path", "");
        String kit = DoomedProcess.class.getModule().getName();
        if (!modules.isEmpty()) {
            command.addAll(List.of("-p", modules, "--add-modules", kit == null ? "ALL-MODULE-PATH" : kit));
        }
        if (!classes.isEmpty()) {
            command.addAll(List.of("-cp", classes));
        }
        command.addAll(kit == null ? List.of(DoomedProcess.class.getName()) : List.of("-m", kit + "/" + DoomedProcess.class.getName()));
        return command;
    }

    /** Where the modules of a layer other than the first come from: a plug-in's, that a command loaded. */
    private static Stream<String> beside(Module strategy) {
        if (strategy.getLayer() == null || strategy.getLayer() == ModuleLayer.boot()) {
            return Stream.empty();
        }
        return strategy.getLayer().configuration().modules().stream().flatMap(module -> module.reference().location().stream())
                .filter(location -> "file".equals(location.getScheme())).map(location -> Path.of(location).toString());
    }

    /** The folder as a disk sees it: without the file that a lock lies on, for on the simulated disk a lock is no file. */
    private static DiskImage left(Path folder) {
        try (Disk disk = DoomedProcess.folders().open(folder.toString())) {
            DiskImage image = DiskImage.importFrom(folder);
            for (String name : image.names()) {
                if (!disk.list().contains(name)) {
                    image = image.withoutFile(name);
                }
            }
            return image;
        }
    }

    private interface InFolder {
        void run(Path folder) throws IOException;
    }

    private static void inFolder(InFolder body) {
        try {
            Path above = Files.createTempDirectory("afterimage-containment");
            try {
                body.run(Files.createDirectory(above.resolve("store")));
            } finally {
                try (Stream<Path> all = Files.walk(above)) {
                    all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a folder to kill a process in", e);
        }
    }
}
