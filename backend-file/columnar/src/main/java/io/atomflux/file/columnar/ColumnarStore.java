package io.atomflux.file.columnar;

import io.atomflux.error.StoreBusyException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.spi.StoredColumn;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The rows of one group of a columnar file.
 *
 * <p>Reads look at the state of the file and are served from memory where nothing changed; changes hold the exclusive lock
 * of the file and are made at one instant by its journal. Appends that come together are one change.
 */
final class ColumnarStore implements BlockingRowBackend<Row> {

    /** No {@code CHANGES}: there is no history; no {@code SNAPSHOT}: what was changed in place is gone. */
    static final Set<Capability> CAPABILITIES =
            Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(Capability.CHANGES, Capability.SNAPSHOT)));

    private static final long KEPT_FOR_READ = 32L << 20;

    /** Columns whose type is found out late each cost a try; more would be a defect of the layout. */
    private static final int MOST_TRIES = 1000;

    private final ColumnarFile file;
    private final Changes changes;

    ColumnarStore(ColumnarFile file) {
        this.file = file;
        this.changes = new Changes(file.name());
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    // reading

    @Override
    public long size() throws IOException {
        return file.state().frames().size();
    }

    @Override
    public List<Row> read(Positions positions, Columns columns) throws IOException {
        return file.reading(KEPT_FOR_READ, (state, chunks) -> {
            long size = state.frames().size();
            for (long i = 0; i < positions.count(); i++) {
                long position = positions.at(i);
                Selection.absolute(position < 0 ? Long.MAX_VALUE : position, size, name());
            }
            return state.frames().read(chunks, positions, columns);
        });
    }

    @Override
    public Row get(long index, Columns columns) throws IOException {
        return file.reading(KEPT_FOR_READ, (state, chunks) -> row(state, chunks, index, columns));
    }

    private Row row(State state, Chunks chunks, long index, Columns columns) throws IOException {
        long position = Selection.absolute(index, state.frames().size(), name());
        return state.frames().read(chunks, Positions.list(position), columns).get(0);
    }

    @Override
    public Versioned<Row> getVersioned(long index) throws IOException {
        Row row = get(index, Columns.ALL);
        return new Versioned<>(row, RowVersion.of(row));
    }

    @Override
    public BlockingReader<Row> reader(ReadRequest request) throws IOException {
        if (request.snapshot()) {
            throw new UnsupportedStoreOperationException(name(), "snapshot", "what is changed in place is not kept");
        }
        return new ColumnarReader(file, request.selection(), request.columns());
    }

    @Override
    public List<String> groups() throws IOException {
        return file.groups();
    }

    /** Of the whole file: what changes in another group changes it too. */
    @Override
    public Optional<String> etag() throws IOException {
        return Optional.of(file.etag());
    }

    @Override
    public List<StoredColumn> storage() throws IOException {
        return file.storage();
    }

    @Override
    public OptionalInt blockRows() throws IOException {
        OptionalLong rows = file.state().frames().blockRows();
        return rows.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of((int) Math.min(RowBackend.MOST_BLOCK_ROWS, rows.getAsLong()));
    }

    // changing

    @Override
    public long apply(Write<Row> write) throws IOException {
        WriteResult result = applyAll(List.of(write)).get(0);
        DecodingPool.rethrow(result.failure());
        return result.size();
    }

    @Override
    public List<WriteResult> applyAll(List<Write<Row>> writes) {
        List<WriteResult> results = new ArrayList<>(writes.size());
        while (results.size() < writes.size()) {
            int from = results.size();
            int to = from;
            while (to < writes.size() && writes.get(to) instanceof Write.Append<Row>) {
                to++;
            }
            if (to - from < 2 || !appendTogether(writes.subList(from, to), results)) {
                results.add(one(writes.get(from)));
            }
        }
        return results;
    }

    /** Makes several appends as one; false if that failed and nothing was made, so that each has to be tried alone. */
    private boolean appendTogether(List<Write<Row>> appends, List<WriteResult> results) {
        List<Row> rows = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        for (Write<Row> write : appends) {
            rows.addAll(((Write.Append<Row>) write).rows());
            counts.add(rows.size());
        }
        WriteResult result = one(new Write.Append<>(rows));
        if (result.failure() != null) {
            return !ColumnarFile.leftNothing(result.failure())
                    && results.addAll(Collections.nCopies(appends.size(), result));
        }
        counts.forEach(count -> results.add(WriteResult.done(result.size() - rows.size() + count)));
        return true;
    }

    private WriteResult one(Write<Row> write) {
        try {
            return WriteResult.done(make(write.accept(changes)));
        } catch (IOException | RuntimeException failure) {
            return WriteResult.failed(failure);
        }
    }

    /** Makes a change in place if that can be, else by writing the group anew. */
    private long make(Change change) throws IOException {
        TypeHints hints = TypeHints.NONE;
        boolean[] there = {false};
        boolean anew = false;
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            try {
                return anew
                        ? file.rewriting(hints, change::anew)
                        : file.editing(hints, (old, group) -> {
                            there[0] = old.exist();
                            return change.inPlace(old, group);
                        });
            } catch (RewriteNeeded needed) {
                TypeHints more = hints.plus(needed.hints());
                if (more.equals(hints) && (anew || !there[0])) {
                    throw new IllegalStateException(
                            "the layout of " + name() + " asks again for what it was given: " + needed.getMessage(),
                            needed);
                }
                hints = more;
                anew |= there[0];
            } catch (StateGone gone) {
                anew = false; // the file has become another one
            }
        }
        throw new StoreBusyException(name(), "the file is replaced again and again", null);
    }

    @Override
    public void remove() throws IOException {
        file.remove();
    }

    // care

    @Override
    public List<String> verify() throws IOException {
        return file.verify();
    }

    /** Cuts and mends what a writer of another program left, as opening for a change does anyway; tells what went away. */
    @Override
    public List<String> repair() throws IOException {
        List<String> before = file.verify();
        if (before.isEmpty()) {
            return List.of();
        }
        try {
            file.<Long>editing(TypeHints.NONE, (old, group) -> {
                group.rows().truncate(old.size());
                return group.commit("repair");
            });
        } catch (RewriteNeeded needed) {
            throw new IllegalStateException("cutting arrays of " + name() + " asks for a rewrite", needed);
        }
        List<String> mended = new ArrayList<>(before);
        mended.removeAll(file.verify());
        return mended.stream().map(problem -> "mended: " + problem).toList();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
