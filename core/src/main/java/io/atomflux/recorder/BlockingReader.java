package io.atomflux.recorder;

import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads a place of blocking calls.
 *
 * @param <F> the kind of frame
 */
final class BlockingReader<F> implements RecordingReader<F> {

    private final BlockingStorage<F> storage;

    BlockingReader(BlockingStorage<F> storage) {
        this.storage = storage;
    }

    @Override
    public Mono<Progress> progress() {
        return storage.call("reading", () -> storage.progress(storage.place().size(), 0));
    }

    @Override
    public Flux<Sample<F>> read(long from, long to) {
        if (from < 0) {
            throw new IllegalArgumentException("from: %d (expected: 0 or more)".formatted(from));
        }
        return Flux.defer(() -> {
            long[] next = {from};
            return Flux.<Mono<List<Sample<F>>>>generate(sink -> sink.next(storage.some(next[0], to)))
                    .concatMap(some -> some, 0)
                    .takeWhile(some -> !some.isEmpty())
                    .doOnNext(some -> next[0] += some.size())
                    .concatMap(Flux::fromIterable, 0);
        });
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
