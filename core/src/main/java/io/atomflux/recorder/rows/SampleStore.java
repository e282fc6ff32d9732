package io.atomflux.recorder.rows;

import io.atomflux.ObjectIO;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.Sample;
import io.atomflux.spi.Capability;
import io.atomflux.value.Row;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Samples as rows of a store. */
final class SampleStore<F> {

    // where FrameKind.toRow puts time and iteration
    static final String TIME = "info.time";
    static final String STEP = "info.step";

    private static final int MOST_LOOKS = 5;

    final ObjectIO store;
    final FrameKind<F> kind;

    SampleStore(ObjectIO store, FrameKind<F> kind) {
        this.store = store;
        this.kind = kind;
    }

    String name() {
        return store.name();
    }

    Sample<F> sample(Row row) {
        try {
            return kind.fromRow(row);
        } catch (IllegalArgumentException problem) {
            throw foreign(String.valueOf(problem.getMessage()));
        }
    }

    private ForeignDataException foreign(String found) {
        return new ForeignDataException(
                name(),
                found,
                "rows that are samples of %s only, in a store or group of their own".formatted(kind.name()));
    }

    /** Counts the samples, of which there are none where there is no store. */
    Mono<Long> size() {
        return store.size().onErrorReturn(StoreNotFoundException.class, 0L);
    }

    /** Reads the last sample, whole. */
    Mono<End> end() {
        return last(size -> store.get(size - 1).map(row -> End.of(kind, size, sample(row))));
    }

    /** Reads where the recording ends, without the last frame. */
    Mono<End> marks(String layout, long bytes) {
        return last(size -> store.get(size - 1, List.of(STEP, TIME))
                .map(row -> new End(
                        size,
                        OptionalLong.of(number(row, STEP).longValue()),
                        OptionalDouble.of(number(row, TIME).doubleValue()),
                        layout,
                        bytes)));
    }

    private Mono<End> last(LongFunction<Mono<End>> look) {
        return store.size()
                .flatMap(size -> size == 0
                        ? Mono.just(End.NONE)
                        : look.apply(size).switchIfEmpty(Mono.error(() -> foreign("a reserved row at the end"))))
                .retryWhen(Retry.max(MOST_LOOKS) // it became shorter between the two looks
                        .filter(RowOutOfBoundsException.class::isInstance)
                        .onRetryExhaustedThrow((retries, signal) -> signal.failure()));
    }

    private Number number(Row row, String key) {
        if (row.get(key) instanceof Number number) {
            return number;
        }
        throw foreign("row without \"%s\"".formatted(key));
    }

    Mono<Long> step(long position) {
        return store.get(position, List.of(STEP))
                .map(row -> number(row, STEP).longValue())
                .switchIfEmpty(Mono.error(() -> foreign("a reserved row at " + position)));
    }

    /** Makes the store ready for a plan's first samples; tells how it ends then. */
    Mono<End> prepared(RecordingPlan plan) {
        return end().onErrorReturn(StoreNotFoundException.class, End.NONE).flatMap(found -> {
            if (found.size() == 0) {
                return Mono.just(found);
            }
            return switch (plan.mode()) {
                case CREATE_NEW -> Mono.error(new RecordingExistsException(name(), found.size()));
                case REPLACE -> {
                    require(Capability.CLEAR, "replacing a recording");
                    yield Mono.just(found);
                }
                case RESUME ->
                    plan.cutFrom().isPresent() ? cut(found, plan.cutFrom().getAsLong()) : Mono.just(found);
            };
        });
    }

    private void require(Capability needed, String operation) {
        if (!store.capabilities().contains(needed)) {
            throw new UnsupportedStoreOperationException(name(), operation, "it lacks the capability " + needed);
        }
    }

    private Mono<End> cut(End found, long from) {
        if (found.iteration().orElseThrow() < from) {
            return Mono.just(found);
        }
        require(Capability.DELETE, "discarding the samples from iteration %d on".formatted(from));
        return firstFrom(0, found.size(), from)
                .flatMap(keep -> deleted(found.size(), keep))
                .then(Mono.defer(this::end));
    }

    /** Finds the first sample at or after an iteration: they ascend. */
    private Mono<Long> firstFrom(long low, long high, long iteration) {
        if (low == high) {
            return Mono.just(low);
        }
        long middle = (low + high) >>> 1;
        return step(middle)
                .flatMap(step ->
                        step >= iteration ? firstFrom(low, middle, iteration) : firstFrom(middle + 1, high, iteration));
    }

    /** Deletes from the end, so that whole samples are left whenever it is interrupted. */
    private Mono<Void> deleted(long size, long keep) {
        return Flux.<Long, Long>generate(() -> size, (left, sink) -> {
                    if (left <= keep) {
                        sink.complete();
                        return left;
                    }
                    long begin = Math.max(keep, left - store.maxAtomicRows());
                    sink.next(begin);
                    return begin;
                })
                .concatMap(begin -> store.rows(begin, Long.MAX_VALUE).delete(), 1)
                .then();
    }
}
