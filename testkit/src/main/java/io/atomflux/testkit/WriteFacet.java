package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Slice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Changing rows; part of {@link RowBackendContract}. Longer than most files because it has all kinds of changes. */
abstract class WriteFacet<R extends KeyedRow<R>> extends Facet<R> {

    private static final int SMALL = 60;

    WriteFacet(RowBackendContract<R> contract) {
        super(contract);
    }

    private Map<Capability, Write<R>> oneOfEach() {
        Map<Capability, Write<R>> writes = new EnumMap<>(Capability.class);
        writes.put(Capability.APPEND, new Write.Append<>(rows(0, 1)));
        writes.put(Capability.INSERT, new Write.Insert<>(0, rows(0, 1)));
        writes.put(Capability.SET, put(Selection.at(0), rows(0, 1)));
        writes.put(Capability.UPDATE, update(Selection.at(0), List.of(contract.changes(1))));
        writes.put(Capability.DELETE, delete(Selection.at(0)));
        writes.put(Capability.DROP, new Write.Drop<>(Selection.ALL, List.of("info.x")));
        writes.put(Capability.RESERVE, new Write.Reserve<>(1));
        writes.put(Capability.CLEAR, new Write.Clear<>());
        return writes;
    }

    private static <R extends KeyedRow<R>> Write<R> update(Selection where, List<R> changes) {
        return new Write.Update<>(where, changes, Optional.empty());
    }

    @Test
    @DisplayName("a change the backend does not declare is refused by type, before any I/O")
    final void refusesUndeclared() {
        oneOfEach().forEach((capability, write) -> {
            if (!has(capability)) {
                offers(capability, backend -> backend.apply(write));
            }
        });
        if (!has(Capability.RESERVE)) {
            RowBackend<R> backend = openWith(1);
            refused(
                    io.atomflux.error.AtomfluxException.class,
                    () -> backend.apply(new Write.Append<>(List.of(contract.row(1), reserved()))));
            assertThat(content(backend)).isEqualTo(rows(0, 1));
        }
    }

    @Test
    @DisplayName("a change built and never subscribed changes nothing; subscribed twice it is made twice")
    final void isCold() {
        RowBackend<R> backend = open();
        Mono<Long> append = backend.apply(new Write.Append<>(rows(0, 1)));
        oneOfEach().values().forEach(backend::apply);
        backend.remove();
        backend.groups();
        backend.close();
        backend.reader(all());
        assertThat(content(openWith(0))).isEmpty();
        assertThat(get(append)).isEqualTo(1);
        assertThat(get(append)).isEqualTo(2);
    }

    @Test
    @DisplayName("random histories of changes leave what they leave in a list, each answering the new size")
    final void randomHistories() {
        int histories = isProof() ? 40 : 3;
        for (int seed = 0; seed < histories; seed++) {
            history(new SplittableRandom(700 + seed), place + "-" + seed);
        }
    }

    private void history(SplittableRandom random, String where) {
        RowBackend<R> backend = open(where, Optional.empty());
        Set<Capability> able = backend.capabilities();
        List<R> model = List.of();
        List<String> told = new ArrayList<>();
        for (int step = 0; step < 200; step++) {
            Write<R> write = randomWrite(random, able, model.size());
            told.add(write.operation());
            List<R> before = model;
            List<R> after = new ArrayList<>();
            Throwable expected = catchThrowable(() -> {
                after.addAll(write.applyTo(before, reserved(), "model"));
                if (!able.contains(Capability.EMPTY_ROWS)
                        && after.stream().anyMatch(row -> row.size() == 0 && !row.isReserved())) {
                    throw new UnsupportedStoreOperationException("model", write.operation(), "a row without keys");
                }
            });
            if (expected != null) {
                Throwable seen = failure(() -> backend.apply(write));
                assertThat(seen).as("%s, step %d", write, step).isInstanceOf(expected.getClass());
            } else {
                assertThat(get(backend.apply(write)))
                        .as("size after step %d of %s", step, told)
                        .isEqualTo(after.size());
                model = after;
            }
            if (step % 10 == 9) {
                assertThat(content(backend))
                        .as("rows after step %d of %s", step, told)
                        .isEqualTo(model);
            }
            if (!model.isEmpty()) {
                int position = random.nextInt(model.size());
                assertThat(get(backend.get(position, Columns.ALL)))
                        .as("row %d after step %d, %s", position, step, write)
                        .isEqualTo(model.get(position));
            }
        }
        assertThat(content(open(where, Optional.empty())))
                .as("rows seen by another handle")
                .isEqualTo(model);
    }

