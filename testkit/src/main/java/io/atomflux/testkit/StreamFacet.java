package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/** Reading many rows; part of {@link RowBackendContract}. */
abstract class StreamFacet<R extends KeyedRow<R>> extends Facet<R> {

    StreamFacet(RowBackendContract<R> contract) {
        super(contract);
    }

    /** Makes any selection that is valid for a store of so many rows. */
    static Selection randomSelection(SplittableRandom random, int size) {
        Selection selection = Selection.ALL;
        long count = size;
        for (int step = random.nextInt(3); step >= 0; step--) {
            if (count > 0 && random.nextInt(3) == 0) {
                long[] list = new long[random.nextInt(6)];
                for (int i = 0; i < list.length; i++) {
                    list[i] = random.nextLong(-count, count);
                }
                selection = selection.pick(list);
                count = list.length;
            } else {
                Slice slice = randomSlice(random, size);
                selection = selection.slice(slice);
                count = slice.count(count);
            }
        }
        return selection;
    }

    private static Slice randomSlice(SplittableRandom random, int size) {
        long step = random.nextInt(4) == 0 ? -1 - random.nextInt(3) : 1 + random.nextInt(random.nextBoolean() ? 1 : 4);
        int edge = size + 3;
        return switch (random.nextInt(5)) {
            case 0 -> Slice.from(random.nextInt(-edge, edge));
            case 1 -> Slice.to(random.nextInt(-edge, edge));
            case 2 -> Slice.parse("::" + step);
            default -> Slice.of(random.nextInt(-edge, edge), random.nextInt(-edge, edge), step);
        };
    }

