package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.Indexed;
import io.atomflux.RowView;
import io.atomflux.Store;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import io.atomflux.value.Schema;
import io.atomflux.value.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Rows and views of rows; part of {@link StoreContract}. */
abstract class RowViewFacet<E> extends StoreFacet<E> {

    RowViewFacet(StoreContract<E> contract) {
        super(contract);
    }

    @Test
    @DisplayName("get reads first, last and negative rows, and names index and size beyond them")
    final void gets() {
        Store<E> store = openWith(22);
        assertThat(get(store.size())).isEqualTo(22);
        for (long index : new long[] {0, 10, 21, -1, -22}) {
            assertThat(get(store.get(index))).isEqualTo(contract.element((int) (index < 0 ? index + 22 : index)));
        }
        for (long index : new long[] {22, 122, -23}) {
            assertThat(failure(() -> store.get(index))).isInstanceOfSatisfying(RowOutOfBoundsException.class, error -> {
                assertThat(error.index()).isEqualTo(index);
                assertThat(error.size()).isEqualTo(22);
            });
        }
    }

    @Test
    @DisplayName("an empty store has no rows, in whatever way they are asked for")
    final void emptyStore() {
        Store<E> store = openWith(0);
        assertThat(get(store.size())).isZero();
        assertThat(all(store.rows())).isEmpty();
        assertThat(all(store.rows("::-1"))).isEmpty();
        assertThat(all(store.rowsAt())).isEmpty();
        assertThat(all(store.column(ENERGY))).isEmpty();
        assertThat(all(store.columns(ENERGY, "info.x"))).isEmpty();
        assertThat(failure(() -> store.get(0))).isInstanceOf(RowOutOfBoundsException.class);
        assertThat(failure(() -> store.rowsAt(0).collectList())).isInstanceOf(RowOutOfBoundsException.class);
    }

    @Test
    @DisplayName("get with keys reads present ones only; without keys no values, never all")
    final void getsColumns() {
        Store<E> store = openWith(3);
        Row fields = contract.fields(contract.element(1));
        assertThat(get(store.get(1, ENERGY, "info.of.no.row"))).isEqualTo(fields.only(List.of(ENERGY)));
        assertThat(get(store.get(-2, fields.keys()))).isEqualTo(fields);
        assertThat(get(store.get(1, List.of())).keys()).isEmpty();
        assertThat(get(store.get(1, "info.of.no.row")).keys()).isEmpty();
        assertThat(get(store.keys(1))).containsExactlyInAnyOrderElementsOf(fields.keys());
        assertThat(failure(() -> store.get(3, ENERGY))).isInstanceOf(RowOutOfBoundsException.class);
    }

    @Test
    @DisplayName("schema describes one row, or all of them")
    final void describes() {
        Store<E> store = openWith(4);
        assertThat(get(store.schema(2))).isEqualTo(Schema.of(contract.fields(contract.element(2))));
        Schema whole = get(store.schema());
        assertThat(whole.rows()).isEqualTo(4);
        assertThat(whole.columns().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        contract.fields(contract.element(0)).keys());
        assertThat(whole.columns())
                .hasEntrySatisfying(ENERGY, column -> assertThat(column.rows()).isEqualTo(4));
    }