    private Write<R> randomWrite(SplittableRandom random, Set<Capability> able, int size) {
        if (size > SMALL && able.contains(Capability.DELETE)) {
            return delete(Selection.ALL.slice(Slice.parse("::" + (2 + random.nextInt(3)))));
        }
        List<Write<R>> choices = new ArrayList<>();
        Selection where =
                random.nextInt(12) == 0 ? Selection.ALL.pick(0, size) : StreamFacet.randomSelection(random, size);
        long count = size == 0 || where.equals(Selection.ALL.pick(0, size))
                ? 2
                : where.resolve(size, "model").count();
        if (random.nextInt(12) == 0) {
            count += 2; // one too many for a shared change, too
        }
        choices.add(new Write.Append<>(randomRows(random, able, random.nextInt(5))));
        if (able.contains(Capability.INSERT)) {
            choices.add(new Write.Insert<>(
                    random.nextInt(-size - 2, size + 3), randomRows(random, able, random.nextInt(4))));
        }
        if (able.contains(Capability.SET)) {
            choices.add(put(where, randomRows(random, able, (int) count)));
        }
        if (able.contains(Capability.UPDATE)) {
            choices.add(update(where, randomChanges(random, random.nextBoolean() ? 1 : (int) count)));
        }
        if (able.contains(Capability.DELETE) && random.nextInt(2) == 0) {
            choices.add(delete(where));
        }
        if (able.contains(Capability.DROP)) {
            List<String> keys = contract.droppableKeys();
            choices.add(new Write.Drop<>(where, List.of(keys.get(random.nextInt(keys.size())), "info.of.no.row")));
        }
        if (able.contains(Capability.RESERVE)) {
            choices.add(new Write.Reserve<>(random.nextInt(3)));
        }
        if (able.contains(Capability.CLEAR) && random.nextInt(20) == 0) {
            choices.add(new Write.Clear<>());
        }
        return choices.get(random.nextInt(choices.size()));
    }

