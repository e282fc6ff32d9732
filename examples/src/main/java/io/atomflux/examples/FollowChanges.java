package io.atomflux.examples;

import io.atomflux.ObjectIO;
import io.atomflux.value.Change;
import io.atomflux.value.Row;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sees what others do to a store, as it happens; a job that was away goes on from the revision it saw last. */
public final class FollowChanges {

    private FollowChanges() {}

    /** Follows a writer that appends a row every 20 ms. */
    public static void main(String[] args) {
        ObjectIO db = ObjectIO.open("memory://");
        db.extend(Flux.<Row>empty()).block(); // so that there is a store to follow
        Mono<Void> writer = Flux.interval(Duration.ofMillis(20))
                .take(20)
                .concatMap(step -> db.append(Row.of("step", step)))
                .then();

        // The first job sees three changes and stops …
        Mono<Change> lastSeen = db.changes()
                .take(3)
                .doOnNext(change -> System.out.println("first job: " + told(change)))
                .last();
        Change last = Mono.zip(lastSeen, writer.thenReturn(true))
                .blockOptional()
                .orElseThrow()
                .getT1();

        // … and a second one goes on from there, up to the last row that was written meanwhile.
        db.changes(last.revision())
                .takeUntil(change -> change.to() == 20)
                .timeout(Duration.ofSeconds(30))
                .doOnNext(change -> System.out.println("second job: " + told(change)))
                .blockLast();
        db.close().block();
    }

    private static String told(Change change) {
        return "%s %d to %d".formatted(change.kind(), change.from(), change.to() - 1);
    }
}
