package io.atomflux.hub;

import io.atomflux.error.StoreIoException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * Work on the threads that decode, of which every failure reaches who waits for it.
 *
 * <p>Reactor takes errors of the virtual machine (no memory, a class that cannot be linked) for the end of everything and throws
 * them out of the thread, so that the stream would wait for ever. Here they are told to the thread's handler, as Java does with
 * what nobody catches, and the stream fails.
 */
final class Decoding {

    private Decoding() {}

    /**
     * Does work on a thread of its own.
     *
     * @param store whose bytes are decoded, for messages
     * @return cold
     * @signals StoreIoException if the virtual machine gives up
     */
    static <T> Mono<T> call(String store, Scheduler threads, Callable<T> work) {
        Callable<T> told = () -> {
            try {
                return work.call();
            } catch (Throwable failure) {
                throw told(store, failure);
            }
        };
        return new Boundary<>(store, Mono.fromCallable(told).subscribeOn(threads));
    }

    /** Returns what Reactor passes on of a failure. */
    private static Exception told(String store, Throwable failure) {
        if (Exceptions.isJvmFatal(failure)) {
            Thread thread = Thread.currentThread();
            try {
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
            } catch (RuntimeException | Error broken) {
                failure.addSuppressed(broken);
            }
            return new StoreIoException(store, "decoding", failure);
        }
        return failure instanceof Exception known ? known : Exceptions.propagate(failure);
    }

    /** The end of a task: what those throw who take its result is told to them instead. */
    private static final class Boundary<T> extends MonoOperator<T, T> {

        private final String store;

        Boundary(String store, Mono<T> source) {
            super(source);
            this.store = store;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            source.subscribe(new Task<>(store, actual));
        }
    }

    private static final class Task<T> implements CoreSubscriber<T>, Subscription {

        private final String store;
        private final CoreSubscriber<? super T> actual;
        private final AtomicBoolean over = new AtomicBoolean();
        private @Nullable Subscription upstream;

        Task(String store, CoreSubscriber<? super T> actual) {
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
            try {
                actual.onNext(value);
            } catch (Throwable thrown) {
                onError(told(store, thrown));
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (over.compareAndSet(false, true)) {
                actual.onError(Exceptions.unwrap(failure));
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
            if (upstream != null) {
                upstream.request(more);
            }
        }

        @Override
        public void cancel() {
            if (upstream != null) {
                upstream.cancel();
            }
        }
    }
}
