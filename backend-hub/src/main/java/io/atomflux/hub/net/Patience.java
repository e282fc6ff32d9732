package io.atomflux.hub.net;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Decides whether and when one request or read is tried again; for one subscription, whose attempts follow each other.
 *
 * <p>Waits 1, 2, 4, 8, 8 s as the hub's own clients do, each ±20 % so that many clients do not come back at once; what the
 * server tells instead is kept to, and a little more. Whatever arrives makes the count begin anew.
 */
final class Patience {

    private static final Duration LONGEST_STEP = Duration.ofSeconds(8);

    private final String store;
    private final NetOptions options;
    private final Demand demand;
    private int failures;
    private long waited;
    private boolean resolved;
    private long begun = -1;

    Patience(String store, NetOptions options) {
        this.store = store;
        this.options = options;
        this.demand = new Demand(options.scheduler());
    }

    /** Repeats attempts while there is hope; what finally fails is told as one of our errors. */
    <T> Flux<T> over(Flux<T> attempts) {
        Flux<T> tried = attempts.doOnSubscribe(subscription -> {
                    if (begun < 0) {
                        begun = now();
                    }
                })
                .retryWhen(Retry.from(signals -> signals.concatMap(signal -> decide(signal.failure()), 0)));
        return demand.of(tried).onErrorMap(Fault.class, Fault::told);
    }

    /** Says that something arrived. */
    void progress() {
        if (failures > 0 || resolved) {
            failures = 0;
            resolved = false;
        }
        waited = 0;
        begun = now();
    }

    private Publisher<Long> decide(Throwable failure) {
        if (!(failure instanceof Fault)) {
            return Mono.error(failure);
        }
        Fault fault = (Fault) failure;
        switch (fault.remedy()) {
            case RESOLVE:
                if (resolved) {
                    return Mono.error(fault);
                }
                resolved = true;
                return Mono.just(0L);
            case WAIT:
                // While nobody wants anything, servers close what is not used, and there is no hurry to open it again.
                return demand.any().thenMany(Flux.defer(() -> again(fault)));
            case DEMAND:
                return demand.any().thenReturn(0L);
            case NONE:
                return Mono.error(fault);
        }
        throw new IllegalStateException("no such remedy: " + fault.remedy());
    }

    private Mono<Long> again(Fault fault) {
        if (failures >= options.retries()) {
            return Mono.error(options.retries() == 0 ? fault : exhausted(fault));
        }
        Duration told = fault.serverWait();
        if (told != null && told.compareTo(options.longestWait()) > 0) {
            return Mono.error(tooLong(store, told, options.longestWait(), fault.told()));
        }
        long millis = told == null
                ? step()
                : told.toMillis() + (long) (1000 * options.random().getAsDouble());
        if (told == null
                && now() - Math.max(begun, demand.since()) - waited + millis
                        > options.retryBudget().toMillis()) {
            return Mono.error(exhausted(fault));
        }
        failures++;
        if (told != null) {
            waited += millis;
        }
        return Mono.delay(Duration.ofMillis(millis), options.scheduler());
    }

    private long step() {
        long base = Math.min(LONGEST_STEP.toMillis(), 1000L << Math.min(failures, 10));
        return Math.round(base * (0.8 + 0.4 * options.random().getAsDouble()));
    }

    static Fault tooLong(String store, Duration told, Duration longest, AtomfluxException cause) {
        return Fault.lasting(new StoreUnavailableException(
                store,
                "it asks to wait %d s (expected: at most %d s); try again then"
                        .formatted(told.toSeconds(), longest.toSeconds()),
                cause));
    }

    private AtomfluxException exhausted(Fault fault) {
        return new StoreUnavailableException(
                store,
                "%d attempts failed within %d s; the last one: %s"
                        .formatted(failures + 1, Math.max(0, now() - begun) / 1000, problem(fault.told())),
                fault.told());
    }

    private static String problem(AtomfluxException told) {
        return told instanceof StoreUnavailableException
                ? ((StoreUnavailableException) told).problem()
                : String.valueOf(told.getMessage());
    }

    private long now() {
        return options.scheduler().now(TimeUnit.MILLISECONDS);
    }
}
