package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ColumnView;
import io.atomflux.Indexed;
import io.atomflux.Ragged;
import io.atomflux.Store;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.spi.Capability;
import io.atomflux.value.Bytes;
import io.atomflux.value.Key;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Columns; part of {@link StoreContract}. */
abstract class ColumnViewFacet<E> extends StoreFacet<E> {

    ColumnViewFacet(StoreContract<E> contract) {
        super(contract);
    }

    private List<Object> energies(int from, int to) {
        List<Object> energies = new ArrayList<>();
        for (int seed = from; seed < to; seed++) {
            energies.add(energy(seed));
        }
        return energies;
    }

    /** Opens a store of elements 0, 1 without the value, 2. */
    private Store<E> openWithGap() {
        Store<E> store = open();
        run(store.extend(List.of(contract.element(0), withoutEnergy(1), contract.element(2))));
        return store;
    }

    @Test
    @DisplayName("a column gives one value for each row, in order, with its type")
    final void readsValues() {
        Store<E> store = openWith(12);
        assertThat(all(store.column(ENERGY))).isEqualTo(energies(0, 12));
        Class<?> type = energy(0).getClass();
        assertThat(all(store.column(ENERGY, type))).isEqualTo(energies(0, 12));
        assertThat(get(store.column(ENERGY, type).get(-1))).isEqualTo(energy(11));
        assertThat(get(store.get(4, Key.of(ENERGY, type)))).isEqualTo(energy(4));
        assertThat(get(store.column(ENERGY).size())).isEqualTo(12);
        assertThat(all(store.column(ENERGY).rowsAt(3, 3).indexed()))
                .containsExactly(new Indexed<>(3, energy(3)), new Indexed<>(3, energy(3)));
    }

    @Test
    @DisplayName("a value of another type is an error of that name, not a guess")
    final void refusesOtherTypes() {
        Store<E> store = openWith(2);
        assertThat(failure(() -> store.column(ENERGY, String.class).collectList()))
                .isInstanceOf(ValueTypeException.class);
        assertThat(failure(() -> store.get(0, Key.of(ENERGY, Boolean.class)))).isInstanceOf(ValueTypeException.class);
    }

    @Test
    @DisplayName("a missing value is an error naming position and key, unless the caller chose otherwise")
    final void missingValues() {
        Store<E> store = openWithGap();
        ColumnView<Object> column = store.column(ENERGY);
        assertThat(failure(column::collectList)).isInstanceOfSatisfying(MissingValueException.class, error -> {
            assertThat(error.position()).isEqualTo(1);
            assertThat(error.key()).isEqualTo(ENERGY);
        });
        assertThat(all(column.skipMissing())).containsExactly(energy(0), energy(2));
        assertThat(all(column.orElse("none"))).containsExactly(energy(0), "none", energy(2));
        assertThat(all(column.optional()))
                .containsExactly(Optional.of(energy(0)), Optional.empty(), Optional.of(energy(2)));
        assertThat(all(column.skipMissing().indexed()))
                .extracting(Indexed::position)
                .containsExactly(0L, 2L);
        assertThat(get(column.get(1).hasElement())).isFalse();
        assertThat(get(store.get(1, Key.of(ENERGY, Object.class)).hasElement())).isFalse();
        assertThat(get(column.size())).isEqualTo(3);
        assertThat(all(column.rows("::2"))).containsExactly(energy(0), energy(2));
        assertThat(failure(() -> store.column("info.of.no.row").collectList()))
                .isInstanceOf(MissingValueException.class);
        assertThat(all(store.columns(ENERGY))).extracting(Row::size).containsExactly(1, 0, 1);
    }

    @Test
    @DisplayName("a reserved row has no value in any column")
    final void reservedRows() {
        Store<E> store = openWith(1);
        if (!offers(store, Capability.RESERVE, () -> store.reserve(1))) {
            return;
        }
        run(store.reserve(1));
        assertThat(failure(() -> store.column(ENERGY).collectList()))
                .isInstanceOfSatisfying(
                        MissingValueException.class,
                        error -> assertThat(error.position()).isEqualTo(1));
        assertThat(all(store.column(ENERGY).optional())).containsExactly(Optional.of(energy(0)), Optional.empty());
        assertThat(all(store.column(ENERGY).skipMissing())).containsExactly(energy(0));
    }

