package io.atomflux.recorder;

import io.atomflux.error.StoreClosedException;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Writes a recording in memory; for one call at a time.
 *
 * @param <F> the kind of frame
 */
final class MemoryWriter<F> implements RecordingWriter<F> {

    private final MemoryRecording<F> place;
    private volatile MemoryRun<F> run;
    private volatile boolean shown;
    private volatile boolean closed;

    /** Begins with a run that readers see, or with one that they see with its first samples. */
    MemoryWriter(MemoryRecording<F> place, MemoryRun<F> run, boolean shown) {
        this.place = place;
        this.run = run;
        this.shown = shown;
    }

    @Override
    public Progress progress() {
        return run.progress();
    }

    @Override
    public Mono<Progress> append(List<Sample<F>> samples) {
        return Mono.fromCallable(() -> {
            if (closed) {
                throw new StoreClosedException(place.name());
            }
            run = run.with(samples);
            place.show(run);
            shown = true;
            return run.progress();
        });
    }

    @Override
    public Mono<Progress> close(RecordingStatus status, String reason) {
        return Mono.fromCallable(() -> {
            if (!closed) {
                closed = true;
                run = run.ended(status);
                if (shown) {
                    place.show(run);
                }
                place.free();
            }
            return run.progress();
        });
    }
}
