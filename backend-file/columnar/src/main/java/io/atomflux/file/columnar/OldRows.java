package io.atomflux.file.columnar;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The rows of a group before a change. */
final class OldRows {

    /** Makes a row out of an old one. */
    @FunctionalInterface
    interface Mapping {
        /** Returns the new row, or empty if the old one goes. */
        Optional<Row> of(long position, Row row);
    }

    /** Takes rows. */
    @FunctionalInterface
    interface Sink {
        void take(long firstPosition, List<Row> rows) throws IOException, RewriteNeeded;
    }

    private static final long BATCH_BYTES = 4L << 20;
    private static final long MOST_ROWS = 1 << 16;

    private final @Nullable Frames frames;
    private final Supplier<Chunks> chunks;
    private final String store;

    OldRows(Optional<Frames> frames, Supplier<Chunks> chunks, String store) {
        this.frames = frames.orElse(null);
        this.chunks = chunks;
        this.store = store;
    }

    /** Tells whether the group is there. */
    boolean exist() {
        return frames != null;
    }

    long size() {
        return frames == null ? 0 : frames.size();
    }

    /** Returns the types of the columns, to write them anew. */
    TypeHints types() {
        return frames == null ? TypeHints.NONE : frames.types();
    }

    Positions resolve(Selection where) {
        return where.resolve(size(), store);
    }

    /** Reads one row. */
    Row row(long position) throws IOException {
        if (frames == null) {
            throw new IllegalStateException("no rows to read"); // positions were resolved against none
        }
        return frames.read(chunks.get(), Positions.list(position), Columns.ALL).get(0);
    }

    /** Tells how many rows make a batch. */
    long atOnce(Columns columns) {
        long each = frames == null ? 1 : Math.max(1, frames.bytesPerRow(columns));
        return Math.max(1, Math.min(MOST_ROWS, BATCH_BYTES / each));
    }

    /** Reads rows batch by batch. */
    void read(Positions positions, Columns columns, Sink sink) throws IOException, RewriteNeeded {
        long step = atOnce(columns);
        for (long done = 0; frames != null && done < positions.count(); done += step) {
            Positions part = positions.part(done, Math.min(positions.count(), done + step));
            sink.take(done, frames.read(chunks.get(), part, columns));
        }
    }

    /** Writes old rows to a group, changed. */
    void copy(long from, long to, Mapping mapping, GroupEdit target) throws IOException, RewriteNeeded {
        read(Positions.range(from, to), Columns.ALL, (first, rows) -> {
            List<Row> mapped = new ArrayList<>(rows.size());
            for (int i = 0; i < rows.size(); i++) {
                mapping.of(from + first + i, rows.get(i)).ifPresent(mapped::add);
            }
            target.rows().append(mapped);
        });
    }

    /** Writes old rows to a group as they are. */
    void copy(long from, long to, GroupEdit target) throws IOException, RewriteNeeded {
        copy(from, to, (position, row) -> Optional.of(row), target);
    }
}
