package io.atomflux.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** A bar on standard error with rate and remaining time, drawn at most ten times a second and only for people. */
final class Progress implements AutoCloseable {

    private static final long REDRAW_NANOS = 100_000_000;
    private static final int BAR = 24;

    private final PrintWriter err;
    private boolean shown;
    private final String what;
    private final long total;
    private final String unit;
    private final long began = System.nanoTime();
    private long done;
    private long drawn = began - REDRAW_NANOS;

    /**
     * Starts at nothing.
     *
     * @param what the doing, e.g. {@code copying}
     * @param total rows to come, or 0 if nobody knows
     */
    Progress(Console console, String what, long total) {
        this(console, what, total, "row");
    }

    /**
     * Starts at nothing.
     *
     * @param unit what is counted, in the singular
     */
    Progress(Console console, String what, long total, String unit) {
        this.err = console.err();
        this.shown = console.isInteractive();
        this.what = what;
        this.total = total;
        this.unit = unit;
    }

    /** Counts one more row. Not for several threads at once. */
    void step() {
        done++;
        if (shown && (done & 15) == 1 && System.nanoTime() - drawn >= REDRAW_NANOS) {
            drawn = System.nanoTime();
            err.print("\r" + line(seconds()) + "\u001b[K");
            err.flush();
        }
    }

    long done() {
        return done;
    }

    double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    String line(double seconds) {
        double rate = done / Math.max(seconds, 1e-3);
        String counted = String.format(Locale.ROOT, "%s, %,.0f %ss/s", Text.count(done, unit), rate, unit);
        if (total <= 0) {
            return what + " " + counted;
        }
        double share = Math.min(1, (double) done / total);
        int filled = (int) (share * BAR);
        return String.format(
                Locale.ROOT,
                "%s [%s%s] %3.0f %%  %s, %s left",
                what,
                "#".repeat(filled),
                "-".repeat(BAR - filled),
                share * 100,
                counted,
                Text.seconds(Math.max(0, total - done) / Math.max(rate, 1e-9)));
    }

    /** Takes the bar away, so that what is written next stands on a clean line. */
    @Override
    public void close() {
        if (shown) {
            shown = false;
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}
