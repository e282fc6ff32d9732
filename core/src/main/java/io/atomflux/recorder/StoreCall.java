package io.atomflux.recorder;

import java.util.Objects;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Stores one sample upon each subscription: at once if there is room, on the thread that subscribes.
 *
 * @param <F> the kind of frame
 */
final class StoreCall<F> extends Mono<Boolean> {

    private final Engine<F> engine;
    private final Sample<F> sample;

    StoreCall(Engine<F> engine, Sample<F> sample) {
        this.engine = engine;
        this.sample = Objects.requireNonNull(sample, "sample");
    }

    @Override
    public void subscribe(CoreSubscriber<? super Boolean> actual) {
        Engine.Take take;
        try {
            take = engine.offer(sample);
        } catch (RuntimeException e) {
            Operators.error(actual, e);
            return;
        }
        switch (take) {
            case TAKEN, TAKEN_LAST -> actual.onSubscribe(Operators.scalarSubscription(actual, true));
            case SKIPPED -> actual.onSubscribe(Operators.scalarSubscription(actual, false));
            case NOT_YET -> waiting().subscribe(actual);
        }
    }

    private Mono<Boolean> waiting() {
        return Mono.create(sink -> {
            Waiting<F> waiting = Waiting.toTake(sample, sink::success, sink::error);
            sink.onCancel(() -> engine.forget(waiting));
            engine.enqueue(waiting);
        });
    }
}
