package io.atomflux.file.aselmdb;

import io.atomflux.spi.Columns;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinTask;
import org.jspecify.annotations.Nullable;

/**
 * Decodes rows of a batch, shared out among the processors: the calling thread decodes as well, and alone if the common pool
 * is busy.
 */
final class RowDecoder {

    private static final int SHARE = 16 << 10; // compressed bytes worth a hand-off: some hundred microseconds
    private static final int MOST_SHARES = Math.min(8, Runtime.getRuntime().availableProcessors());

    private final RowSource source;
    private final StructureReader reader;

    RowDecoder(RowSource source, Columns columns) {
        this.source = source;
        this.reader = new StructureReader(columns);
    }

    /**
     * A row as it is stored.
     *
     * @param id its id
     * @param position where it is
     * @param bytes compressed
     */
    record Stored(long id, long position, byte[] bytes) {}

    Row row(Stored stored) {
        return reader.row(source.document(stored.bytes(), stored.id(), stored.position(), reader::reads));
    }

    /** Decodes rows up to the first that fails; throws that failure only if it is the first row of all. */
    List<Row> rows(List<Stored> stored) {
        int count = stored.size();
        @Nullable Row[] rows = new Row[count];
        @Nullable RuntimeException[] faults = new RuntimeException[count];
        long bytes = stored.stream().mapToLong(row -> row.bytes().length).sum();
        int shares = (int) Math.max(1, Math.min(Math.min(MOST_SHARES, count), bytes / SHARE));
        List<ForkJoinTask<?>> others = new ArrayList<>(shares - 1);
        for (int share = 1; share < shares; share++) {
            int from = count * share / shares;
            int to = count * (share + 1) / shares;
            others.add(ForkJoinTask.adapt(() -> decode(stored, from, to, rows, faults))
                    .fork());
        }
        try {
            decode(stored, 0, count / shares, rows, faults);
        } finally {
            others.forEach(ForkJoinTask::quietlyJoin);
        }
        others.forEach(ForkJoinTask::join); // an Error goes on to the caller
        List<Row> decoded = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Row row = rows[i];
            if (row == null) {
                RuntimeException fault = faults[i];
                if (fault == null) {
                    throw new IllegalStateException("row " + i + " has neither content nor fault");
                } else if (i == 0) {
                    throw fault;
                }
                break;
            }
            decoded.add(row);
        }
        return decoded;
    }

    private void decode(
            List<Stored> stored, int from, int to, @Nullable Row[] rows, @Nullable RuntimeException[] faults) {
        for (int i = from; i < to; i++) {
            try {
                rows[i] = row(stored.get(i));
            } catch (RuntimeException fault) {
                faults[i] = fault;
                return; // the rows behind it are not asked for
            }
        }
    }
}
