package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.RowView;
import io.atomflux.Store;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.Patch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/**
 * What every store that can only be read must do; extend it in the backend's tests.
 *
 * @param <E> elements: {@code Atoms}, {@code Row} or {@code BlobRow}
 */
@Timeout(120)
public abstract class ReadOnlyStoreContract<E> {

    static {
        BlockHoundGuard.install();
    }

    private final ConcurrentLinkedQueue<Store<E>> opened = new ConcurrentLinkedQueue<>();

    /** For subclasses. */
    protected ReadOnlyStoreContract() {}

    /** Opens the store; the contract closes it. */
    protected abstract Store<E> open();

    /** Returns what the store holds: five elements or more, none of them reserved. */
    protected abstract List<E> expected();

    /**
     * Fails if anything is still open: transactions, cursors, permits, buffers, files.
     *
     * <p>Called after each test, when all stores were closed.
     */
    protected void leakCheck() {}

    /**
     * Fails if a running stream or call holds something still, while stores are open.
     *
     * <p>Called after cancellations, when all that was cancelled must be given back; may wait a little for it.
     */
    protected void quiescenceCheck() {}

    @AfterEach
    final void closeAndCheckForLeaks() {
        try {
            for (Store<E> store; (store = opened.poll()) != null; ) {
                Facet.run(store.close());
            }
        } finally {
            leakCheck();
        }
    }

    private Store<E> opened() {
        Store<E> store = open();
        opened.add(store);
        return store;
    }

    private static <T> List<T> all(Flux<T> flux) {
        return Facet.get(flux.collectList());
    }

    @Test
    @DisplayName("rows are read by position, from the end, sliced, listed and streamed")
    final void reads() {
        Store<E> store = opened();
        List<E> expected = expected();
        int size = expected.size();
        assertThat(size).as("elements to test with").isGreaterThanOrEqualTo(5);
        assertThat(Facet.get(store.size())).isEqualTo(size);
        Facet.get(store.blockRows().map(Optional::of).defaultIfEmpty(Optional.empty()))
                .ifPresent(rows -> assertThat(rows).isBetween(1, RowBackend.MOST_BLOCK_ROWS));
        assertThat(Facet.get(store.get(0))).isEqualTo(expected.get(0));
        assertThat(Facet.get(store.get(-1))).isEqualTo(expected.get(size - 1));
        assertThat(Facet.get(store.get(3))).isEqualTo(expected.get(3));
        assertThat(all(store.rows())).isEqualTo(expected);
        assertThat(all(store.rows(1, 4))).isEqualTo(expected.subList(1, 4));
        List<E> reversed = new ArrayList<>(expected);
        java.util.Collections.reverse(reversed);
        assertThat(all(store.rows("::-1"))).isEqualTo(reversed);
        assertThat(all(store.rowsAt(4, 0, -1, 4)))
                .containsExactly(expected.get(4), expected.get(0), expected.get(size - 1), expected.get(4));
        RowView<E> view = store.rows("1:").rows("::2");
        assertThat(Facet.get(view.get(1))).isEqualTo(expected.get(3));
        assertThat(Facet.get(view.size())).isEqualTo(size / 2);
    }

    @Test
    @DisplayName("rows that are not there are errors that name index and size")
    final void outOfBounds() {
        Store<E> store = opened();
        int size = expected().size();
        for (long index : new long[] {size, size + 100L, -size - 1L}) {
            assertThat(Facet.failure(() -> store.get(index)))
                    .isInstanceOfSatisfying(RowOutOfBoundsException.class, error -> {
                        assertThat(error.index()).isEqualTo(index);
                        assertThat(error.size()).isEqualTo(size);
                    });
            assertThat(Facet.failure(() -> store.rowsAt(0, index).collectList()))
                    .isInstanceOf(RowOutOfBoundsException.class);
        }
        assertThat(all(store.rows(size, size + 5))).isEmpty();
    }

