package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** Many calls at once, through several handles; part of {@link RowBackendContract}. */
abstract class ConcurrencyFacet<R extends KeyedRow<R>> extends Facet<R> {

    private final int rounds = isProof() ? 2_000 : 60;

    ConcurrencyFacet(RowBackendContract<R> contract) {
        super(contract);
    }

    @Test
    @DisplayName("a batch shows all of a change or nothing of it")
    final void batchesShowWholeChanges() {
        if (!has(Capability.SET)) {
            return; // refusal is tested with the writes
        }
        int rowCount = 9;
        RowBackend<R> writer = open();
        get(writer.apply(new Write.Append<>(Collections.nCopies(rowCount, contract.row(0)))));
        RowBackend<R> reader = open();
        Flux<Batch<R>> reading = Flux.defer(() -> batches(reader, all(), LARGE))
                .onErrorResume(StoreChangedException.class, changed -> Flux.empty())
                .doOnNext(batch -> assertThat(new HashSet<>(rowsOf(batch)))
                        .as("different rows in a batch of rows that are always written equal")
                        .hasSize(1));
        int last = whileReading(
                reading, stamp -> writer.apply(put(Selection.ALL, Collections.nCopies(rowCount, contract.row(stamp)))));
        assertThat(content(reader)).isEqualTo(Collections.nCopies(rowCount, contract.row(last)));
    }

    @Test
    @DisplayName("the size never shows a part of an append, an insert or a delete")
    final void sizeShowsWholeChanges() {
        RowBackend<R> writer = openWith(0);
        RowBackend<R> reader = open();
        boolean shrinks = has(Capability.DELETE);
        List<R> seven = rows(0, 7);
        Flux<Long> reading = reader.size()
                .doOnNext(size -> assertThat(size % 7).as("size %d", size).isZero())
                .flux();
        whileReading(
                reading,
                round -> shrinks && round % 2 == 0
                        ? writer.apply(delete(Selection.ALL.pick(0, 1, 2, -1, -2, -3, -4)))
                        : writer.apply(new Write.Append<>(seven)));
    }

    /**
     * Writes while two readers read, all on threads of their own, until both have done enough.
     *
     * @param write makes write number 1, 2, …
     * @return the number of the last write
     */
    private <T> int whileReading(Flux<T> reading, IntFunction<Mono<Long>> write) {
        AtomicInteger reads = new AtomicInteger();
        AtomicInteger writes = new AtomicInteger();
        // Reactor's own are as many as there are processors: on one, reading would begin when all is written.
        Scheduler threads = Schedulers.newParallel("contract", 3);
        try {
            Mono<Long> writing = Mono.defer(() -> write.apply(writes.incrementAndGet()))
                    .repeat(() -> writes.get() < rounds
                            || reads.get() == 0
                            || reads.get() < rounds && writes.get() < 100 * rounds)
                    .subscribeOn(threads)
                    .then(Mono.just(0L))
                    .cache();
            Flux<T> reader = reading.doOnNext(seen -> reads.incrementAndGet())
                    .subscribeOn(threads)
                    .repeat()
                    .takeUntilOther(writing);
            run(Flux.merge(reader, reader).then(writing));
        } finally {
            threads.dispose();
        }
        assertThat(reads.get()).as("reads while writing").isPositive();
        return writes.get();
    }

    @Test
    @DisplayName("appends by many through two handles are all there, each whole")
    final void appendsAreNotLost() {
        List<RowBackend<R>> handles = List.of(openWith(0), open());
        int writers = 4;
        int each = Math.min(rounds, 200);
        Set<Long> sizes = Collections.synchronizedSet(new HashSet<>());
        run(Flux.range(0, writers)
                .flatMap(writer -> Flux.range(0, each)
                        .concatMap(n -> handles.get(writer % 2)
                                .apply(new Write.Append<>(Collections.nCopies(2, contract.row(writer * each + n)))))
                        .doOnNext(sizes::add)
                        .subscribeOn(Schedulers.parallel()))
                .then());
        List<R> content = content(handles.get(0));
        assertThat(content).hasSize(2 * writers * each);
        assertThat(sizes).as("sizes answered, each once").hasSize(writers * each);
        Map<R, Integer> seen = new HashMap<>();
        for (int i = 0; i < content.size(); i += 2) {
            assertThat(content.get(i + 1)).isEqualTo(content.get(i));
            seen.merge(content.get(i), 1, Integer::sum);
        }
        assertThat(seen)
                .hasSize(writers * each)
                .allSatisfy((row, count) -> assertThat(count).isEqualTo(1));
    }

