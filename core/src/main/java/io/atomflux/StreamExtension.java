package io.atomflux;

import io.atomflux.error.PartialWriteException;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Appends a stream in batches; while one is written, the next is gathered. */
final class StreamExtension {

    private static final int MOST_ROWS = 4096;

    // Two batches are held at once, and the text of one for a file of text: a small heap wants small batches.
    private static final long MOST_BYTES = Math.min(4 << 20, ByteBudget.SHARED.total() / 8);

    private StreamExtension() {}

    static <E, R extends KeyedRow<R>> Mono<Long> of(StoreCore<E, R> core, Publisher<? extends E> elements) {
        Objects.requireNonNull(elements, "rows");
        return Mono.defer(() -> {
            AtomicLong committed = new AtomicLong();
            return Flux.<E>from(elements)
                    .<R>map(core.mapping::row)
                    .bufferUntil(new BatchEnd<R>(core.backend.maxAtomicRows()))
                    // a stream that fails lets the batch being written end, so that what is told is what is there
                    .concatMapDelayError(rows -> write(core, rows, committed), false, 1)
                    .takeLast(1)
                    .switchIfEmpty(Mono.defer(() -> core.apply(new Write.Append<R>(List.of()))))
                    .next() // single() would complain of a stream that was cancelled as it ended
                    .onErrorMap(
                            failure -> !(failure instanceof PartialWriteException),
                            failure -> new PartialWriteException(core.name(), committed.get(), failure));
        });
    }

    private static <E, R extends KeyedRow<R>> Mono<Long> write(
            StoreCore<E, R> core, List<R> rows, AtomicLong committed) {
        return core.apply(new Write.Append<>(rows)).doOnNext(size -> committed.addAndGet(rows.size()));
    }

    /** Ends a batch by count or bytes; asked once for each row, in order. */
    private static final class BatchEnd<R extends KeyedRow<R>> implements Predicate<R> {
        private final long mostRows;
        private int rows;
        private long bytes;

        BatchEnd(long atomicRows) {
            this.mostRows = Math.min(MOST_ROWS, atomicRows);
        }

        @Override
        public boolean test(R row) {
            rows++;
            bytes += row.byteSize();
            if (rows < mostRows && bytes < MOST_BYTES) {
                return false;
            }
            rows = 0;
            bytes = 0;
            return true;
        }
    }
}