    @Test
    @DisplayName("a stream reads what Python's slices and lists select, in that order, with repeats")
    final void readsSelections() {
        RowBackend<R> backend = openWith(23);
        List<R> all = rows(0, 23);
        SplittableRandom random = new SplittableRandom(31);
        for (int i = 0; i < 200; i++) {
            Selection selection = randomSelection(random, 23);
            List<R> expected = new ArrayList<>();
            for (long position : selection.resolve(23, "model").toArray()) {
                expected.add(all.get((int) position));
            }
            long maxBytes = random.nextBoolean() ? LARGE : 1 + random.nextInt(5_000);
            assertThat(read(backend, ReadRequest.of(selection, Columns.ALL), maxBytes))
                    .as("%s", selection)
                    .isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("batches tell the position of every row")
    final void tellsPositions() {
        RowBackend<R> backend = openWith(40);
        Selection selection = Selection.ALL.slice(Slice.parse("::-3")).pick(0, 5, 5, -1, 2);
        Positions expected = selection.resolve(40, "model");
        List<Long> positions = new ArrayList<>();
        for (Batch<R> batch :
                get(batches(backend, ReadRequest.of(selection, Columns.ALL), 1).collectList())) {
            assertThat(batch.size()).isPositive();
            for (int i = 0; i < batch.size(); i++) {
                positions.add(batch.position(i));
                assertThat(batch.row(i)).isEqualTo(contract.row((int) batch.position(i)));
            }
        }
        assertThat(positions.stream().mapToLong(p -> p).toArray()).isEqualTo(expected.toArray());
    }

    @Test
    @DisplayName("batches stay near the size asked for, and one row larger than that is a batch")
    final void boundsBatches() {
        RowBackend<R> backend = openWith(0);
        List<R> rows = rows(0, 300);
        get(backend.apply(new Write.Append<>(rows)));
        long total = rows.stream().mapToLong(KeyedRow::byteSize).sum();
        List<Batch<R>> large = get(batches(backend, all(), 64 * total).collectList());
        long measured = large.stream().mapToLong(Batch::byteSize).sum();
        long maxBytes = measured / 10;
        List<Batch<R>> some = get(batches(backend, all(), maxBytes).collectList());
        assertThat(some).as("batches of a tenth").hasSizeBetween(5, 100);
        assertThat(some).allSatisfy(batch -> assertThat(batch.byteSize()).isLessThanOrEqualTo(2 * maxBytes));
        List<Batch<R>> tiny = get(batches(backend, all(), 1).collectList());
        assertThat(tiny).allSatisfy(batch -> assertThat(batch.size()).isLessThanOrEqualTo(8));
        assertThat(tiny.stream().mapToInt(Batch::size).sum()).isEqualTo(300);
    }

    @Test
    @DisplayName("nothing selected is no batch")
    final void readsNothing() {
        RowBackend<R> backend = openWith(5);
        assertThat(get(batches(backend, ReadRequest.of(Selection.ALL.pick(), Columns.ALL), LARGE)
                        .count()))
                .isZero();
        assertThat(read(backend, Selection.ALL.slice(Slice.of(3, 3)))).isEmpty();
        assertThat(read(backend, Selection.ALL.slice(Slice.from(70)))).isEmpty();
    }

    @Test
    @DisplayName("a listed row that is not there fails the first batch")
    final void failsOutOfBounds() {
        RowBackend<R> backend = openWith(5);
        for (long index : new long[] {5, -6}) {
            Selection selection = Selection.ALL.pick(0, 1, index);
            RowReader<R> reader = backend.reader(ReadRequest.of(selection, Columns.ALL));
            assertThat(failure(() -> reader.next(1))).isInstanceOfSatisfying(RowOutOfBoundsException.class, error -> {
                assertThat(error.index()).isEqualTo(index);
                assertThat(error.size()).isEqualTo(5);
            });
            run(reader.close());
        }
    }

    @Test
    @DisplayName("a stream of keys reads those only; of none it reads rows without values")
    final void readsColumns() {
        RowBackend<R> backend = openWith(30);
        List<String> keys = List.of(contract.row(0).keys().get(1), "info.of.no.row");
        for (List<String> wanted : List.of(keys, List.<String>of())) {
            List<R> expected = rows(0, 30).stream().map(row -> row.only(wanted)).toList();
            assertThat(read(backend, ReadRequest.of(Selection.ALL, Columns.of(wanted)), 700))
                    .isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("reserved rows come in their places, none is skipped")
    final void readsReserved() {
        if (!offers(Capability.RESERVE, backend -> backend.apply(new Write.Reserve<>(1)))) {
            return;
        }
        RowBackend<R> backend = open();
        List<R> rows = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            rows.add(i % 3 == 1 ? reserved() : contract.row(i));
        }
        get(backend.apply(new Write.Append<>(rows)));
        assertThat(content(backend)).isEqualTo(rows);
        List<String> keys = contract.row(0).keys().subList(0, 1);
        assertThat(read(backend, ReadRequest.of(Selection.ALL, Columns.of(keys)), 1))
                .isEqualTo(rows.stream().map(row -> row.only(keys)).toList());
        get(backend.apply(new Write.Insert<>(0, List.of(reserved()))));
        get(backend.apply(put(Selection.at(1), List.of(reserved()))));
        assertThat(read(backend, Selection.ALL.slice(Slice.to(4))))
                .containsExactly(reserved(), reserved(), reserved(), contract.row(2));
    }

    @Test
    @DisplayName("a running stream keeps its order while others insert and delete, or says that the store changed")
    final void keepsOrder() {
        RowBackend<R> backend = openWith(60);
        RowBackend<R> other = open();
        for (boolean backwards : new boolean[] {false, true}) {
            List<R> before = content(backend);
            Selection selection = backwards ? Selection.ALL.slice(Slice.parse("::-1")) : Selection.ALL;
            if (backwards) {
                java.util.Collections.reverse(before);
            }
            RowReader<R> reader = backend.reader(ReadRequest.of(selection, Columns.ALL));
            List<R> seen = new ArrayList<>(rowsOf(get(reader.next(1))));
            if (has(Capability.INSERT)) {
                get(other.apply(new Write.Insert<>(0, rows(100, 102))));
            }
            if (has(Capability.DELETE)) {
                get(other.apply(delete(Selection.ALL.pick(20, -1))));
            }
            get(other.apply(new Write.Append<>(rows(200, 203))));
            try {
                seen.addAll(drained(reader));
                assertThat(seen).isEqualTo(before);
            } catch (StoreChangedException changed) {
                assertThat(changed.retryable()).isTrue();
                assertThat(changed.emitted()).isBetween(1L, (long) before.size());
                assertThat(seen).isEqualTo(before.subList(0, seen.size()));
            } finally {
                run(reader.close());
            }
        }
    }

    private List<R> drained(RowReader<R> reader) {
        List<R> rows = new ArrayList<>();
        while (true) {
            Optional<Batch<R>> batch = get(reader.next(500).map(Optional::of).defaultIfEmpty(Optional.empty()));
            if (batch.isEmpty()) {
                return rows;
            }
            rows.addAll(rowsOf(batch.get()));
        }
    }

    @Test
    @DisplayName("a snapshot stream shows one moment from the first row to the last, or is refused")
    final void snapshots() {
        RowBackend<R> backend = openWith(50);
        ReadRequest request = new ReadRequest(Selection.ALL, Columns.ALL, true);
        RowReader<R> reader = backend.reader(request);
        if (!backend.capabilities().contains(Capability.SNAPSHOT)) {
            assertThat(failure(() -> reader.next(1))).isInstanceOf(UnsupportedStoreOperationException.class);
            run(reader.close());
            return;
        }
        RowBackend<R> other = open();
        List<R> seen = new ArrayList<>(rowsOf(get(reader.next(1))));
        get(other.apply(put(Selection.ALL, rows(1_000, 1_050))));
        get(other.apply(new Write.Clear<>()));
        get(other.apply(new Write.Append<>(rows(2_000, 2_010))));
        seen.addAll(drained(reader));
        run(reader.close());
        assertThat(seen).isEqualTo(rows(0, 50));
        assertThat(content(backend)).isEqualTo(rows(2_000, 2_010));
    }

    @Test
    @DisplayName("a stream cancelled at any step gives everything back and breaks nothing")
    final void cancelsAtAnyStep() {
        RowBackend<R> backend = openWith(30);
        SplittableRandom random = new SplittableRandom(5);
        int rounds = isProof() ? 10_000 : 300;
        for (int round = 0; round < rounds; round++) {
            int after = round % 31;
            if (random.nextBoolean()) {
                List<R> taken = get(batches(backend, all(), 1 + random.nextInt(3_000))
                        .concatMapIterable(Facet::rowsOf)
                        .take(after)
                        .collectList());
                assertThat(taken).isEqualTo(rows(0, after));
            } else { // at a moment nobody chose
                Disposable running = batches(backend, all(), 1 + random.nextInt(3_000))
                        .subscribeOn(Schedulers.parallel())
                        .subscribe();
                for (int spin = random.nextInt(2_000); spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                running.dispose();
            }
        }
        contract.quiescenceCheck();
        assertThat(content(backend)).isEqualTo(rows(0, 30));
    }

    @Test
    @DisplayName("a get cancelled at any moment gives everything back and breaks nothing")
    final void cancelsGets() {
        RowBackend<R> backend = openWith(5);
        SplittableRandom random = new SplittableRandom(6);
        int rounds = isProof() ? 10_000 : 300;
        for (int round = 0; round < rounds; round++) {
            Disposable running = backend.get(round % 5, Columns.ALL)
                    .subscribeOn(Schedulers.parallel())
                    .subscribe();
            for (int spin = random.nextInt(1_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            running.dispose();
        }
        contract.quiescenceCheck();
        assertThat(content(backend)).isEqualTo(rows(0, 5));
    }
}
