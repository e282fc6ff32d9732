package io.atomflux.adapter;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A value that is found out by whoever needs it first, while others wait; given up when nobody waits any more, and tried
 * again after a failure.
 */
final class Once<T> {

    private final Mono<T> finding;
    private volatile @Nullable T found;

    Once(Mono<T> finding) {
        this.finding = finding.doOnNext(value -> found = value)
                .flux()
                .replay(1)
                .refCount(1)
                .next();
    }

    Mono<T> get() {
        return Mono.defer(() -> {
            T value = found;
            return value != null ? Mono.just(value) : finding;
        });
    }

    /** Returns the value if it was found already. */
    @Nullable
    T known() {
        return found;
    }
}
