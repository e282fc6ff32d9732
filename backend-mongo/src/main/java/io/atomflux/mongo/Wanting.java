package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import java.time.Duration;
import reactor.core.publisher.Mono;

/**
 * Lets a writer that lost many rounds go first: it writes its number into the root, and those who see it wait a little, once.
 *
 * <p>No condition reads the field, so it can hold up nobody for longer.
 */
final class Wanting {

    static final int LOST_ROUNDS = 5;
    private static final Duration COURTESY = Duration.ofMillis(250);

    private Wanting() {}

    /** Waits if another asks for it. */
    static Mono<Void> courtesy(Paged paged, long want) {
        return want == 0 || !paged.isNewWant(want)
                ? Mono.empty()
                : Mono.delay(COURTESY, paged.clock.scheduler()).then();
    }

    /** Asks others to wait. */
    static Mono<Void> ask(Paged paged, ClientNumber number) {
        paged.isNewWant(number.number());
        return paged.documents
                .change(Paged.rootKey(), doc("$set", doc("want", number.number())), doc("_id", 1), false)
                .then()
                .onErrorComplete(Paged::isPassing);
    }
}