    @Test
    @DisplayName("chains of slices and lists select what Python selects, of rows and of columns, in either order")
    final void chainsEqualPython() {
        Store<E> store = openWith(25);
        List<E> everything = elements(0, 25);
        SplittableRandom random = new SplittableRandom(41);
        for (int round = 0; round < 60; round++) {
            RowView<E> view = store.rows();
            Selection model = Selection.ALL;
            for (int step = random.nextInt(4); step > 0; step--) {
                long count = model.resolve(25, "model").count();
                if (random.nextInt(4) == 0 && count > 0) {
                    long[] list = random.longs(random.nextInt(5), -count, count).toArray();
                    view = view.rowsAt(list);
                    model = model.pick(list);
                } else {
                    Slice slice = slice(random);
                    view = view.rows(slice);
                    model = model.slice(slice);
                }
            }
            List<E> expected = picked(everything, model.resolve(25, "model").toArray());
            assertThat(all(view)).as("%s", model).isEqualTo(expected);
            assertThat(get(view.size())).as("size of %s", model).isEqualTo(expected.size());
            List<Object> energies = new ArrayList<>();
            List<Row> narrow = new ArrayList<>();
            for (E element : expected) {
                energies.add(java.util.Objects.requireNonNull(
                        contract.fields(element).get(ENERGY)));
                narrow.add(contract.fields(element).only(List.of(ENERGY)));
            }
            assertThat(all(view.column(ENERGY))).as("column of %s", model).isEqualTo(energies);
            assertThat(all(view.columns(ENERGY, "info.of.no.row"))).isEqualTo(narrow);
            assertThat(all(view.columns(List.of(ENERGY)).rows("::-1")))
                    .isEqualTo(picked(narrow, reversed(narrow.size())));
            assertThat(all(view.column(ENERGY).rows("1:").rows("::2")))
                    .isEqualTo(all(view.rows("1:").rows("::2").column(ENERGY)));
        }
    }

    private static long[] reversed(int size) {
        return Slice.parse("::-1").count(size) == 0
                ? new long[0]
                : java.util.stream.LongStream.range(0, size)
                        .map(i -> size - 1 - i)
                        .toArray();
    }

    private static Slice slice(SplittableRandom random) {
        String step = List.of("", ":2", ":-1", ":-3", ":1").get(random.nextInt(5));
        String start = random.nextInt(3) == 0 ? "" : String.valueOf(random.nextInt(-28, 28));
        String stop = random.nextInt(3) == 0 ? "" : String.valueOf(random.nextInt(-28, 28));
        return Slice.parse(start + ":" + stop + step);
    }

