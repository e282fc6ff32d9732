package io.atomflux.recorder.rows;

import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.Sample;
import io.atomflux.spi.Capability;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads samples out of the rows of a store, which it leaves open. */
final class StoreReader<F> implements RecordingReader<F> {

    private static final long STEP_BYTES = 4 << 20;
    private static final long MOST_ROWS = 4096;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final SampleStore<F> samples;
    private volatile End seen = End.NONE;

    StoreReader(SampleStore<F> samples) {
        this.samples = samples;
    }

    /** Looks at the last frame only once: what all have in common it tells as well as another. */
    @Override
    public Mono<Progress> progress() {
        return Mono.defer(() -> {
                    End before = seen;
                    return before.size() == 0 ? samples.end() : again(before);
                })
                .doOnNext(end -> seen = end)
                .map(end -> end.progress(RecordingStatus.UNKNOWN));
    }

    private Mono<End> again(End before) {
        return samples.marks(before.layout(), before.bytes())
                .flatMap(end -> end.size() >= before.size() ? Mono.just(end) : samples.end()); // begun anew
    }

    @Override
    public Flux<Sample<F>> read(long from, long to) {
        requireRange(from, to);
        return samples.store.rows(from, to).map(samples::sample);
    }

    private static void requireRange(long from, long to) {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("positions %d to %d (expected: 0 <= from <= to)".formatted(from, to));
        }
    }

    @Override
    public Mono<NdArray> times(long from, long to) {
        requireRange(from, to);
        return from == to
                ? Mono.fromSupplier(() -> NdArray.zeros(DType.FLOAT64, 0))
                : samples.store
                        .rows(from, to)
                        .column(SampleStore.TIME, Double.class)
                        .toArray()
                        .map(times -> times.as(DType.FLOAT64));
    }

    /** Is told of changes where the store tells of them; looks now and then all the same, for those from before it listened. */
    @Override
    public Flux<Progress> follow() {
        if (!samples.store.capabilities().contains(Capability.CHANGES)) {
            return RecordingReader.super.follow();
        }
        return Flux.<Object>merge(Flux.interval(Duration.ZERO, PAUSE).onBackpressureDrop(), samples.store.changes())
                .onBackpressureLatest()
                .concatMap(moved -> progress(), 1)
                .distinctUntilChanged();
    }

    @Override
    public long step() {
        long bytes = seen.bytes();
        return bytes == 0 ? RecordingReader.super.step() : Math.max(1, Math.min(MOST_ROWS, STEP_BYTES / bytes));
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
