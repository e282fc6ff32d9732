package io.atomflux.loader;

import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one window as they arrive, by position and from several stores side by side.
 *
 * <p>When they pass the bytes they may hold, the window is cut: rows that are needed last are let go until half of the bytes are
 * free, and no longer wanted. The first one is always wanted, however large.
 */
final class WindowRows {

    private final Window window;
    private final int from;
    private final long share;
    private final @Nullable Row[] rows;
    private final @Nullable Throwable[] problems;
    private int cut;
    private long held;
    private long bytesSeen;
    private int rowsSeen;

    WindowRows(Window window, int from, long share) {
        this.window = window;
        this.from = from;
        this.share = share;
        this.rows = new Row[window.size()];
        this.problems = new Throwable[window.size()];
        this.cut = window.size();
    }

    Window window() {
        return window;
    }

    /** Returns the numbers of the sources that have rows here. */
    int[] sources() {
        int[] sources = new int[window.size() - from];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = window.source(from + i);
        }
        return Arrays.stream(sources).distinct().toArray();
    }

    /** Returns the indices of one source's rows, by ascending position. */
    int[] sorted(int source) {
        return window.sorted(source, from);
    }

    /** Returns the index behind the last row that is wanted. */
    synchronized int cut() {
        return cut;
    }

    /** Returns those of some rows that are still wanted. */
    synchronized int[] wanted(int[] indices) {
        int end = cut;
        return Arrays.stream(indices).filter(index -> index < end).toArray();
    }

    /**
     * Takes a row; tells where the window is cut now.
     *
     * @param index which one
     */
    synchronized int add(int index, Row row) {
        if (index < cut) {
            long bytes = row.byteSize();
            rows[index] = row;
            held += bytes;
            bytesSeen += bytes;
            rowsSeen++;
            if (held > share) {
                letGo();
            }
        }
        return cut;
    }

    /** Notes that a row does not decode. */
    synchronized void bad(int index, Throwable problem) {
        if (index < cut) {
            problems[index] = problem;
        }
    }

    private void letGo() {
        while (held > share / 2 && cut > from + 1) {
            cut--;
            Row row = rows[cut];
            if (row != null) {
                held -= row.byteSize();
                rows[cut] = null;
            }
        }
    }

    /** Returns all samples up to the cut, in order; each has been added, or is bad. */
    synchronized List<Fetched> samples() {
        List<Fetched> samples = new ArrayList<>(cut - from);
        for (int i = from; i < cut; i++) {
            samples.add(new Fetched(rows[i], problems[i], window.source(i), window.position(i), window.slot(i), 0));
        }
        return samples;
    }

    /** Tells a pace how large rows are. */
    synchronized void teach(Pace pace) {
        if (rowsSeen > 0) {
            pace.seen(rowsSeen, bytesSeen);
        }
    }
}
