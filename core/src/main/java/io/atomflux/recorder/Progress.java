package io.atomflux.recorder;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How far a recording is: what a reader finds, whatever happens to the writer.
 *
 * @param id tells this run from another one recorded to the same place before or after it, so that who reads it is told; one
 *     of which committed samples were cut off counts as another; empty where none is kept
 * @param committed number of samples that are safely stored
 * @param generation number of commits made; grows with each
 * @param status whether more are to be expected
 * @param lastIteration iteration of the last committed sample; empty without samples
 * @param lastTime time of the last committed sample; empty without samples
 * @param layout what all frames have in common, as {@link FrameKind#layout} tells it; empty without samples
 * @param attributes what the user gave to be kept with the run, plain values
 */
public record Progress(
        String id,
        long committed,
        long generation,
        RecordingStatus status,
        OptionalLong lastIteration,
        OptionalDouble lastTime,
        String layout,
        Map<String, Object> attributes) {

    /** Nothing recorded so far. */
    public static final Progress NONE =
            new Progress("", 0, 0, RecordingStatus.UNKNOWN, OptionalLong.empty(), OptionalDouble.empty(), "", Map.of());

    public Progress {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(layout, "layout");
        attributes = Map.copyOf(attributes);
    }
}
