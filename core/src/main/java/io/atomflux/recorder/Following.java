package io.atomflux.recorder;

import io.atomflux.error.StoreNotFoundException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks again and again until something has changed, with pauses that grow: soon after a change another one is likely, and a
 * recording that stands still costs four looks a second.
 */
final class Following {

    private static final long FIRST_PAUSE = 5;
    private static final long LONGEST_PAUSE = 250;

    private Following() {}

    /** Opens a recording as soon as there is one. */
    static <F> Mono<RecordingReader<F>> existing(RecordingStorage<F> storage) {
        return again(Mono.defer(storage::reader).onErrorResume(StoreNotFoundException.class, absent -> Mono.empty()));
    }

    /** Emits how far a recording is, then each time it is elsewhere; looks only while that is asked for. */
    static Flux<Progress> polling(Mono<Progress> progress) {
        return Flux.defer(() -> new Looks(progress).all());
    }

    private static <T> Mono<T> again(Mono<T> attempt) {
        return attempt.repeatWhenEmpty(Following::pauses);
    }

    private static Publisher<Long> pauses(Flux<Long> looks) {
        return looks.concatMap(n -> Mono.delay(pause(n)));
    }

    private static Duration pause(long looks) {
        return Duration.ofMillis(Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(looks, 10)));
    }

    /** What one subscriber has seen; one look at a time. */
    private static final class Looks {

        private final Mono<Progress> progress;
        private @Nullable Progress seen;

        Looks(Mono<Progress> progress) {
            this.progress = progress;
        }

        Flux<Progress> all() {
            Mono<Progress> moved =
                    again(progress.filter(now -> !now.equals(seen)).doOnNext(now -> seen = now));
            return SampleWindows.onDemand(() -> moved.flux()).repeat();
        }
    }
}
