package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What the parts of {@link RowBackendContract} share: handles that get closed, calls made on a parallel thread. */
abstract class Facet<R extends KeyedRow<R>> {

    static final Duration PATIENCE = Duration.ofSeconds(90);
    static final long LARGE = 4 << 20;
    private static final AtomicInteger PLACES = new AtomicInteger();

    final RowBackendContract<R> contract;
    final String place = "kit-" + ProcessHandle.current().pid() + "-" + PLACES.incrementAndGet();
    private final ConcurrentLinkedQueue<RowBackend<R>> opened = new ConcurrentLinkedQueue<>();

    Facet(RowBackendContract<R> contract) {
        this.contract = contract;
    }

    @AfterEach
    final void closeAndCheckForLeaks() {
        try {
            closeAll();
        } finally {
            contract.leakCheck();
        }
    }

    final void closeAll() {
        for (RowBackend<R> backend; (backend = opened.poll()) != null; ) {
            run(backend.close());
        }
    }

    final RowBackend<R> open() {
        return open(place, Optional.empty());
    }

    final RowBackend<R> open(String where, Optional<String> group) {
        RowBackend<R> backend = contract.open(where, group);
        opened.add(backend);
        return backend;
    }

    /** Opens the store of this test with the rows of seeds 0 to {@code count - 1}. */
    final RowBackend<R> openWith(int count) {
        RowBackend<R> backend = open();
        get(backend.apply(new Write.Append<>(rows(0, count))));
        return backend;
    }

    final List<R> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(contract::row).toList();
    }

    @SuppressWarnings("unchecked")
    final R reserved() {
        return (R) (contract.row(0) instanceof Row ? Row.reserved() : BlobRow.reserved());
    }

    @SuppressWarnings("unchecked")
    final R emptyRow() {
        return (R) (contract.row(0) instanceof Row ? Row.empty() : BlobRow.empty());
    }

    /** Waits for the one element of a call subscribed on a parallel thread. */
    static <T> T get(Mono<T> call) {
        return Objects.requireNonNull(call.subscribeOn(Schedulers.parallel()).block(PATIENCE), "element");
    }

    static void run(Mono<?> call) {
        call.subscribeOn(Schedulers.parallel()).then().block(PATIENCE);
    }

    /** Returns the error a call signals, or throws when it is made; fails if there is none. */
    static Throwable failure(Supplier<? extends Mono<?>> call) {
        Throwable failure = catchThrowable(() -> run(call.get()));
        assertThat(failure).as("a failure").isNotNull();
        return failure;
    }

    /** Expects a change to be refused whole: the given error, known not to be applied. */
    static void refused(Class<? extends AtomfluxException> type, Supplier<? extends Mono<?>> call) {
        assertThat(failure(call))
                .isInstanceOfSatisfying(
                        type, error -> assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED));
    }

    /**
     * Expects an operation to be refused because its capability is missing, and tells whether the test can go on.
     *
     * @param operation tried on a place that does not exist, so that whoever does I/O first fails otherwise
     */
    final boolean offers(Capability capability, java.util.function.Function<RowBackend<R>, Mono<?>> operation) {
        RowBackend<R> backend = open();
        if (backend.capabilities().contains(capability)) {
            return true;
        }
        assertThat(failure(() -> operation.apply(backend)))
                .as("refusal of an operation without " + capability)
                .isInstanceOfAny(UnsupportedStoreOperationException.class, ReadOnlyStoreException.class);
        return false;
    }

    final boolean has(Capability... capabilities) {
        return open().capabilities().containsAll(List.of(capabilities));
    }

    static ReadRequest all() {
        return ReadRequest.of(Selection.ALL, Columns.ALL);
    }

    /** Streams batches, closing the reader in the end. */
    static <R extends KeyedRow<R>> Flux<Batch<R>> batches(RowBackend<R> backend, ReadRequest request, long maxBytes) {
        return Flux.usingWhen(
                Mono.fromSupplier(() -> backend.reader(request)),
                reader -> Mono.defer(() -> reader.next(maxBytes)).expand(batch -> reader.next(maxBytes)),
                RowReader::close);
    }

    static <R extends KeyedRow<R>> List<R> rowsOf(Batch<R> batch) {
        List<R> rows = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            rows.add(batch.row(i));
        }
        return rows;
    }

    static <R extends KeyedRow<R>> List<R> read(RowBackend<R> backend, ReadRequest request, long maxBytes) {
        return get(batches(backend, request, maxBytes)
                .concatMapIterable(Facet::rowsOf)
                .collectList());
    }

    static <R extends KeyedRow<R>> List<R> read(RowBackend<R> backend, Selection selection) {
        return read(backend, ReadRequest.of(selection, Columns.ALL), LARGE);
    }

    static <R extends KeyedRow<R>> List<R> content(RowBackend<R> backend) {
        return read(backend, Selection.ALL);
    }

    static <R extends KeyedRow<R>> Write<R> put(Selection where, List<R> rows) {
        return new Write.Put<>(where, rows, Optional.empty());
    }

    static <R extends KeyedRow<R>> Write<R> delete(Selection where) {
        return new Write.Delete<>(where, Optional.empty());
    }

    static boolean isProof() {
        return Boolean.getBoolean("atomflux.proof");
    }
}
