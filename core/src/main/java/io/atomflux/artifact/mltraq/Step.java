package io.atomflux.artifact.mltraq;

import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/** A part of the work of a run, see {@link Experiment#execute}. */
@FunctionalInterface
public interface Step {

    /** Works on a run: reads its parameters, changes its fields, state and variables. Subscribed once for each run. */
    Mono<Void> apply(Run run);

    /** Makes a step of plain code; it runs on a thread that may block. */
    static Step of(Consumer<Run> work) {
        return run -> Mono.<Void>fromRunnable(() -> work.accept(run))
                .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic());
    }
}
