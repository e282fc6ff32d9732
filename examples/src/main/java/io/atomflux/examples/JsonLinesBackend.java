package io.atomflux.examples;

import io.atomflux.codec.Json;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

// README: begin backend
/** Rows in a text file, one JSON object per line: a whole backend, for small files and one process at a time. */
final class JsonLinesBackend implements BlockingRowBackend<Row> {

    private final Path file;

    JsonLinesBackend(Path file) {
        this.file = file;
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.of(
                Capability.APPEND,
                Capability.INSERT,
                Capability.SET,
                Capability.UPDATE,
                Capability.DELETE,
                Capability.DROP,
                Capability.RESERVE,
                Capability.CLEAR,
                Capability.EMPTY_ROWS,
                Capability.DURABLE);
    }

    @Override
    public long size() throws IOException {
        return rows().size();
    }

    @Override
    public List<Row> read(Positions positions, Columns columns) throws IOException {
        List<Row> rows = rows();
        List<Row> wanted = new ArrayList<>();
        for (long position : positions.toArray()) {
            Row row = rows.get((int) Selection.absolute(position, rows.size(), name()));
            wanted.add(columns.keys().map(row::only).orElse(row));
        }
        return wanted;
    }

    @Override
    public long apply(Write<Row> write) throws IOException {
        synchronized (JsonLinesBackend.class) { // somebody else in this process may have opened the same file
            List<Row> rows = write.applyTo(Files.exists(file) ? rows() : List.of(), Row.reserved(), name());
            Path beside = file.resolveSibling(file.getFileName() + ".new");
            Files.write(beside, rows.stream().map(Json::write).toList());
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                channel.force(true); // on the disk before it gets its name: a crash leaves the old file or the new one
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            return rows.size();
        }
    }

    private List<Row> rows() throws IOException {
        if (!Files.exists(file)) {
            throw new StoreNotFoundException(name(), "a file with one JSON object per line");
        }
        return Files.readAllLines(file).stream().map(Json::readRow).toList();
    }
}
// README: end backend
