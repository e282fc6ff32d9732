package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.Store;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.PartialWriteException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Capability;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Changes through the facade and its views; part of {@link StoreContract}. */
abstract class StoreWriteFacet<E> extends StoreFacet<E> {

    StoreWriteFacet(StoreContract<E> contract) {
        super(contract);
    }

    private Patch patch(int seed) {
        return Patch.of(ENERGY, energy(seed));
    }

    private E patched(int element, int seed) {
        return with(contract.element(element), Row.of(ENERGY, energy(seed)));
    }

    @Test
    @DisplayName("append and extend answer the new size; extending by nothing makes an empty store")
    final void appends() {
        Store<E> store = open();
        assertThat(get(store.extend(List.of()))).isZero();
        assertThat(get(store.append(contract.element(0)))).isEqualTo(1);
        assertThat(get(store.extend(elements(1, 4)))).isEqualTo(4);
        assertThat(get(store.extend(Flux.fromIterable(elements(4, 9))))).isEqualTo(9);
        assertThat(get(store.extend(Flux.empty()))).isEqualTo(9);
        assertThat(get(store.extend(open().rows(0, 2)))).isEqualTo(11);
        assertThat(all(store.rows(0, 9))).isEqualTo(elements(0, 9));
        assertThat(all(store.rows("-2:"))).isEqualTo(elements(0, 2));
    }

    @Test
    @DisplayName("a stream that fails in the middle leaves whole batches and tells how many rows are in the store")
    final void extendFailsInTheMiddle() {
        Store<E> store = openWith(2);
        Flux<E> failing = Flux.fromIterable(elements(2, 12))
                .concatWith(Flux.error(new IllegalStateException("the source broke")));
        assertThat(failure(() -> store.extend(failing))).isInstanceOfSatisfying(PartialWriteException.class, error -> {
            assertThat(error).hasRootCauseMessage("the source broke");
            assertThat(error.committed()).isBetween(0L, 10L);
            assertThat(get(store.size())).isEqualTo(2 + error.committed());
            assertThat(all(store.rows())).isEqualTo(elements(0, (int) (2 + error.committed())));
        });
    }

    @Test
    @DisplayName("set, insert, update, delete and drop work on one row, by negative index too")
    final void changesSingleRows() {
        Store<E> store = openWith(4);
        Set<Capability> able = store.capabilities();
        List<E> model = new ArrayList<>(elements(0, 4));
        if (offers(store, Capability.SET, () -> store.set(0, contract.element(20)))) {
            run(store.set(-1, contract.element(20)));
            model.set(3, contract.element(20));
        }
        if (offers(store, Capability.INSERT, () -> store.insert(0, contract.element(21)))) {
            run(store.insert(1, contract.element(21)));
            run(store.insert(99, contract.element(22)));
            run(store.insert(-99, contract.element(23)));
            model.add(1, contract.element(21));
            model.add(contract.element(22));
            model.add(0, contract.element(23));
        }
        assertThat(all(store.rows())).isEqualTo(model);
        if (offers(store, Capability.UPDATE, () -> store.update(0, patch(30)))) {
            run(store.update(-2, patch(30)));
            int at = model.size() - 2;
            model.set(at, with(model.get(at), Row.of(ENERGY, energy(30))));
        }
        if (offers(store, Capability.DELETE, () -> store.delete(0))) {
            run(store.delete(-1));
            run(store.delete(0));
            model.remove(model.size() - 1);
            model.remove(0);
        }
        assertThat(all(store.rows())).isEqualTo(model);
        if (offers(store, Capability.DROP, () -> store.drop(ENERGY))) {
            run(store.drop(ENERGY, "info.of.no.row"));
            model.replaceAll(
                    element -> contract.ofFields(contract.fields(element).without(List.of(ENERGY))));
        }
        assertThat(all(store.rows())).isEqualTo(model);
        if (able.contains(Capability.SET)) {
            assertThat(failure(() -> store.set(99, contract.element(0)))).isInstanceOf(RowOutOfBoundsException.class);
            assertThat(all(store.rows())).isEqualTo(model);
        }
    }

