package io.atomflux.recorder;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * One call of a storage, which ends once, one way or the other, whatever the storage does: else all who wait for it would do
 * so for ever.
 *
 * @param <T> what it answers
 */
final class Call<T> implements CoreSubscriber<T> {

    private final String what;
    private final Consumer<T> done;
    private final Consumer<Throwable> failed;
    private final AtomicBoolean over = new AtomicBoolean();

    private Call(String what, Consumer<T> done, Consumer<Throwable> failed) {
        this.what = what;
        this.done = done;
        this.failed = failed;
    }

    static <T> void of(Supplier<Mono<T>> call, String what, Consumer<T> done, Consumer<Throwable> failed) {
        Call<T> one = new Call<>(what, done, failed);
        try {
            call.get().subscribe(one);
        } catch (Throwable e) { // also one that Reactor throws rather than signals, e.g. an OutOfMemoryError
            one.onError(e);
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T answer) {
        if (over.compareAndSet(false, true)) {
            done.accept(answer);
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (over.compareAndSet(false, true)) {
            failed.accept(failure);
        }
    }

    @Override
    public void onComplete() {
        onError(new IllegalStateException(what + " ended without an answer (expected: one)"));
    }
}