    @Test
    @DisplayName(
            "a column of numbers becomes one array, of arrays an array of one more axis, of ragged ones values and offsets")
    final void collectsArrays() {
        Store<E> store = openWith(11);
        if (contract.isRaw()) {
            return; // bytes are no numbers
        }
        NdArray energies = get(store.column(ENERGY).toArray());
        assertThat(energies.shape()).containsExactly(11);
        assertThat(energies.toDoubleArray())
                .containsExactly(
                        energies(0, 11).stream().mapToDouble(e -> (Double) e).toArray());
        NdArray cells = get(store.rows("::-1").column("cell").toArray());
        assertThat(cells.shape()).containsExactly(11, 3, 3);
        assertThat(cells.slice(0))
                .isEqualTo(contract.fields(contract.element(10)).get("cell"));
        assertThat(failure(() -> store.column("arrays.positions").toArray())).isInstanceOf(ValueTypeException.class);
        Ragged positions = get(store.column("arrays.positions").toRagged());
        assertThat(positions.size()).isEqualTo(11);
        for (int i = 0; i < 11; i++) {
            assertThat(positions.get(i))
                    .isEqualTo(contract.fields(contract.element(i)).get("arrays.positions"));
        }
        assertThat(get(store.rows(3, 3).column(ENERGY).toArray()).shape()).containsExactly(0);
        assertThat(get(store.rows(3, 3).column("arrays.positions").toRagged()).size())
                .isZero();
    }

    @Test
    @DisplayName("setting a column writes that key of those rows at once, and keeps the others")
    final void setsColumns() {
        Store<E> store = openWith(5);
        List<Object> values = energies(50, 53);
        Mono<Void> set = store.rows("::2").column(ENERGY).set(values);
        if (!offers(store, Capability.UPDATE, () -> set)) {
            return;
        }
        run(set);
        List<E> expected = new ArrayList<>(elements(0, 5));
        for (int i = 0; i < 3; i++) {
            expected.set(2 * i, with(expected.get(2 * i), Row.of(ENERGY, values.get(i))));
        }
        assertThat(all(store.rows())).isEqualTo(expected);
        assertThat(failure(() -> store.column(ENERGY).set(values))).isInstanceOf(IllegalArgumentException.class);
        assertThat(all(store.rows())).isEqualTo(expected);
        run(store.rows(0, 0).column(ENERGY).set(List.of()));
        assertThat(all(store.rows())).isEqualTo(expected);
        if (!contract.isRaw()) {
            run(store.column(ENERGY).set(NdArray.of(new double[] {1, 2, 3, 4, 5}, 5)));
            assertThat(get(store.column(ENERGY).toArray()).toDoubleArray()).containsExactly(1, 2, 3, 4, 5);
        }
    }

    @Test
    @DisplayName("setting a column no row has yet adds it, also to a reserved row")
    final void setsNewColumns() {
        Store<E> store = openWith(2);
        Object value = contract.isRaw() ? Bytes.ofText("new") : "new";
        if (!offers(store, Capability.UPDATE, () -> store.column("info.c.d").set(List.of(value, value)))) {
            return;
        }
        boolean reserves = store.capabilities().contains(Capability.RESERVE);
        if (reserves) {
            run(store.reserve(1));
        }
        List<Object> values = new ArrayList<>(List.of(value, value));
        if (reserves) {
            values.add(value);
        }
        run(store.column("info.c.d").set(values));
        assertThat(all(store.column("info.c.d"))).isEqualTo(values);
        assertThat(get(store.get(0))).isEqualTo(with(contract.element(0), Row.of("info.c.d", value)));
        assertThat(Objects.requireNonNull(get(store.get(-1, "info.c.d"))).get("info.c.d"))
                .isEqualTo(value);
    }
}
