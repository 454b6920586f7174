package dev.afterimage.spitests.faults;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.RandomHunt;
import dev.afterimage.spitests.model.Violation;

/**
 * Hunts faults by chance, one after the other, each up to a number of images and a time.
 *
 * @param images at most so many
 * @param time at most so long for each
 */
record RandomCampaign(long images, Duration time) {
    /** How much longer a fault may take that makes the store hang. */
    private static final Duration GRACE = Duration.ofSeconds(120);
    private static final int DETAIL_LINES = 5;
    private static final Pattern SCENARIO = Pattern.compile("replay: [^:]+:[^:]+:[^:]+:([a-z-]+?)-?\\d[^:\\s]*[:\\s].*", Pattern.DOTALL);

    /** Hunts one. */
    RandomVerdict hunt(String id, Campaign campaign) {
        long start = System.nanoTime();
        ExecutorService hunter = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "hunt for " + id);
            thread.setDaemon(true); // one that hangs is left behind
            return thread;
        });
        Future<?> hunt = hunter.submit(() -> new RandomHunt(campaign).until(images, time));
        String rule = "";
        String where;
        try {
            hunt.get(time.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
            where = campaign.tally().distinct() >= images ? "all images looked at" : "time over";
        } catch (ExecutionException e) {
            rule = e.getCause() instanceof Violation violation ? violation.rule() : "";
            where = e.getCause() instanceof Violation violation ? scenario(String.valueOf(violation.getMessage())) : "ended by " + e.getCause();
            System.out.println(id + ": " + String.valueOf(e.getCause().getMessage()).lines().limit(DETAIL_LINES).collect(Collectors.joining("\n  ")));
            if (!(e.getCause() instanceof Violation)) {
                e.getCause().printStackTrace(System.out); // the kit's own mistake, or one that a strategy made it make
            }
        } catch (TimeoutException e) {
            where = "hangs";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            hunter.shutdownNow();
        }
        return new RandomVerdict(id, rule, campaign.tally().distinct(), Duration.ofNanos(System.nanoTime() - start).toSeconds(), where);
    }

    /** The scenario of a replay line, its seed left out. */
    private static String scenario(String message) {
        Matcher line = SCENARIO.matcher(message);
        return line.matches() ? line.group(1) + "-SEED" : "?";
    }
}