    @Test
    @DisplayName("inserts, appends and deletes at once lose and double nothing")
    final void mixedWritesAreNotLost() {
        if (!has(Capability.INSERT, Capability.DELETE)) {
            return;
        }
        List<RowBackend<R>> handles = List.of(openWith(40), open());
        int each = Math.min(rounds, 100);
        Flux<Long> inserting = Flux.range(1_000, each)
                .concatMap(n -> handles.get(0)
                        .apply(new Write.Insert<>(ThreadLocalRandom.current().nextInt(20), List.of(contract.row(n)))));
        Flux<Long> appending = Flux.range(2_000, each)
                .concatMap(n -> handles.get(1).apply(new Write.Append<>(List.of(contract.row(n)))));
        Flux<Long> deleting = Flux.range(0, 40).concatMap(n -> handles.get(1).apply(delete(Selection.at(0))));
        run(Flux.merge(
                        inserting.subscribeOn(Schedulers.parallel()),
                        appending.subscribeOn(Schedulers.parallel()),
                        deleting.subscribeOn(Schedulers.parallel()))
                .then());
        List<R> content = content(handles.get(0));
        assertThat(content).hasSize(2 * each).doesNotHaveDuplicates();
        assertThat(new HashSet<>(content)).isSubsetOf(everything(each));
        assertThat(content.stream().filter(new HashSet<>(rows(2_000, 2_000 + each))::contains))
                .as("appended rows keep their order")
                .isSubsetOf(rows(2_000, 2_000 + each))
                .isSortedAccordingTo(java.util.Comparator.comparingInt(rows(2_000, 2_000 + each)::indexOf));
    }

    private Set<R> everything(int each) {
        Set<R> all = new HashSet<>(rows(0, 40));
        all.addAll(rows(1_000, 1_000 + each));
        all.addAll(rows(2_000, 2_000 + each));
        return all;
    }

    @Test
    @DisplayName("counting up by reading, changing and writing on condition of the version loses no count")
    final void readModifyWriteLosesNothing() {
        if (!has(Capability.VERSIONS, Capability.SET)) {
            return;
        }
        int writers = 4;
        int each = 20;
        List<RowBackend<R>> handles = List.of(openWith(1), open());
        Map<R, Integer> counts = new HashMap<>();
        for (int i = 0; i <= writers * each; i++) {
            counts.put(contract.row(i), i);
        }
        run(Flux.range(0, writers)
                .flatMap(writer -> Mono.defer(() -> increment(handles.get(writer % 2), counts))
                        .retryWhen(Retry.indefinitely().filter(VersionConflictException.class::isInstance))
                        .repeat(each - 1)
                        .subscribeOn(Schedulers.parallel()))
                .then());
        assertThat(get(handles.get(0).get(0, Columns.ALL))).isEqualTo(contract.row(writers * each));
    }

    private Mono<Long> increment(RowBackend<R> backend, Map<R, Integer> counts) {
        return backend.getVersioned(0).flatMap(old -> {
            R next = contract.row(Objects.requireNonNull(counts.get(old.row())) + 1);
            return backend.apply(new Write.Put<>(Selection.at(0), List.of(next), Optional.of(old.version())));
        });
    }

    @Test
    @DisplayName("a read through another handle shows every change made before it")
    final void noStaleAnswers() {
        RowBackend<R> writer = openWith(3);
        RowBackend<R> reader = open();
        List<R> model = new ArrayList<>(rows(0, 3));
        assertThat(content(reader)).isEqualTo(model);
        for (int round = 0; round < 30; round++) {
            List<Write<R>> writes = new ArrayList<>();
            writes.add(new Write.Append<>(rows(10 * round, 10 * round + 2)));
            if (has(Capability.SET)) {
                writes.add(put(Selection.at(0), rows(500 + round, 501 + round)));
            }
            if (has(Capability.INSERT)) {
                writes.add(new Write.Insert<>(1, rows(600 + round, 601 + round)));
            }
            if (has(Capability.DELETE)) {
                writes.add(delete(Selection.ALL.pick(1, -1)));
            }
            for (Write<R> write : writes) {
                model = write.applyTo(model, reserved(), "model");
                get((round % 2 == 0 ? writer : reader).apply(write));
                RowBackend<R> other = round % 2 == 0 ? reader : writer;
                assertThat(get(other.size()))
                        .as("size after %s", write.operation())
                        .isEqualTo(model.size());
                assertThat(get(other.get(-1, Columns.ALL))).isEqualTo(model.get(model.size() - 1));
                assertThat(get(other.get(0, Columns.ALL))).isEqualTo(model.get(0));
            }
            assertThat(content(reader)).isEqualTo(model);
        }
    }

    @Test
    @DisplayName("gets by many while rows come and go answer a row, or that there is none")
    final void getsWhileChanging() {
        RowBackend<R> writer = openWith(10);
        RowBackend<R> reader = open();
        Set<R> known = new HashSet<>(rows(0, 10));
        boolean shrinks = has(Capability.DELETE);
        Flux<R> reading = Flux.range(-10, 20)
                .concatMap(index -> reader.get(index, Columns.ALL)
                        .onErrorResume(RowOutOfBoundsException.class, error -> Mono.empty()))
                .doOnNext(row -> assertThat(known).contains(row));
        whileReading(
                reading,
                round -> shrinks && round % 2 == 0
                        ? writer.apply(delete(Selection.at(0)))
                        : writer.apply(new Write.Append<>(rows(0, 1))));
    }
}
