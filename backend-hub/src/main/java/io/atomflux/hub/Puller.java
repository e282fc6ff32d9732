package io.atomflux.hub;

import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Takes the elements of a flux one by one; one call at a time, and {@link #dispose} at any time.
 *
 * @param <T> elements
 */
final class Puller<T> implements Disposable {

    private final Receiver<T> receiver = new Receiver<>();

    private Puller() {}

    /** Subscribes at once, so that what comes first is on its way. */
    static <T> Puller<T> of(Flux<T> flux) {
        Puller<T> puller = new Puller<>();
        flux.subscribe(puller.receiver);
        return puller;
    }

    /** Returns the next element, or nothing at the end; an error again and again, one of them that it was given up. */
    Mono<T> next() {
        return Mono.create(receiver::ask);
    }

    /** Cancels the flux; who waits for an element hears of it. */
    @Override
    public void dispose() {
        receiver.cancel();
    }

    @Override
    public boolean isDisposed() {
        return receiver.isDisposed();
    }

    private static final class Receiver<T> extends BaseSubscriber<T> {

        private @Nullable MonoSink<T> waiting; // guarded by this
        private @Nullable Optional<Throwable> end; // guarded by this; empty if it completed

        void ask(MonoSink<T> sink) {
            Optional<Throwable> ended;
            synchronized (this) {
                ended = end;
                if (ended == null) {
                    waiting = sink;
                }
            }
            if (ended == null) {
                sink.onCancel(() -> withdraw(sink));
                request(1);
            } else {
                tell(sink, ended);
            }
        }

        private synchronized void withdraw(MonoSink<T> sink) {
            if (waiting == sink) {
                waiting = null;
            }
        }

        private static <T> void tell(MonoSink<T> sink, Optional<Throwable> ended) {
            if (ended.isPresent()) {
                sink.error(ended.get());
            } else {
                sink.success();
            }
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // asked for one by one
        }

        @Override
        protected void hookOnNext(T value) {
            MonoSink<T> sink;
            synchronized (this) {
                sink = waiting;
                waiting = null;
            }
            if (sink != null) {
                sink.success(value);
            }
        }

        @Override
        protected void hookOnError(Throwable failure) {
            end(Optional.of(failure));
        }

        @Override
        protected void hookOnComplete() {
            end(Optional.empty());
        }

        @Override
        protected void hookOnCancel() {
            // not as the end: who waits must not take what came so far for the whole
            end(Optional.of(new CancellationException("nobody reads this stream any more")));
        }

        private void end(Optional<Throwable> how) {
            MonoSink<T> sink;
            synchronized (this) {
                end = how;
                sink = waiting;
                waiting = null;
            }
            if (sink != null) {
                tell(sink, how);
            }
        }
    }
}
