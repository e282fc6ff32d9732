package io.atomflux;

import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The smallest writable backend there can be; core's own tests run on it. */
public class ListBackend implements BlockingRowBackend<Row> {

    public volatile List<Row> rows = List.of();
    public volatile int closed;

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return "list";
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.complementOf(EnumSet.of(
                Capability.GROUPS, Capability.VERSIONS, Capability.CHANGES, Capability.SNAPSHOT, Capability.REMOVE));
    }

    @Override
    public long size() throws IOException {
        return rows.size();
    }

    @Override
    public List<Row> read(Positions positions, Columns columns) throws IOException {
        List<Row> seen = rows;
        List<Row> read = new ArrayList<>();
        for (long position : positions.toArray()) {
            Row row = seen.get((int) Selection.absolute(position, seen.size(), name()));
            read.add(columns.keys().isEmpty() ? row : row.only(columns.keys().get()));
        }
        return read;
    }

    @Override
    public long apply(Write<Row> write) throws IOException {
        rows = List.copyOf(write.applyTo(rows, Row.reserved(), name()));
        return rows.size();
    }

    @Override
    public void close() {
        closed++;
    }

    public static ListBackend of(int count) {
        ListBackend backend = new ListBackend();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Row.of("info.i", i, "calc.energy", i * 0.5));
        }
        backend.rows = List.copyOf(rows);
        return backend;
    }
}
