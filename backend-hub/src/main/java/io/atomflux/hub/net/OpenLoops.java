package io.atomflux.hub.net;

import io.atomflux.error.StoreClosedException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Between the network and who reads: what its threads do not take any more, as the client was closed meanwhile, is an error of
 * the stream and never an exception in the thread that asks or cancels. (reactor-netty throws Netty's out of {@code request} and
 * {@code cancel}, through all who are above; whoever else they had to tell would never hear of it.)
 */
final class OpenLoops {

    private OpenLoops() {}

    /**
     * Guards what is read of the network.
     *
     * @param store named when it is closed
     */
    static <T> Flux<T> guard(String store, Publisher<T> network) {
        return Flux.from(subscriber -> {
            Guarded<T> guarded = new Guarded<>(store, Operators.toCoreSubscriber(subscriber));
            try {
                network.subscribe(guarded);
            } catch (RejectedExecutionException e) {
                guarded.refused();
            }
        });
    }

    private static final class Guarded<T> implements CoreSubscriber<T>, Subscription {

        private final String store;
        private final CoreSubscriber<? super T> actual;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile @Nullable Subscription upstream;

        Guarded(String store, CoreSubscriber<? super T> actual) {
            this.store = store;
            this.actual = actual;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            actual.onSubscribe(this);
        }

        @Override
        public void onNext(T value) {
            actual.onNext(value);
        }

        @Override
        public void onError(Throwable failure) {
            if (over.compareAndSet(false, true)) {
                actual.onError(failure);
            }
        }

        @Override
        public void onComplete() {
            if (over.compareAndSet(false, true)) {
                actual.onComplete();
            }
        }

        @Override
        public void request(long more) {
            Subscription from = upstream;
            if (from != null) {
                try {
                    from.request(more);
                } catch (RejectedExecutionException e) {
                    refused();
                }
            }
        }

        @Override
        public void cancel() {
            over.set(true);
            Subscription from = upstream;
            if (from != null) {
                try {
                    from.cancel();
                } catch (RejectedExecutionException e) {
                    // The threads have ended, and all connections with them: nothing is left to be cancelled.
                }
            }
        }

        /** The threads are gone, so that nobody else signals at the same time. */
        private void refused() {
            if (!over.compareAndSet(false, true)) {
                return;
            }
            if (upstream == null) {
                Operators.error(actual, new StoreClosedException(store));
            } else {
                actual.onError(new StoreClosedException(store));
            }
        }
    }
}