    private List<R> randomRows(SplittableRandom random, Set<Capability> able, int count) {
        List<R> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean none = able.contains(Capability.RESERVE) && random.nextInt(8) == 0;
            rows.add(none ? reserved() : contract.row(random.nextInt(10_000)));
        }
        return rows;
    }

    private List<R> randomChanges(SplittableRandom random, int count) {
        return random.ints(count, 0, 10_000).mapToObj(contract::changes).collect(Collectors.toList());
    }

    @Test
    @DisplayName("a change that names a row out of bounds, or gives a wrong number of rows, changes nothing")
    final void refusesWhole() {
        RowBackend<R> backend = openWith(6);
        Set<Capability> able = backend.capabilities();
        Selection beyond = Selection.ALL.pick(0, 1, 6);
        if (able.contains(Capability.SET)) {
            refused(RowOutOfBoundsException.class, () -> backend.apply(put(beyond, rows(10, 13))));
            refused(RowOutOfBoundsException.class, () -> backend.apply(put(Selection.at(-7), rows(10, 11))));
            assertThat(failure(() -> backend.apply(put(Selection.ALL, rows(10, 12)))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        if (able.contains(Capability.UPDATE)) {
            refused(RowOutOfBoundsException.class, () -> backend.apply(update(beyond, List.of(contract.changes(9)))));
        }
        if (able.contains(Capability.DELETE)) {
            refused(RowOutOfBoundsException.class, () -> backend.apply(delete(beyond)));
        }
        if (able.contains(Capability.DROP)) {
            List<String> keys = contract.row(0).keys();
            refused(RowOutOfBoundsException.class, () -> backend.apply(new Write.Drop<>(beyond, keys)));
        }
        assertThat(content(backend)).isEqualTo(rows(0, 6));
    }

    @Test
    @DisplayName("insert clamps its index as Python's list does")
    final void insertClamps() {
        if (!offers(Capability.INSERT, backend -> backend.apply(new Write.Insert<>(0, rows(0, 1))))) {
            return;
        }
        RowBackend<R> backend = openWith(2);
        assertThat(get(backend.apply(new Write.Insert<>(99, rows(10, 11))))).isEqualTo(3);
        get(backend.apply(new Write.Insert<>(-99, rows(11, 12))));
        get(backend.apply(new Write.Insert<>(-1, rows(12, 13))));
        assertThat(content(backend))
                .containsExactly(
                        contract.row(11), contract.row(0), contract.row(1), contract.row(12), contract.row(10));
    }

    @Test
    @DisplayName("set replaces the whole row and keeps nothing of the old one")
    final void setReplaces() {
        if (!offers(Capability.SET, backend -> backend.apply(put(Selection.at(0), rows(0, 1))))) {
            return;
        }
        RowBackend<R> backend = openWith(3);
        R small = contract.changes(50);
        R large = contract.row(51);
        if (contract.representable(small)) {
            get(backend.apply(put(Selection.at(1), List.of(small))));
            assertThat(get(backend.get(1, Columns.ALL))).isEqualTo(small);
        }
        get(backend.apply(put(Selection.ALL.pick(-1, 0, -1), rows(60, 63))));
        get(backend.apply(put(Selection.at(1), List.of(large))));
        assertThat(content(backend)).containsExactly(contract.row(61), large, contract.row(62));
    }

    @Test
    @DisplayName("update writes the given keys and keeps the others; a reserved row becomes a written one")
    final void updateMerges() {
        if (!offers(
                Capability.UPDATE, backend -> backend.apply(update(Selection.at(0), List.of(contract.changes(1)))))) {
            return;
        }
        RowBackend<R> backend = openWith(4);
        R changes = contract.changes(77);
        get(backend.apply(update(Selection.ALL.slice(Slice.parse("::-2")), List.of(changes))));
        assertThat(content(backend))
                .containsExactly(
                        contract.row(0),
                        contract.row(1).merge(changes),
                        contract.row(2),
                        contract.row(3).merge(changes));
        if (has(Capability.RESERVE)) {
            get(backend.apply(new Write.Reserve<>(1)));
            get(backend.apply(update(Selection.at(-1), List.of(changes))));
            assertThat(get(backend.get(-1, Columns.ALL))).isEqualTo(changes);
        }
    }

    @Test
    @DisplayName("a strided delete takes away exactly the rows selected")
    final void deletesStrided() {
        if (!offers(Capability.DELETE, backend -> backend.apply(delete(Selection.at(0))))) {
            return;
        }
        RowBackend<R> backend = openWith(20);
        assertThat(get(backend.apply(delete(Selection.ALL.slice(Slice.parse("1:15:3"))))))
                .isEqualTo(15);
        List<R> expected = rows(0, 20);
        for (int gone = 13; gone >= 1; gone -= 3) {
            expected = new ArrayList<>(expected);
            expected.remove(gone);
        }
        assertThat(content(backend)).isEqualTo(expected);
        get(backend.apply(delete(Selection.ALL.pick(3, -1, 3))));
        expected.remove(14);
        expected.remove(3);
        assertThat(content(backend)).isEqualTo(expected);
        get(backend.apply(delete(Selection.ALL.pick())));
        get(backend.apply(delete(Selection.ALL)));
        assertThat(get(backend.size())).isZero();
        assertThat(get(backend.apply(new Write.Append<>(rows(5, 6))))).isEqualTo(1);
    }

    @Test
    @DisplayName("drop takes keys away from the rows selected and ignores keys they lack")
    final void dropsKeys() {
        if (!offers(Capability.DROP, backend -> backend.apply(new Write.Drop<>(Selection.ALL, List.of("x.y"))))) {
            return;
        }
        RowBackend<R> backend = openWith(5);
        List<String> keys = List.of(contract.droppableKeys().get(0), "info.of.no.row");
        get(backend.apply(new Write.Drop<>(Selection.ALL.slice(Slice.from(2)), keys)));
        List<R> expected = new ArrayList<>(rows(0, 2));
        rows(2, 5).forEach(row -> expected.add(row.without(keys)));
        assertThat(content(backend)).isEqualTo(expected);
        get(backend.apply(new Write.Drop<>(Selection.ALL, List.of("info.of.no.row"))));
        get(backend.apply(new Write.Drop<>(Selection.ALL, List.of())));
        assertThat(content(backend)).isEqualTo(expected);
    }

    @Test
    @DisplayName("a change of more rows than one may change is refused, naming the limit")
    final void refusesTooMany() {
        RowBackend<R> backend = openWith(1);
        long most = backend.maxAtomicRows();
        assertThat(most).isPositive();
        if (most < Long.MAX_VALUE && has(Capability.RESERVE)) {
            refused(LimitExceededException.class, () -> backend.apply(new Write.Reserve<>(most + 1)));
        }
        if (most < 10_000) {
            List<R> many = Collections.nCopies((int) most + 1, contract.row(1));
            refused(LimitExceededException.class, () -> backend.apply(new Write.Append<>(many)));
        }
        assertThat(content(backend)).isEqualTo(rows(0, 1));
    }

    @Test
    @DisplayName("a change cancelled at any moment is whole or absent, and the store goes on")
    final void cancelledWriteIsWholeOrAbsent() {
        RowBackend<R> backend = openWith(0);
        SplittableRandom random = new SplittableRandom(8);
        int rounds = isProof() ? 3_000 : 60;
        List<R> seven = rows(0, 7);
        for (int round = 0; round < rounds; round++) {
            Disposable running = backend.apply(new Write.Append<>(seven))
                    .subscribeOn(Schedulers.parallel())
                    .subscribe();
            for (int spin = random.nextInt(4_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            running.dispose();
        }
        contract.quiescenceCheck();
        long size = get(backend.apply(new Write.Append<>(seven)));
        assertThat(size % 7).isZero();
        List<R> content = content(backend);
        for (int i = 0; i < content.size(); i++) {
            assertThat(content.get(i)).isEqualTo(seven.get(i % 7));
        }
    }
}
