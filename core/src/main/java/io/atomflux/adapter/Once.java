package io.atomflux.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A value that is found out by whoever needs it first, while others wait; given up when nobody waits any more, and tried
 * again after a failure.
 *
 * <p>Not by {@code replay} and {@code refCount}: who comes while the last one leaves is told there that it was disconnected.
 */
final class Once<T> {

    private final Mono<T> finding;
    private final Object lock = new Object();
    private volatile @Nullable T found; // set under lock
    private @Nullable Search running; // guarded by lock

    Once(Mono<T> finding) {
        this.finding = finding;
    }

    /** One attempt to find it. */
    private final class Search {
        private final List<MonoSink<T>> waiting = new ArrayList<>(); // guarded by lock
        private final Disposable.Swap upstream = Disposables.swap();

        void begin(MonoSink<T> first) {
            upstream.update(finding.contextWrite(first.contextView())
                    .subscribe(
                            value -> end(value, sink -> sink.success(value)),
                            failure -> end(null, sink -> sink.error(failure)),
                            () -> end(null, MonoSink::success)));
        }

        private void end(@Nullable T value, Consumer<MonoSink<T>> answer) {
            List<MonoSink<T>> told;
            synchronized (lock) {
                if (running != this) {
                    return; // given up, or ended before
                }
                running = null;
                found = value;
                told = List.copyOf(waiting);
            }
            told.forEach(answer);
        }

        void leave(MonoSink<T> sink) {
            synchronized (lock) {
                waiting.remove(sink);
                if (running != this || !waiting.isEmpty()) {
                    return;
                }
                running = null; // whoever comes from now on begins another one
            }
            upstream.dispose();
        }
    }

    Mono<T> get() {
        return Mono.defer(() -> {
            T value = found;
            return value != null ? Mono.just(value) : Mono.create(this::join);
        });
    }

    private void join(MonoSink<T> sink) {
        T value;
        Search search;
        boolean begins = false;
        synchronized (lock) {
            value = found;
            search = running;
            if (value == null) {
                if (search == null) {
                    search = new Search();
                    running = search;
                    begins = true;
                }
                search.waiting.add(sink);
            }
        }
        if (value != null || search == null) {
            sink.success(value);
            return;
        }
        Search joined = search;
        sink.onCancel(() -> joined.leave(sink));
        if (begins) {
            joined.begin(sink);
        }
    }

    /** Returns the value if it was found already. */
    @Nullable
    T known() {
        return found;
    }
}
