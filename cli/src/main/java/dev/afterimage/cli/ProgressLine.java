package dev.afterimage.cli;

import java.io.PrintWriter;

import dev.afterimage.cli.comparison.Progress;

/** Progress on standard error: a bar that is written over on a terminal, a line a phase where output is piped. */
final class ProgressLine implements Progress {
    private static final int BAR = 24;
    private static final int WIDTH = 100;

    private final PrintWriter out;
    private final boolean bar;
    private String heading = "";
    private long drawnAtNanos;

    ProgressLine(PrintWriter out, boolean bar) {
        this.out = out;
        this.bar = bar;
    }

    @Override
    public synchronized void phase(String strategy, String name) {
        heading = strategy + ": " + name;
        if (bar) {
            draw(heading);
        } else {
            out.println(heading);
            out.flush();
        }
    }

    @Override
    public synchronized void step(String detail) {
        if (bar) {
            draw(heading + " (" + detail + ")");
        }
    }

    @Override
    public synchronized void at(long done, long total) {
        long now = System.nanoTime();
        if (bar && (now - drawnAtNanos > 100_000_000L || done >= total)) {
            drawnAtNanos = now;
            int filled = (int) Math.min(BAR, BAR * done / Math.max(1, total));
            draw(heading + " [" + "#".repeat(filled) + "-".repeat(BAR - filled) + "] " + done + " of " + total);
        }
    }

    @Override
    public synchronized void problem(String line) {
        finished();
        out.println(line);
        out.flush();
    }

    @Override
    public synchronized void finished() {
        if (bar) {
            out.print("\r" + " ".repeat(WIDTH) + "\r");
            out.flush();
        }
    }

    /** Writes over the line, where there is one. */
    synchronized void over(String text) {
        if (bar) {
            draw(text);
        }
    }

    /** A line of its own, where lines are not written over. */
    synchronized void note(String text) {
        if (!bar) {
            out.println(text);
            out.flush();
        }
    }

    private void draw(String text) {
        String line = text.length() > WIDTH ? text.substring(0, WIDTH) : text;
        out.print("\r" + line + " ".repeat(WIDTH - line.length()));
        out.flush();
    }
}
