package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.Store;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Capability;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the parts of {@link StoreContract} share. */
abstract class StoreFacet<E> {

    /** A number in every element that is not raw; bytes in those that are. */
    static final String ENERGY = "calc.energy";

    private static final AtomicInteger PLACES = new AtomicInteger();

    final StoreContract<E> contract;
    final String place = "store-" + ProcessHandle.current().pid() + "-" + PLACES.incrementAndGet();
    private final ConcurrentLinkedQueue<Store<E>> opened = new ConcurrentLinkedQueue<>();

    StoreFacet(StoreContract<E> contract) {
        this.contract = contract;
    }

    @AfterEach
    final void closeAndCheckForLeaks() {
        try {
            for (Store<E> store; (store = opened.poll()) != null; ) {
                Facet.run(store.close());
            }
        } finally {
            contract.leakCheck();
        }
    }

    final Store<E> open() {
        return open(place);
    }

    final Store<E> open(String where) {
        Store<E> store = contract.openStore(where);
        opened.add(store);
        return store;
    }

    /** Opens the store of this test with the elements of seeds 0 to {@code count - 1}. */
    final Store<E> openWith(int count) {
        Store<E> store = open();
        get(store.extend(elements(0, count)));
        return store;
    }

    final List<E> elements(int from, int to) {
        return contract.elements(from, to);
    }

    final Object energy(int seed) {
        return Objects.requireNonNull(contract.fields(contract.element(seed)).get(ENERGY));
    }

    /** Returns an element without {@link #ENERGY}. */
    final E withoutEnergy(int seed) {
        return contract.ofFields(contract.fields(contract.element(seed)).without(List.of(ENERGY)));
    }

    /** Returns the element with the keys of a row added. */
    final E with(E element, Row changes) {
        return contract.ofFields(contract.fields(element).merge(changes));
    }

    static <T> T get(Mono<T> call) {
        return Facet.get(call);
    }

    static void run(Mono<?> call) {
        Facet.run(call);
    }

    static Throwable failure(Supplier<? extends Mono<?>> call) {
        return Facet.failure(call);
    }

    static <T> List<T> all(Flux<T> flux) {
        return get(flux.collectList());
    }

    /** Tells whether the store can do something; if not, expects that doing it is refused by type. */
    static boolean offers(Store<?> store, Capability capability, Supplier<? extends Mono<?>> call) {
        if (store.capabilities().contains(capability)) {
            return true;
        }
        assertThat(failure(call))
                .as("refusal without %s", capability)
                .isInstanceOfAny(UnsupportedStoreOperationException.class, ReadOnlyStoreException.class);
        return false;
    }

    static <T> List<T> picked(List<T> from, long[] positions) {
        List<T> picked = new ArrayList<>();
        for (long position : positions) {
            picked.add(from.get((int) position));
        }
        return picked;
    }
}