    @Test
    @DisplayName("a view counts and finds its own rows")
    final void narrows() {
        Store<E> store = openWith(20);
        RowView<E> view = store.rows(5, 15).rows("::-2");
        assertThat(get(view.size())).isEqualTo(5);
        assertThat(get(view.get(0))).isEqualTo(contract.element(14));
        assertThat(get(view.get(-1))).isEqualTo(contract.element(6));
        assertThat(get(view.column(ENERGY).get(1))).isEqualTo(energy(12));
        for (long index : new long[] {5, -6}) {
            assertThat(failure(() -> view.get(index))).isInstanceOf(RowOutOfBoundsException.class);
            assertThat(failure(() -> view.rowsAt(0, index).collectList())).isInstanceOf(RowOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> store.rows("1:2:3:4")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.rows("::0")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("making a view reads nothing; each subscription resolves it anew")
    final void viewsAreCold() {
        Store<E> store = open();
        RowView<E> lastTwo = store.rows("-2:");
        Flux<Object> column = store.rows().column(ENERGY);
        RowView<E> beyond = store.rowsAt(3);
        run(store.extend(elements(0, 3)));
        assertThat(all(lastTwo)).isEqualTo(elements(1, 3));
        assertThat(failure(beyond::collectList)).isInstanceOf(RowOutOfBoundsException.class);
        run(store.append(contract.element(3)));
        assertThat(all(lastTwo)).isEqualTo(elements(2, 4));
        assertThat(all(beyond)).isEqualTo(elements(3, 4));
        assertThat(all(column)).hasSize(4);
    }

    @Test
    @DisplayName("indexed gives positions in the store, chunked gives lists")
    final void indexesAndChunks() {
        Store<E> store = openWith(10);
        assertThat(all(store.rows("7:2:-2").indexed()))
                .containsExactly(
                        new Indexed<>(7, contract.element(7)),
                        new Indexed<>(5, contract.element(5)),
                        new Indexed<>(3, contract.element(3)));
        assertThat(all(store.rows().chunked(4))).containsExactly(elements(0, 4), elements(4, 8), elements(8, 10));
        assertThat(all(store.rows().column(ENERGY).chunked(7)))
                .extracting(List::size)
                .containsExactly(7, 3);
        assertThatThrownBy(() -> store.rows().chunked(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("a thousand rows stream through many batches, in order")
    final void streamsManyRows() {
        Store<E> store = openWith(1_000);
        List<E> seen = all(store.rows());
        assertThat(seen).isEqualTo(elements(0, 1_000));
        assertThat(all(store.rows("-1:-1000:-37"))).isEqualTo(all(store.rows("999:0:-37")));
        assertThat(all(store.column(ENERGY)))
                .hasSize(1_000)
                .startsWith(energy(0))
                .endsWith(energy(999));
    }

    @Test
    @DisplayName("among written rows a reserved one is empty to get, and never skipped silently")
    final void reservedRows() {
        Store<E> store = openWith(1);
        if (!offers(store, Capability.RESERVE, () -> store.reserve(1))) {
            return;
        }
        assertThat(get(store.reserve(1))).isEqualTo(2);
        run(store.append(contract.element(2)));
        assertThat(get(store.get(1).map(Optional::of).defaultIfEmpty(Optional.empty())))
                .isEmpty();
        assertThat(get(store.get(-2, List.of(ENERGY)).hasElement())).isFalse();
        assertThat(get(store.rows(1, 3).get(0).hasElement())).isFalse();
        assertThat(get(store.keys(1))).isEmpty();
        assertThat(get(store.schema(1)).columns()).isEmpty();
        assertThat(all(store.rows().skipMissing())).containsExactly(contract.element(0), contract.element(2));
        assertThat(all(store.rows().orElse(contract.element(9))))
                .containsExactly(contract.element(0), contract.element(9), contract.element(2));
        assertThat(all(store.rows().optional()))
                .containsExactly(Optional.of(contract.element(0)), Optional.empty(), Optional.of(contract.element(2)));
        assertThat(all(store.rows().skipMissing().indexed()))
                .extracting(Indexed::position)
                .containsExactly(0L, 2L);
        assertThat(all(store.columns(List.of(ENERGY)).skipMissing())).hasSize(2);
        if (contract.showsReserved()) {
            List<E> rows = all(store.rows());
            assertThat(rows).hasSize(3);
            assertThat(rows.get(1)).hasFieldOrPropertyWithValue("reserved", true);
        } else {
            assertThat(failure(() -> store.rows().collectList()))
                    .isInstanceOfSatisfying(
                            MissingValueException.class,
                            error -> assertThat(error.position()).isEqualTo(1));
        }
    }

    @Test
    @DisplayName("a snapshot view shows one moment, or is refused")
    final void snapshotView() {
        Store<E> store = openWith(6);
        if (!offers(store, Capability.SNAPSHOT, () -> store.rows().snapshot().collectList())) {
            return;
        }
        assertThat(all(store.rows("::2").snapshot()))
                .isEqualTo(List.of(contract.element(0), contract.element(2), contract.element(4)));
    }

    @Test
    @DisplayName("concatenated stores read as one, across their borders, and refuse changes")
    final void concatenates() {
        Store<E> first = openWith(3);
        Store<E> second = open(place + "-second");
        run(second.extend(elements(3, 7)));
        Store<E> both = contract.concat(first, second);
        assertThat(get(both.size())).isEqualTo(7);
        assertThat(all(both.rows())).isEqualTo(elements(0, 7));
        assertThat(get(both.get(3))).isEqualTo(contract.element(3));
        assertThat(get(both.get(-7))).isEqualTo(contract.element(0));
        assertThat(all(both.rowsAt(5, 1, 5, -1))).isEqualTo(picked(elements(0, 7), new long[] {5, 1, 5, 6}));
        assertThat(all(both.rows("::-2").column(ENERGY))).containsExactly(energy(6), energy(4), energy(2), energy(0));
        assertThat(failure(() -> both.get(7))).isInstanceOf(RowOutOfBoundsException.class);
        assertThat(failure(() -> both.append(contract.element(0))))
                .isInstanceOf(io.atomflux.error.AtomfluxException.class);
        assertThat(get(first.size()) + get(second.size())).isEqualTo(7);
    }
}
