package io.atomflux.recorder;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads a recording in memory.
 *
 * @param <F> the kind of frame
 */
final class MemoryReader<F> implements RecordingReader<F> {

    private final MemoryRecording<F> place;

    MemoryReader(MemoryRecording<F> place) {
        this.place = place;
    }

    @Override
    public Mono<Progress> progress() {
        return Mono.fromCallable(() -> place.current().progress());
    }

    @Override
    public Flux<Sample<F>> read(long from, long to) {
        if (from < 0) {
            throw new IllegalArgumentException("from: %d (expected: 0 or more)".formatted(from));
        }
        return Flux.defer(() -> {
            MemoryRun<F> run = place.current(); // one instant for the whole stream
            int start = (int) Math.min(from, run.size());
            int count = (int) Math.max(0, Math.min(to, run.size()) - start);
            return Flux.range(start, count).map(run::sample);
        });
    }

    @Override
    public long step() {
        return place.current().step();
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