    @Test
    @DisplayName("the keys listed for a row are those that can be read from it")
    final void keys() {
        Store<E> store = opened();
        List<String> keys = Facet.get(store.keys(0));
        assertThat(keys).isNotEmpty().doesNotHaveDuplicates();
        assertThat(Facet.get(store.get(0, keys)).keys()).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(Facet.get(store.get(0, List.of())).keys()).isEmpty();
        assertThat(Facet.get(store.get(0, "info.of.no.row")).keys()).isEmpty();
        assertThat(Facet.get(store.schema(0)).columns().keySet()).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(all(store.columns(keys.get(0)))).hasSize(expected().size());
    }

    @Test
    @DisplayName("every change is refused by type and changes nothing")
    final void refusesChanges() {
        Store<E> store = opened();
        E element = expected().get(0);
        Map<String, Supplier<Mono<?>>> writes = new LinkedHashMap<>();
        writes.put("append", () -> store.append(element));
        writes.put("extend", () -> store.extend(List.of(element)));
        writes.put("extend(Publisher)", () -> store.extend(Flux.just(element)));
        writes.put("insert", () -> store.insert(0, element));
        writes.put("set", () -> store.set(0, element));
        writes.put("update", () -> store.update(0, Patch.info("x", io.atomflux.value.Bytes.ofText("x"))));
        writes.put("delete", () -> store.delete(0));
        writes.put("drop", () -> store.drop("info.x"));
        writes.put("reserve", () -> store.reserve(1));
        writes.put("clear", store::clear);
        writes.put("remove", store::remove);
        writes.put("rows.delete", () -> store.rows().delete());
        writes.forEach((operation, call) -> {
            Throwable refusal = Facet.failure(call);
            Throwable kind =
                    operation.equals("extend(Publisher)") && refusal.getCause() != null ? refusal.getCause() : refusal;
            assertThat(kind)
                    .as(operation)
                    .isInstanceOfAny(ReadOnlyStoreException.class, UnsupportedStoreOperationException.class);
        });
        assertThat(store.capabilities())
                .doesNotContainAnyElementsOf(EnumSet.range(Capability.APPEND, Capability.REMOVE));
        assertThat(all(store.rows())).isEqualTo(expected());
    }

    @Test
    @DisplayName("one row comes for each one asked for, and none before")
    final void keepsDemand() {
        Store<E> store = opened();
        List<E> expected = expected();
        StepVerifier.create(store.rows(), 0)
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(20))
                .thenRequest(2)
                .expectNext(expected.get(0), expected.get(1))
                .expectNoEvent(Duration.ofMillis(20))
                .thenCancel()
                .verify(Facet.PATIENCE);
        assertThat(all(store.rows().limitRate(1))).isEqualTo(expected);
    }

    @Test
    @DisplayName("reads cancelled at any moment give all back and harm nothing")
    final void cancels() {
        Store<E> store = opened();
        List<E> expected = expected();
        SplittableRandom random = new SplittableRandom(17);
        for (int round = 0; round < (Facet.isProof() ? 10_000 : 300); round++) {
            Flux<?> read = switch (round % 4) {
                case 0 -> store.rows();
                case 1 -> store.get(-1).flux();
                case 2 -> store.rows("::-1").indexed();
                default -> store.size().flux();
            };
            Disposable running = read.subscribeOn(Schedulers.parallel()).subscribe();
            for (int spin = random.nextInt(2_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            running.dispose();
            if (round % 10 == 0) {
                int count = 1 + random.nextInt(expected.size());
                assertThat(all(store.rows().take(count))).isEqualTo(expected.subList(0, count));
            }
        }
        quiescenceCheck();
        assertThat(all(store.rows())).isEqualTo(expected);
    }

    @Test
    @DisplayName("closing is idempotent and refuses later reads; the place can be opened again")
    final void closes() {
        Store<E> store = opened();
        assertThat(Facet.get(store.size())).isEqualTo(expected().size());
        Facet.run(store.close());
        Facet.run(store.close());
        assertThat(Facet.failure(store::size)).isInstanceOf(StoreClosedException.class);
        assertThat(Facet.failure(() -> store.rows().collectList())).isInstanceOf(StoreClosedException.class);
        assertThat(Facet.get(opened().get(0))).isEqualTo(expected().get(0));
    }
}
