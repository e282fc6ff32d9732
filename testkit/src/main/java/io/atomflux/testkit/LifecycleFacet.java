package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.InvalidNameException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.core.scheduler.Schedulers;

/** Opening, groups, clearing, removing, closing; part of {@link RowBackendContract}. */
abstract class LifecycleFacet<R extends KeyedRow<R>> extends Facet<R> {

    LifecycleFacet(RowBackendContract<R> contract) {
        super(contract);
    }

    @Test
    @DisplayName("a backend names its store and says which rows it keeps")
    final void describesItself() {
        RowBackend<R> backend = open();
        assertThat(backend.name()).isNotBlank().doesNotContain("\n");
        assertThat(backend.rowType()).isEqualTo(contract.row(0).getClass());
        assertThat(backend.capabilities()).isEqualTo(open().capabilities());
        assertThat(backend.maxAtomicRows()).isPositive();
    }

    @Test
    @DisplayName("rows written survive closing and opening anew, where the store is durable")
    final void reopens() {
        RowBackend<R> backend = openWith(8);
        if (!backend.capabilities().contains(Capability.DURABLE)) {
            return;
        }
        List<R> expected = new java.util.ArrayList<>(rows(0, 8));
        if (has(Capability.RESERVE)) {
            get(backend.apply(new Write.Reserve<>(1)));
            get(backend.apply(new Write.Append<>(rows(9, 10))));
            expected.add(reserved());
            expected.add(contract.row(9));
        }
        closeAll();
        RowBackend<R> again = open();
        assertThat(get(again.size())).isEqualTo(expected.size());
        assertThat(content(again)).isEqualTo(expected);
        get(again.apply(new Write.Append<>(rows(20, 21))));
        closeAll();
        assertThat(get(open().get(-1, Columns.ALL))).isEqualTo(contract.row(20));
    }

    @Test
    @DisplayName("clear takes all rows and keeps the store; rows can be written at once")
    final void clears() {
        if (!offers(Capability.CLEAR, backend -> backend.apply(new Write.Clear<>()))) {
            return;
        }
        RowBackend<R> backend = openWith(20);
        RowBackend<R> other = open();
        assertThat(get(backend.apply(new Write.Clear<>()))).isZero();
        assertThat(get(other.size())).isZero();
        assertThat(content(backend)).isEmpty();
        assertThat(get(other.apply(new Write.Append<>(rows(30, 32))))).isEqualTo(2);
        assertThat(content(backend)).isEqualTo(rows(30, 32));
        get(backend.apply(new Write.Clear<>()));
        assertThat(get(backend.apply(new Write.Clear<>()))).isZero();
    }

    @Test
    @DisplayName("groups of one place are independent, are listed when they exist, and go alone")
    final void groupsAreApart() {
        if (!has(Capability.GROUPS)) {
            assertThat(get(openWith(1).groups().collectList())).isEmpty();
            return;
        }
        RowBackend<R> unnamed = openWith(1);
        RowBackend<R> train = open(place, Optional.of("train"));
        RowBackend<R> test = open(place, Optional.of("test 水.1"));
        assertThat(get(unnamed.groups().collectList())).doesNotContain("train", "test 水.1");
        get(train.apply(new Write.Append<>(rows(10, 14))));
        get(test.apply(new Write.Append<>(rows(20, 22))));
        assertThat(content(unnamed)).isEqualTo(rows(0, 1));
        assertThat(content(train)).isEqualTo(rows(10, 14));
        assertThat(content(test)).isEqualTo(rows(20, 22));
        List<String> groups = get(unnamed.groups().collectList());
        assertThat(groups).contains("train", "test 水.1").hasSize(3).isSorted();
        if (has(Capability.CLEAR)) {
            get(train.apply(new Write.Clear<>()));
            assertThat(get(test.groups().collectList())).isEqualTo(groups);
            assertThat(content(test)).isEqualTo(rows(20, 22));
        }
        if (has(Capability.REMOVE)) {
            run(train.remove());
            assertThat(get(test.groups().collectList())).doesNotContain("train").hasSize(2);
            assertThat(content(test)).isEqualTo(rows(20, 22));
            assertThat(content(unnamed)).isEqualTo(rows(0, 1));
            RowBackend<R> anew = open(place, Optional.of("train"));
            assertThat(get(anew.apply(new Write.Append<>(rows(40, 41))))).isEqualTo(1);
            assertThat(content(anew)).isEqualTo(rows(40, 41));
        }
    }

