package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The index as it stood after some commit: the runs of one {@link Current}, and its log up to a position.
 *
 * <p>Counts who uses it: its files are closed when nobody does and a newer one took its place.
 */
final class View {

    final Disk.Stamp stamp;
    final Current current;
    final LogFile log;
    final MemoryTable table;
    final long position;
    final boolean ended;
    private final List<RunFile> runs;
    private final Shared shared;
    private int users = 1; // guarded by this

    /** The log's file, which views of one log share. */
    static final class Shared {
        private final LogFile log;
        private int users; // guarded by this

        Shared(LogFile log) {
            this.log = log;
        }

        synchronized Shared use() {
            users++;
            return this;
        }

        void release() throws IOException {
            boolean last;
            synchronized (this) {
                last = --users == 0;
            }
            if (last) {
                log.close();
            }
        }
    }

    /**
     * Makes a view that takes over one use of each run.
     *
     * @param stamp of the file that says what makes up the index
     * @param position up to where the log was read
     * @param ended whether the log ends there
     */
    View(
            Disk.Stamp stamp,
            Current current,
            List<RunFile> runs,
            Shared shared,
            MemoryTable table,
            long position,
            boolean ended) {
        this.stamp = stamp;
        this.current = current;
        this.runs = List.copyOf(runs);
        this.shared = shared.use();
        this.log = shared.log;
        this.table = table;
        this.position = position;
        this.ended = ended;
    }

    /** Returns the same files, read further. */
    View advanced(Disk.Stamp newer, long reached, boolean end) {
        return new View(newer, current, usedRuns(), shared, table, reached, end);
    }

    /** Returns the same log with other runs, which hold the same. */
    View with(Disk.Stamp newer, Current other, List<RunFile> opened) {
        return new View(newer, other, opened, shared, table, position, ended);
    }

    List<RunFile> runs() {
        return runs;
    }

    private List<RunFile> usedRuns() {
        runs.forEach(RunFile::use);
        return runs;
    }

    /** Tells whether it may still be used, and keeps it open until {@link #release}. */
    synchronized boolean use() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    void release() throws IOException {
        boolean last;
        synchronized (this) {
            last = --users == 0;
        }
        if (last) {
            try {
                for (RunFile run : runs) {
                    run.release();
                }
            } finally {
                shared.release();
            }
        }
    }

    @Nullable
    Bytes get(Bytes key) throws IOException {
        Optional<Bytes> found = table.find(key, position);
        for (int i = 0; found == null && i < runs.size(); i++) {
            found = runs.get(i).find(key);
        }
        return found == null ? null : found.orElse(null);
    }

    List<Catalog.Entry> page(Bytes from, Bytes to, int limit, long bytes) throws IOException {
        List<Catalog.Entry> page = new ArrayList<>();
        Cursor all = cursor(from, true);
        long size = 0;
        for (Bytes key = all.key(); key != null && key.compareTo(to) < 0; key = all.key()) {
            Bytes value = all.value();
            if (value != null) {
                size += key.length() + value.length();
                page.add(new Catalog.Entry(key, value));
                if (page.size() == limit || size >= bytes) {
                    break;
                }
            }
            all.advance();
        }
        return page;
    }

    /** Walks all entries from a key on, deleted ones too. */
    Cursor cursor(Bytes from, boolean cached) throws IOException {
        List<Cursor> cursors = new ArrayList<>();
        cursors.add(table.cursor(from, position));
        for (RunFile run : runs) {
            cursors.add(run.cursor(from, cached));
        }
        return new MergedCursor(cursors);
    }
}
