package io.atomflux.recorder;

import io.atomflux.error.SampleRejectedException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Records a publisher: asks it for a sample when there is room for one, and has what was taken committed when it ends, fails
 * or is cancelled.
 *
 * <p>It asks for one at a time: others may store to the same recorder, and how large the next frame is, is not known.
 *
 * @param <F> the kind of frame
 */
final class Feed<F> implements CoreSubscriber<Sample<F>> {

    private final Engine<F> engine;
    private final Publisher<? extends Sample<F>> source;
    private final MonoSink<Progress> sink;
    private final Consumer<Throwable> watcher = this::failed;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable Subscription upstream;
    private volatile @Nullable Waiting<F> waiting;
    private volatile @Nullable Throwable heldProblem;

    Feed(Engine<F> engine, Publisher<? extends Sample<F>> source, MonoSink<Progress> sink) {
        this.engine = engine;
        this.source = source;
        this.sink = sink;
    }

    /** Opens the storage first: what the source tells before is lost to nobody. */
    void begin() {
        sink.onCancel(this::cancelled);
        Waiting<F> opening = Waiting.forCommit(found -> opened(), this::failed);
        waiting = opening;
        engine.open(opening);
    }

    private void opened() {
        engine.watch(watcher);
        if (over.get()) {
            engine.unwatch(watcher);
        } else {
            Flux.from(source).subscribe(this);
        }
    }

    @Override
    public Context currentContext() {
        return Context.of(sink.contextView());
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream, subscription)) {
            upstream = subscription;
            if (over.get()) {
                subscription.cancel();
            } else {
                awaitRoom();
            }
        }
    }

    @Override
    public void onNext(Sample<F> sample) {
        if (over.get()) {
            return; // cancelled while it was on its way
        }
        try {
            switch (engine.offer(sample)) {
                case TAKEN, SKIPPED -> ask();
                case TAKEN_LAST -> awaitRoom();
                case NOT_YET -> await(Waiting.toTake(sample, taken -> awaitRoom(), this::heldFailed));
            }
        } catch (RuntimeException e) {
            stop(e);
        }
    }

    private void awaitRoom() {
        await(Waiting.forRoom(this::ask, this::failed));
    }

    private void await(Waiting<F> next) {
        if (!over.get()) {
            waiting = next;
            engine.enqueue(next);
        }
    }

    private void ask() {
        Subscription current = upstream;
        if (current != null) {
            current.request(1);
        }
    }

    /** Ends because of a sample. */
    private void stop(Throwable problem) {
        if (over.compareAndSet(false, true)) {
            cancelSource();
            commit(problem);
        }
    }

    private void heldFailed(Throwable failure) {
        if (failure instanceof SampleRejectedException) {
            heldProblem = failure; // for a source that has ended meanwhile
            stop(failure);
        } else {
            failed(failure);
        }
    }

    /** Ends because nothing can be committed now. */
    private void failed(Throwable failure) {
        if (over.compareAndSet(false, true)) {
            cancelSource();
            sink.error(failure);
        }
    }

    private void cancelled() {
        if (over.compareAndSet(false, true)) {
            Waiting<F> current = waiting;
            if (current != null) {
                engine.forget(current);
            }
            if (cancelSource()) {
                engine.commitInBackground();
            }
        }
    }

    private boolean cancelSource() {
        engine.unwatch(watcher);
        Subscription current = upstream;
        if (current != null) {
            current.cancel();
        }
        return current != null;
    }

    @Override
    public void onError(Throwable failure) {
        if (over.compareAndSet(false, true)) {
            engine.unwatch(watcher);
            commit(failure);
        } else {
            Operators.onErrorDropped(failure, currentContext());
        }
    }

    @Override
    public void onComplete() {
        if (over.compareAndSet(false, true)) {
            engine.unwatch(watcher);
            engine.enqueue(Waiting.forCommit(this::succeeded, sink::error));
        }
    }

    private void succeeded(Progress progress) {
        Throwable problem = heldProblem;
        if (problem != null) {
            sink.error(problem);
        } else {
            sink.success(progress);
        }
    }

    private void commit(Throwable problem) {
        engine.enqueue(Waiting.forCommit(committed -> sink.error(problem), failure -> {
            if (failure != problem) {
                problem.addSuppressed(failure);
            }
            sink.error(problem);
        }));
    }
}
