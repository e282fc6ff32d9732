package io.atomflux.artifact;

import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.spi.LeaseLock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * One call of {@link ArtifactStore#getOrCompute}.
 *
 * <p>In this process whoever comes first computes, see {@link Flights}; among processes whoever holds the lock of the key.
 * With the lock in hand it looks once more, as the value may have come while it waited. What it puts is put where nothing
 * stands only, so one whose lock was lost, to a process that computed the value meanwhile, changes nothing.
 */
final class Computing<T> {

    private static final Object RUNNING = Computing.class;

    private final Artifacts store;
    private final Scope scope;
    private final String key;
    private final String full;
    private final Class<T> type;
    private final Mono<T> computation;
    private final PutOptions options;
    private final Duration wait;
    private final AtomicBoolean computing = new AtomicBoolean();

    Computing(
            Artifacts store,
            Scope scope,
            String key,
            Class<T> type,
            Mono<T> computation,
            PutOptions options,
            Duration wait) {
        this.store = store;
        this.scope = scope;
        this.key = key;
        this.full = scope.full(key);
        this.type = type;
        this.computation = computation;
        this.options = options.mode(PutMode.REPLACE).ifGeneration(0);
        this.wait = wait;
    }

    Mono<T> run() {
        return scope.persistently(key, Mono.deferContextual(this::attempt)).flatMap(Mono::justOrEmpty);
    }

    private Mono<Optional<T>> stored() {
        return Core.orNothing(store.get(key, type)).map(Optional::of);
    }

    /** Empty to try again. */
    private Mono<Optional<T>> attempt(ContextView context) {
        if (running(context).contains(full)) {
            return Mono.error(new IllegalStateException(
                    "computation of artifact \"%s\" asks for that artifact (expected: another key)".formatted(key)));
        }
        return stored().switchIfEmpty(Mono.defer(this::join));
    }

    private static Set<?> running(ContextView context) {
        return context.hasKey(RUNNING) ? context.<Set<?>>get(RUNNING) : Set.of();
    }

    private Mono<Optional<T>> join() {
        Flights.Flight mine = scope.core().flights().begin(full);
        if (mine != null) {
            return led(mine);
        }
        Flights.Flight other = scope.core().flights().of(full);
        return other == null
                ? Mono.empty()
                : other.landing().flatMap(landing -> switch (landing) {
                    case STORED -> stored();
                    case EMPTY -> Mono.just(Optional.<T>empty());
                    case GIVEN_UP -> Mono.empty();
                });
    }

    private Mono<Optional<T>> led(Flights.Flight flight) {
        if (scope.core().isReadOnly()) {
            flight.land(Flights.Landing.GIVEN_UP);
            return Mono.error(new ReadOnlyStoreException(scope.core().name(), "computing artifact \"" + key + "\""));
        }
        return Mono.usingWhen(
                        // deferred: what is thrown instead of signalled must end the flight, too
                        Mono.defer(() -> scope.core().locks().acquire("compute " + full, wait)),
                        this::computed,
                        LeaseLock.Lease::release)
                .doOnSuccess(value -> flight.land(landing(value)))
                .doOnError(failure -> failed(flight, failure))
                .doOnCancel(() -> flight.land(Flights.Landing.GIVEN_UP));
    }

    private static Flights.Landing landing(@Nullable Optional<?> value) {
        return value == null
                ? Flights.Landing.GIVEN_UP
                : value.isPresent() ? Flights.Landing.STORED : Flights.Landing.EMPTY;
    }

    /** Others fail with a computation that failed; of a lock that could not be had or kept they have their own. */
    private void failed(Flights.Flight flight, Throwable failure) {
        if (computing.get()) {
            flight.fail(failure);
        } else {
            flight.land(Flights.Landing.GIVEN_UP);
        }
    }

    private Mono<Optional<T>> computed(LeaseLock.Lease lease) {
        Mono<Optional<T>> made = Mono.defer(() -> {
                    computing.set(true);
                    return computation.contextWrite(this::marked);
                })
                .flatMap(this::put)
                .defaultIfEmpty(Optional.empty());
        Mono<Optional<T>> kept = stored().switchIfEmpty(made);
        return kept.takeUntilOther(lease.lost().onErrorComplete()).switchIfEmpty(Mono.defer(this::lost));
    }

    private Context marked(Context context) {
        Set<String> keys = new TreeSet<>(Set.of(full));
        running(context).forEach(other -> keys.add((String) other));
        return context.put(RUNNING, keys);
    }

    private Mono<Optional<T>> put(T value) {
        return store.put(key, value, options)
                .map(result -> Optional.of(value))
                .onErrorResume(ArtifactConflictException.class, raced -> stored().switchIfEmpty(Mono.error(raced)));
    }

    private Mono<Optional<T>> lost() {
        computing.set(false);
        return stored().switchIfEmpty(Mono.error(() -> new StoreUnavailableException(
                scope.core().name(),
                "the lock of artifact \"%s\" was lost while it was computed; nothing was stored, ask again"
                        .formatted(key),
                null)));
    }
}