    @Test
    @DisplayName("group names that could leave the store are refused")
    final void refusesHostileGroups() {
        if (!has(Capability.GROUPS)) {
            return;
        }
        for (String name : List.of("", ".", "..", "../x", "a/b", "a\\b", "a\0", "a\nb", " a", "C:", "x".repeat(300))) {
            Throwable refusal =
                    catchThrowable(() -> run(open(place, Optional.of(name)).apply(new Write.Append<>(rows(0, 1)))));
            assertThat(refusal).as("group \"%s\"", name).isInstanceOf(InvalidNameException.class);
        }
    }

    @Test
    @DisplayName("remove takes the store away, also from other handles; a later write makes it anew")
    final void removes() {
        if (!offers(Capability.REMOVE, RowBackend::remove)) {
            return;
        }
        RowBackend<R> backend = openWith(5);
        run(backend.remove());
        closeAll();
        RowBackend<R> anew = open();
        assertThat(get(anew.apply(new Write.Append<>(rows(7, 8))))).isEqualTo(1);
        assertThat(content(anew)).isEqualTo(rows(7, 8));
        run(anew.remove());
        run(anew.remove());
    }

    @Test
    @DisplayName("close is idempotent and refuses every later call; other handles go on")
    final void closes() {
        RowBackend<R> backend = openWith(5);
        RowBackend<R> other = open();
        assertThat(get(other.size())).isEqualTo(5);
        RowReader<R> reader = backend.reader(all());
        get(reader.next(1));
        run(reader.close());
        run(backend.close());
        run(backend.close());
        assertThat(failure(backend::size)).isInstanceOf(StoreClosedException.class);
        assertThat(failure(() -> backend.get(0, Columns.ALL))).isInstanceOf(StoreClosedException.class);
        assertThat(failure(() -> backend.reader(all()).next(LARGE))).isInstanceOf(StoreClosedException.class);
        refused(StoreClosedException.class, () -> backend.apply(new Write.Append<>(rows(0, 1))));
        if (has(Capability.VERSIONS)) {
            assertThat(failure(() -> backend.getVersioned(0))).isInstanceOf(StoreClosedException.class);
        }
        if (has(Capability.CHANGES)) {
            assertThat(failure(() -> backend.changes(Optional.empty()).next()))
                    .isInstanceOf(StoreClosedException.class);
        }
        assertThat(content(other)).isEqualTo(rows(0, 5));
    }

    @Test
    @DisplayName("close before any other call is fine, and does not make a store")
    final void closesUnused() {
        RowBackend<R> backend = open();
        run(backend.close());
        assertThat(failure(backend::size)).isInstanceOf(StoreClosedException.class);
    }

    @Test
    @DisplayName("close waits for running calls, and each of those says truly what became of it")
    final void closeWaits() {
        RowBackend<R> keeper = openWith(0);
        List<R> rows = rows(0, 40);
        long expected = 0;
        for (int round = 0; round < 10; round++) {
            RowBackend<R> backend = open();
            get(backend.size());
            Mono<Signal<Long>> writing = backend.apply(new Write.Append<>(rows))
                    .materialize()
                    .subscribeOn(Schedulers.parallel())
                    .cache();
            Mono<Void> closing = backend.close().subscribeOn(Schedulers.parallel());
            Signal<Long> outcome = Objects.requireNonNull(
                            Mono.zip(writing, closing.thenReturn(true)).block(PATIENCE))
                    .getT1();
            if (outcome.isOnError()) {
                assertThat(outcome.getThrowable()).isInstanceOf(StoreClosedException.class);
            } else {
                expected += rows.size();
            }
            assertThat(get(keeper.size())).isEqualTo(expected);
        }
        List<R> content = content(keeper);
        for (int i = 0; i < content.size(); i++) {
            assertThat(content.get(i)).isEqualTo(rows.get(i % rows.size()));
        }
    }

    @Test
    @DisplayName("closing while streams run ends each of them with a result or with StoreClosedException")
    final void closesUnderStreams() {
        RowBackend<R> backend = openWith(60);
        Flux<Signal<Long>> streams = Flux.range(0, 8)
                .flatMap(i -> batches(backend, all(), 400).count().materialize().subscribeOn(Schedulers.parallel()))
                .cache();
        Mono<Void> closing = backend.close().subscribeOn(Schedulers.parallel());
        List<Signal<Long>> ends = Objects.requireNonNull(Mono.zip(streams.collectList(), closing.thenReturn(true))
                        .block(PATIENCE))
                .getT1();
        assertThat(ends).allSatisfy(end -> {
            if (end.isOnError()) {
                assertThat(end.getThrowable()).isInstanceOf(StoreClosedException.class);
            }
        });
        assertThat(ends.stream().filter(end -> end.isOnError() || end.isOnNext()))
                .hasSize(8);
        assertThat(failure(() -> backend.get(0, Columns.ALL))).isInstanceOf(StoreClosedException.class);
        assertThat(content(open())).isEqualTo(rows(0, 60));
    }
}
