package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.Store;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.spi.Capability;
import io.atomflux.value.Patch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Demand and cancellation; part of {@link StoreContract}. */
abstract class DemandFacet<E> extends StoreFacet<E> {

    private final int cancellations = Facet.isProof() ? 10_000 : 300;

    DemandFacet(StoreContract<E> contract) {
        super(contract);
    }

    @Test
    @DisplayName("one row comes for each one asked for, and none before")
    final void oneByOne() {
        Store<E> store = openWith(5);
        StepVerifier.Step<E> verification =
                StepVerifier.create(store.rows(), 0).expectSubscription().expectNoEvent(Duration.ofMillis(20));
        for (E element : elements(0, 5)) {
            verification = verification.thenRequest(1).expectNext(element);
        }
        verification.thenRequest(1).expectComplete().verify(Facet.PATIENCE);
        StepVerifier.create(store.column(ENERGY), 2)
                .expectNext(energy(0), energy(1))
                .expectNoEvent(Duration.ofMillis(20))
                .thenRequest(Long.MAX_VALUE)
                .expectNext(energy(2), energy(3), energy(4))
                .expectComplete()
                .verify(Facet.PATIENCE);
    }

    @Test
    @DisplayName("a view of a row that is not there signals its error, and nothing before it")
    final void signalsErrors() {
        Store<E> store = openWith(2);
        StepVerifier.create(store.rowsAt(0, 1, 2))
                .expectError(RowOutOfBoundsException.class)
                .verify(Facet.PATIENCE);
        StepVerifier.create(store.column(ENERGY).rowsAt(-3), 1)
                .expectError(RowOutOfBoundsException.class)
                .verify(Facet.PATIENCE);
    }

    @Test
    @DisplayName("slow readers, fast readers and many at once see the same rows")
    final void slowAndFast() {
        Store<E> store = openWith(200);
        List<E> expected = elements(0, 200);
        Flux<E> slow = store.rows().concatMap(row -> Mono.just(row).publishOn(Schedulers.parallel()), 1);
        Flux<E> narrow = store.rows().limitRate(1);
        Flux<E> fast = store.rows();
        List<List<E>> seen = get(Flux.merge(
                        slow.collectList(),
                        narrow.collectList(),
                        fast.collectList(),
                        slow.collectList().subscribeOn(Schedulers.parallel()))
                .collectList());
        assertThat(seen).hasSize(4).allSatisfy(rows -> assertThat(rows).isEqualTo(expected));
    }

    private Map<String, Supplier<Publisher<?>>> reads(Store<E> store) {
        Map<String, Supplier<Publisher<?>>> reads = new LinkedHashMap<>();
        reads.put("get", () -> store.get(3));
        reads.put("get of keys", () -> store.get(-1, ENERGY));
        reads.put("size", store::size);
        reads.put("keys", () -> store.keys(0));
        reads.put("schema of a row", () -> store.schema(0));
        reads.put("schema", store::schema);
        reads.put("groups", store::groups);
        reads.put("verify", store::verify);
        reads.put("rows", store::rows);
        reads.put("rows.get", () -> store.rows("::-1").get(2));
        reads.put("rows.size", () -> store.rows(2, 9).size());
        reads.put("rowsAt", () -> store.rowsAt(1, -1, 1));
        reads.put("indexed", () -> store.rows().indexed());
        reads.put("chunked", () -> store.rows().chunked(3));
        reads.put("skipMissing", () -> store.rows().skipMissing());
        reads.put("optional", () -> store.rows().optional());
        reads.put("columns", () -> store.columns(ENERGY));
        reads.put("column", () -> store.column(ENERGY));
        reads.put("column.optional", () -> store.column(ENERGY).optional());
        if (!contract.isRaw()) {
            reads.put("toArray", () -> store.column(ENERGY).toArray());
            reads.put("toRagged", () -> store.column("arrays.positions").toRagged());
        }
        if (store.capabilities().contains(Capability.VERSIONS)) {
            reads.put("getVersioned", () -> store.getVersioned(0));
        }
        if (store.capabilities().contains(Capability.CHANGES)) {
            reads.put("changes", store::changes);
        }
        if (store.capabilities().contains(Capability.SNAPSHOT)) {
            reads.put("snapshot", () -> store.rows().snapshot());
        }
        return reads;
    }

    @Test
    @DisplayName(
            "every read, cancelled after any number of elements or at any moment, gives all back and harms nothing")
    final void cancelsReads() {
        Store<E> store = openWith(20);
        SplittableRandom random = new SplittableRandom(12);
        reads(store).forEach((name, read) -> {
            for (int round = 0; round < cancellations; round++) {
                if (round % 2 == 0 && !name.equals("changes")) {
                    run(Flux.from(read.get()).take(1 + round / 2 % 20).then());
                } else {
                    cancel(Flux.from(read.get()), random);
                }
            }
        });
        contract.quiescenceCheck();
        assertThat(all(store.rows())).isEqualTo(elements(0, 20));
        assertThat(get(store.append(contract.element(20)))).isEqualTo(21);
    }

    private void cancel(Flux<?> running, SplittableRandom random) {
        Disposable subscription =
                running.subscribeOn(Schedulers.parallel()).subscribe(element -> {}, error -> failures.add(error));
        for (int spin = random.nextInt(1_500); spin > 0; spin--) {
            Thread.onSpinWait();
        }
        subscription.dispose();
    }

    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @Test
    @DisplayName("every change, cancelled at any moment, is whole or absent, and the store goes on")
    final void cancelsWrites() {
        Store<E> store = openWith(30);
        SplittableRandom random = new SplittableRandom(13);
        Map<Capability, Supplier<Publisher<?>>> writes = new LinkedHashMap<>();
        writes.put(Capability.APPEND, () -> store.extend(elements(0, 3)));
        writes.put(Capability.INSERT, () -> store.insert(5, contract.element(1)));
        writes.put(Capability.SET, () -> store.rows(0, 4).set(elements(0, 4)));
        writes.put(Capability.UPDATE, () -> store.rows(0, 4).update(Patch.of(ENERGY, energy(1))));
        writes.put(Capability.DELETE, () -> store.rows("-3:").delete());
        writes.put(Capability.DROP, () -> store.rows(0, 4).drop("info.of.no.row"));
        writes.put(Capability.RESERVE, () -> store.reserve(1));
        writes.forEach((capability, write) -> {
            if (store.capabilities().contains(capability)) {
                for (int round = 0; round < cancellations; round++) {
                    cancel(Flux.from(write.get()), random);
                }
                get(store.size()); // lets them end before the next kind begins
            }
        });
        for (int round = 0; round < cancellations / 10; round++) {
            cancel(store.extend(Flux.range(0, 5).map(contract::element)).flux(), random);
        }
        contract.quiescenceCheck();
        assertThat(failures).isEmpty();
        long size = get(store.extend(elements(0, 2)));
        assertThat(all(store.rows("-2:"))).isEqualTo(elements(0, 2));
        assertThat(all(store.rows().optional())).hasSize((int) size);
    }
}
