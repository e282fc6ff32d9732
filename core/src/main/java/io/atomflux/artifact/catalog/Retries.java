package io.atomflux.artifact.catalog;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** When to try a commit again whose conditions no longer held: at once, then with growing random pauses. */
final class Retries {

    private static final int AT_ONCE = 2;
    private static final int LONGEST_MILLIS = 64;

    private Retries() {}

    static Publisher<Long> paced(Flux<Long> tries) {
        return tries.concatMap(
                number -> number < AT_ONCE
                        ? Mono.just(number)
                        : Mono.delay(Duration.ofMillis(
                                1 + ThreadLocalRandom.current().nextLong(Math.min(LONGEST_MILLIS, number * number)))),
                1);
    }
}
