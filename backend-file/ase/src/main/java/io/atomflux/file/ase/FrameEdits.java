package io.atomflux.file.ase;

import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes one change of a file of frames and answers the number of frames after it; frames not concerned are copied as
 * they are, and one frame at a time is in memory beside the rows given.
 */
final class FrameEdits implements Write.Visitor<Row, Long> {

    private static final Set<String> ALWAYS_THERE = Set.of("arrays.numbers", "arrays.positions", "cell", "pbc");

    private final FrameTarget file;
    private final String store;
    private final long size;

    FrameEdits(FrameTarget file, String store) throws IOException {
        this.file = file;
        this.store = store;
        this.size = file.size();
    }

    /** Makes the new row of one frame: empty if the frame goes. */
    private interface Change {
        Optional<Row> row(int frame) throws IOException;
    }

    private Positions resolve(Selection where) {
        return where.resolve(size, store);
    }

    private void requireVersion(Positions where, Optional<Version> expected) throws IOException {
        if (expected.isPresent()) {
            int frame = Math.toIntExact(where.at(0));
            if (!file.version(frame).equals(expected.get())) {
                throw new VersionConflictException(store, frame);
            }
        }
    }

    private static void requireOneFor(Positions where, int given, boolean oneForAll) {
        if (given != where.count() && !(oneForAll && given == 1)) {
            throw new IllegalArgumentException(
                    "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
        }
    }

    @Override
    public Long append(Write.Append<Row> write) {
        return io(() -> {
            file.append(write.rows());
            return size + write.rows().size();
        });
    }

    @Override
    public Long insert(Write.Insert<Row> write) {
        int at = (int) write.position(size);
        if (at == size || write.rows().isEmpty()) {
            return append(new Write.Append<>(write.rows()));
        }
        return io(() -> {
            file.rewrite(out -> {
                out.copy(0, at);
                for (int i = 0; i < write.rows().size(); i++) {
                    out.put(write.rows().get(i), at + i, OptionalInt.empty());
                }
                out.copy(at, (int) size);
            });
            return size + write.rows().size();
        });
    }

    @Override
    public Long put(Write.Put<Row> write) {
        return io(() -> {
            Positions where = resolve(write.where());
            requireOneFor(where, write.rows().size(), false);
            requireVersion(where, write.expected());
            SortedMap<Integer, Row> rows = new TreeMap<>();
            for (int i = 0; i < where.count(); i++) {
                rows.put((int) where.at(i), write.rows().get(i));
            }
            return rewrite(rows, false, frame -> Optional.ofNullable(rows.get(frame)));
        });
    }

    @Override
    public Long update(Write.Update<Row> write) {
        return io(() -> {
            Positions where = resolve(write.where());
            requireOneFor(where, write.changes().size(), true);
            requireVersion(where, write.expected());
            boolean shared = write.changes().size() == 1;
            SortedMap<Integer, List<Row>> changed = new TreeMap<>();
            for (int i = 0; i < where.count(); i++) {
                List<Row> one = List.of(write.changes().get(shared ? 0 : i));
                changed.merge((int) where.at(i), one, (a, b) -> {
                    List<Row> both = new java.util.ArrayList<>(a);
                    both.addAll(b);
                    return both;
                });
            }
            return rewrite(changed, true, frame -> {
                Row row = file.row(frame);
                for (Row change : changed.getOrDefault(frame, List.of())) {
                    row = row.merge(change);
                }
                return Optional.of(row);
            });
        });
    }

    @Override
    public Long delete(Write.Delete<Row> write) {
        return io(() -> {
            Positions where = resolve(write.where());
            requireVersion(where, write.expected());
            SortedMap<Integer, Boolean> gone = new TreeMap<>();
            for (int i = 0; i < where.count(); i++) {
                gone.put((int) where.at(i), true);
            }
            rewrite(gone, false, frame -> Optional.empty());
            return size - gone.size();
        });
    }

    @Override
    public Long drop(Write.Drop<Row> write) {
        return io(() -> {
            Positions where = resolve(write.where());
            if (where.count() > 0 && !Collections.disjoint(write.keys(), ALWAYS_THERE)) {
                throw new UnsupportedStoreOperationException(
                        store, "drop", "every frame has arrays.numbers, arrays.positions, cell and pbc");
            }
            SortedMap<Integer, Row> concerned = new TreeMap<>();
            Row none = Row.empty();
            for (int i = 0; i < where.count(); i++) {
                int frame = (int) where.at(i);
                if (file.row(frame).keys().stream().anyMatch(write.keys()::contains)) {
                    concerned.put(frame, none);
                }
            }
            return rewrite(concerned, true, frame -> Optional.of(file.row(frame).without(write.keys())));
        });
    }

    @Override
    public Long reserve(Write.Reserve<Row> write) {
        throw new UnsupportedStoreOperationException(
                store, "reserve", "a file of frames has no place for rows that are not written yet");
    }

    @Override
    public Long clear(Write.Clear<Row> write) {
        return io(() -> {
            file.clear();
            return 0L;
        });
    }

    private long rewrite(SortedMap<Integer, ?> concerned, boolean changed, Change change) throws IOException {
        if (concerned.isEmpty()) {
            file.create();
            return size;
        }
        file.rewrite(out -> {
            int done = 0;
            for (int frame : concerned.keySet()) {
                out.copy(done, frame);
                Optional<Row> row = change.row(frame);
                if (row.isPresent()) {
                    out.put(row.get(), frame, changed ? OptionalInt.of(frame) : OptionalInt.empty());
                }
                done = frame + 1;
            }
            out.copy(done, (int) size);
        });
        return size;
    }

    private interface Call {
        long run() throws IOException;
    }

    /** The visitor's methods declare no exceptions; the store takes the wrapper off again. */
    private static long io(Call call) {
        try {
            return call.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
