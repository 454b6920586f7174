package dev.afterimage.spitests.play;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Several threads that work on one store, at random, by a seed.
 *
 * @param order who decides which thread goes on
 * @param lean what they mostly do
 * @param seed of the work, the schedule and the store's own chance
 */
public record ThreadsWorkload(Order order, Lean lean, long seed) {
    /** Who decides which thread goes on. */
    public enum Order {
        /** The seed: the same run every time. */
        SCHEDULED("threads-"),
        /** The machine: another run every time. */
        FREE("free-threads-");

        private final String title;

        Order(String title) {
            this.title = title;
        }
    }

    /** What the threads mostly do. */
    public enum Lean {
        /** Of everything some. */
        MIXED(3, 4, 10, 15, 25),
        /** Commits that wait for nothing, or not for the disk, among some that do. */
        LEVELS(3, 3, 4, 8, 60),
        /** Readers, which are answered only when what they saw is durable. */
        READERS(3, 2, 10, 55, 20),
        /** Snapshots, if the strategy has them. */
        SNAPSHOTS(3, 3, 45, 5, 25),
        /** Two threads at two lists, with many checkpoints beside. */
        DUEL(2, 2, 0, 15, 35);

        private final int workers;
        private final int lists;
        private final int snapshots;
        private final int readers;
        private final int relaxed;

        Lean(int workers, int lists, int snapshots, int readers, int relaxed) {
            this.workers = workers;
            this.lists = lists;
            this.snapshots = snapshots;
            this.readers = readers;
            this.relaxed = relaxed;
        }

        /** Threads at least; there may be one more where there are more than two. */
        int workers() {
            return workers;
        }

        /** Lists that all of them share. */
        int lists() {
            return lists;
        }

        /** Of a hundred transactions so many are snapshots. */
        int snapshots() {
            return snapshots;
        }

        /** And so many others only read. */
        int readers() {
            return readers;
        }

        /** Of a hundred commits so many wait for nothing. */
        int relaxed() {
            return relaxed;
        }

        /** Of a hundred things a thread does so many are checkpoints. */
        int checkpoints() {
            return this == DUEL ? 15 : 4;
        }

        private String title() {
            return this == MIXED ? "" : name().toLowerCase(Locale.ROOT) + "-";
        }
    }

    /** What it is called in a replay line. */
    public String title() {
        return order.title + lean.title() + seed;
    }

    /** The one of that title, or null. */
    public static @Nullable ThreadsWorkload named(String title) {
        for (Order order : Order.values()) {
            for (Lean lean : Lean.values()) {
                String prefix = order.title + lean.title();
                if (title.matches(prefix + "\\d{1,18}")) {
                    return new ThreadsWorkload(order, lean, Long.parseLong(title.substring(prefix.length())));
                }
            }
        }
        return null;
    }

    /** How all of them are called, SEED standing for a number. */
    public static List<String> titles() {
        List<String> titles = new ArrayList<>();
        for (Order order : Order.values()) {
            for (Lean lean : Lean.values()) {
                titles.add(order.title + lean.title() + "SEED");
            }
        }
        return titles;
    }
}
