package dev.afterimage.buffer;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;

/**
 * Brings pages that redo is going to need into the pool before it asks for them, in the order in which they lie in their file, on threads of the engine's.
 *
 * <pre>{@code
 * PagePrefetch prefetch = PagePrefetch.start(context.tasks(), threads - 1, pool, homes, dirtyPages.sorted());
 * try (prefetch) {
 *     ...redo...
 * }
 * }</pre>
 *
 * <p>It is never relied upon (rule N1): a page that was not brought is read when it is asked for. A page that cannot be read ends the work without a word; whoever needs the page reads it again, and gets the error.
 */
public final class PagePrefetch implements AutoCloseable {
    /** Pages that a task takes at once: a stretch of the file. */
    private static final int STRETCH = 32;
    /** More pages than this part of the pool would drive out each other, or what redo has changed. */
    private static final double MOST = 0.75;
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final BufferPool pool;
    private final PageSpace space;
    private final long[] pages;
    private final BackgroundTask[] tasks;
    private final AtomicInteger next = new AtomicInteger();
    /** Nothing is left to be brought, or a page could not be read. */
    private volatile boolean ended;
    private volatile boolean stopped;

    private PagePrefetch(BufferPool pool, PageSpace space, long[] pages, int threads) {
        this.pool = pool;
        this.space = space;
        this.pages = pages;
        this.tasks = new BackgroundTask[threads];
    }

    /**
     * Begins; brings nothing if there are more pages than the pool has room for.
     *
     * @param tasks the context's; asked for {@code threads} tasks, which end with {@link #close()}
     * @param threads how many pages to read at once; 0 for none
     * @param pages the pages' numbers, rising
     */
    public static PagePrefetch start(BackgroundTasks tasks, int threads, BufferPool pool, PageSpace space, long[] pages) {
        boolean useful = pages.length > 0 && pages.length <= pool.frames() * MOST;
        PagePrefetch started = new PagePrefetch(pool, space, pages, useful ? threads : 0);
        try {
            for (int task = 0; task < started.tasks.length; task++) {
                started.tasks[task] = tasks.repeat("page prefetch " + (task + 1), PERIOD, started::bring);
                started.tasks[task].wake();
            }
        } catch (Throwable t) {
            started.close();
            throw t;
        }
        return started;
    }

    private void bring() {
        while (!ended && !stopped) {
            int from = next.getAndAdd(STRETCH);
            if (from >= pages.length) {
                ended = true;
                return;
            }
            try {
                bring(from, Math.min(pages.length, from + STRETCH));
            } catch (Throwable failed) {
                // Redo asks for the page itself, and is told.
                ended = true;
            }
        }
    }

    private void bring(int from, int to) {
        for (int page = from; page < to && !stopped; page++) {
            pool.pin(space, pages[page]).unpin();
        }
    }

    /** Ends the tasks. */
    @Override
    public void close() {
        stopped = true;
        for (BackgroundTask task : tasks) {
            if (task != null) {
                task.close();
            }
        }
    }
}
