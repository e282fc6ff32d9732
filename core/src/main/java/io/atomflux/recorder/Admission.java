package io.atomflux.recorder;

import io.atomflux.error.SampleRejectedException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which samples continue a recording. For one thread at a time; what it refuses leaves no trace.
 *
 * @param <F> the kind of frame
 */
final class Admission<F> {

    private final String recording;
    private final FrameKind<F> kind;
    private final RecordingWriter<F> writer;
    private final long recorded; // iterations up to here were committed before this recorder came
    private boolean resuming;
    private long lastIteration;
    private double lastTime;
    private String layout;
    private @Nullable Predicate<F> fits;

    Admission(RecordingStorage<F> storage, RecordingWriter<F> writer, Progress found) {
        this.recording = storage.name();
        this.kind = storage.kind();
        this.writer = writer;
        this.recorded = found.lastIteration().orElse(-1);
        this.resuming = found.lastIteration().isPresent();
        this.lastIteration = recorded;
        this.lastTime = found.lastTime().orElse(Double.NEGATIVE_INFINITY);
        this.layout = found.layout();
    }

    /**
     * Looks at a sample without taking it.
     *
     * @return false if it was recorded before the run was resumed
     * @throws SampleRejectedException if it does not continue the recording
     */
    boolean admits(Sample<F> sample) {
        if (resuming && sample.iteration() <= recorded) {
            return false;
        }
        if (sample.iteration() <= lastIteration) {
            throw rejected(
                    sample,
                    "not after iteration %d, the last one taken (expected: a greater one)".formatted(lastIteration));
        }
        if (sample.time() < lastTime) {
            throw rejected(
                    sample,
                    "time %s (expected: not before %s, that of the last sample taken)"
                            .formatted(sample.time(), lastTime));
        }
        try {
            kind.check(sample.frame());
            if (!fits(sample.frame())) {
                throw rejected(
                        sample,
                        "frame of %s (expected: %s, as of the first sample)"
                                .formatted(kind.layout(sample.frame()), layout));
            }
            writer.check(sample);
        } catch (IllegalArgumentException e) {
            throw rejected(sample, String.valueOf(e.getMessage()));
        }
        return true;
    }

    private boolean fits(F frame) {
        Predicate<F> known = fits;
        return known != null ? known.test(frame) : layout.isEmpty() || layout.equals(kind.layout(frame));
    }

    private SampleRejectedException rejected(Sample<F> sample, String problem) {
        return new SampleRejectedException(recording, sample.iteration(), problem);
    }

    /** Remembers one that was admitted as the last one. */
    void taken(Sample<F> sample) {
        resuming = false;
        lastIteration = sample.iteration();
        lastTime = sample.time();
        if (fits == null) {
            fits = kind.like(sample.frame());
            layout = kind.layout(sample.frame());
        }
    }
}
