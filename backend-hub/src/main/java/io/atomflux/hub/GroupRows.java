package io.atomflux.hub;

import io.atomflux.hub.parquet.RowGroupReader;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rows of a row group whose bytes are there, forwards; used by one thread at a time. */
final class GroupRows {

    private final RowGroupReader reader;
    private final RowMaker maker;
    private final Group group;

    GroupRows(RowGroupReader reader, RowMaker maker, Group group) {
        this.reader = reader;
        this.maker = maker;
        this.group = group;
    }

    /** Returns which row of the row group comes next. */
    long next() {
        return group.rows() - reader.remaining();
    }

    boolean isDone() {
        return reader.remaining() == 0;
    }

    /** Goes on to a row, not before the next one. */
    void skipTo(long row) {
        if (row > next()) {
            reader.skip(row - next());
        }
    }

    /** Reads the next rows until there are so many, or about so many bytes, or the row group ends; at least one. */
    List<Row> read(int maxRows, long maxBytes) {
        List<Row> rows = new ArrayList<>();
        read(maxRows, maxBytes, rows::add);
        return rows;
    }

    /** Shows rows as {@link #read(int, long)} returns them. */
    void read(int maxRows, long maxBytes, Consumer<Row> each) {
        long row = group.first() + next();
        for (@Nullable Object[] values : reader.read(maxRows, maxBytes)) {
            each.accept(maker.row(values, row++));
        }
    }
}