    @Test
    @DisplayName("views set, update, delete and drop exactly their rows, strided and reversed ones too")
    final void changesThroughViews() {
        Store<E> store = openWith(10);
        List<E> model = new ArrayList<>(elements(0, 10));
        if (offers(store, Capability.SET, () -> store.rows(0, 1).set(elements(0, 1)))) {
            run(store.rows("8:0:-3").set(elements(40, 43)));
            model.set(8, contract.element(40));
            model.set(5, contract.element(41));
            model.set(2, contract.element(42));
            run(store.rows(3, 3).set(List.of()));
            assertThat(failure(() -> store.rows().set(elements(0, 3)))).isInstanceOf(IllegalArgumentException.class);
            assertThat(failure(() -> store.rows(0, 1).set(elements(0, 2))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(all(store.rows())).isEqualTo(model);
        if (offers(store, Capability.UPDATE, () -> store.rows(0, 1).update(patch(1)))) {
            run(store.rows("1::4").update(patch(60)));
            run(store.rowsAt(-1, 0).update(List.of(patch(61), patch(62))));
            for (int at = 1; at < 10; at += 4) {
                model.set(at, with(model.get(at), Row.of(ENERGY, energy(60))));
            }
            model.set(9, with(model.get(9), Row.of(ENERGY, energy(61))));
            model.set(0, with(model.get(0), Row.of(ENERGY, energy(62))));
            assertThat(failure(() -> store.rows().update(List.of(patch(1), patch(2)))))
                    .isInstanceOf(IllegalArgumentException.class);
            run(store.columns(ENERGY).rows(4, 5).set(List.of(Row.of(ENERGY, energy(63)))));
            model.set(4, with(model.get(4), Row.of(ENERGY, energy(63))));
        }
        assertThat(all(store.rows())).isEqualTo(model);
        if (offers(store, Capability.DROP, () -> store.rows(0, 1).drop(ENERGY))) {
            run(store.rows("3:5").drop(ENERGY, "info.of.no.row"));
            for (int at = 3; at < 5; at++) {
                model.set(at, contract.ofFields(contract.fields(model.get(at)).without(List.of(ENERGY))));
            }
        }
        assertThat(all(store.rows())).isEqualTo(model);
        if (offers(store, Capability.DELETE, () -> store.rows("::2").delete())) {
            run(store.rows("::2").delete());
            for (int at = 8; at >= 0; at -= 2) {
                model.remove(at);
            }
            assertThat(all(store.rows())).isEqualTo(model);
            run(store.rowsAt().delete());
            run(store.rows("1:3").rows("1:").delete());
            model.remove(2);
        }
        assertThat(all(store.rows())).isEqualTo(model);
    }

    @Test
    @DisplayName("versions carry a change from reading to writing, and refuse it once the row changed")
    final void versions() {
        Store<E> store = openWith(3);
        if (!offers(store, Capability.VERSIONS, () -> store.getVersioned(0))) {
            return;
        }
        Versioned<E> old = get(store.getVersioned(1));
        assertThat(old.row()).isEqualTo(contract.element(1));
        run(store.set(1, contract.element(11), old.version()));
        assertThat(failure(() -> store.set(1, contract.element(12), old.version())))
                .isInstanceOfSatisfying(VersionConflictException.class, error -> {
                    assertThat(error.position()).isEqualTo(1);
                    assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
                });
        assertThat(failure(() -> store.update(-2, patch(5), old.version())))
                .isInstanceOf(VersionConflictException.class);
        assertThat(failure(() -> store.delete(1, old.version()))).isInstanceOf(VersionConflictException.class);
        run(store.update(1, patch(5), get(store.getVersioned(1)).version()));
        assertThat(get(store.get(1))).isEqualTo(patched(11, 5));
        run(store.delete(1, get(store.getVersioned(1)).version()));
        assertThat(all(store.rows())).containsExactly(contract.element(0), contract.element(2));
    }

    @Test
    @DisplayName("reserved rows are added, filled by set and by update, and cleared with the rest")
    final void reservesAndClears() {
        Store<E> store = openWith(1);
        assertThatThrownBy(() -> store.reserve(-1)).isInstanceOf(IllegalArgumentException.class);
        if (offers(store, Capability.RESERVE, () -> store.reserve(1))) {
            assertThat(get(store.reserve(3))).isEqualTo(4);
            assertThat(get(store.reserve(0))).isEqualTo(4);
            run(store.set(2, contract.element(2)));
            assertThat(get(store.get(2))).isEqualTo(contract.element(2));
            assertThat(get(store.get(1).hasElement())).isFalse();
            assertThat(get(store.get(3).hasElement())).isFalse();
            run(store.update(3, patch(3)));
            assertThat(get(store.get(3, List.of(ENERGY)))).isEqualTo(Row.of(ENERGY, energy(3)));
        }
        if (offers(store, Capability.CLEAR, store::clear)) {
            run(store.clear());
            assertThat(get(store.size())).isZero();
            assertThat(get(store.append(contract.element(5)))).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("opened for reading, a store reads as before and refuses every change by type")
    final void readOnly() {
        Store<E> store = openWith(3);
        Store<E> reading = store.readOnly();
        assertThat(all(reading.rows())).isEqualTo(elements(0, 3));
        assertThat(get(reading.get(-1))).isEqualTo(contract.element(2));
        writes(reading)
                .forEach((operation, call) -> assertThat(failure(call))
                        .as(operation)
                        .isInstanceOfSatisfying(ReadOnlyStoreException.class, error -> {
                            assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
                            assertThat(error.retryable()).isFalse();
                        }));
        assertThat(reading.capabilities())
                .doesNotContain(
                        Capability.APPEND,
                        Capability.INSERT,
                        Capability.SET,
                        Capability.UPDATE,
                        Capability.DELETE,
                        Capability.DROP,
                        Capability.RESERVE,
                        Capability.CLEAR,
                        Capability.REMOVE);
        assertThat(all(store.rows())).isEqualTo(elements(0, 3));
    }

    private Map<String, Supplier<Mono<?>>> writes(Store<E> store) {
        Map<String, Supplier<Mono<?>>> writes = new LinkedHashMap<>();
        writes.put("append", () -> store.append(contract.element(0)));
        writes.put("extend", () -> store.extend(elements(0, 2)));
        writes.put("insert", () -> store.insert(0, contract.element(0)));
        writes.put("set", () -> store.set(0, contract.element(9)));
        writes.put("update", () -> store.update(0, patch(9)));
        writes.put("delete", () -> store.delete(0));
        writes.put("drop", () -> store.drop(ENERGY));
        writes.put("reserve", () -> store.reserve(1));
        writes.put("clear", store::clear);
        writes.put("rows.set", () -> store.rows(0, 1).set(elements(9, 10)));
        writes.put("rows.update", () -> store.rows().update(patch(9)));
        writes.put("rows.delete", () -> store.rows().delete());
        writes.put("rows.drop", () -> store.rows().drop(ENERGY));
        writes.put("column.set", () -> store.rows(0, 1).column(ENERGY).set(List.of(energy(9))));
        return writes;
    }

    @Test
    @DisplayName("changes nobody subscribed to are not made; closing ends a store for good")
    final void coldAndClosed() {
        Store<E> store = openWith(2);
        List<Mono<?>> unused = new ArrayList<>();
        writes(store).values().forEach(call -> unused.add(call.get()));
        assertThat(unused).hasSize(14);
        store.remove();
        store.close();
        assertThat(all(store.rows())).isEqualTo(elements(0, 2));
        run(store.close());
        run(store.close());
        assertThat(failure(store::size)).isInstanceOf(StoreClosedException.class);
        assertThat(failure(() -> store.rows().collectList())).isInstanceOf(StoreClosedException.class);
        assertThat(failure(() -> store.append(contract.element(0)))).isInstanceOf(AtomfluxException.class);
        assertThat(all(open().rows())).isEqualTo(elements(0, 2));
    }

    @Test
    @DisplayName("a null where a row, key or patch belongs is refused at the call")
    @SuppressWarnings({"NullAway", "DataFlowIssue"})
    final void refusesNulls() {
        Store<E> store = openWith(1);
        assertThatThrownBy(() -> store.append(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> store.set(0, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> store.column((String) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> store.update(0, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> store.rows((String) null)).isInstanceOf(NullPointerException.class);
    }
}
