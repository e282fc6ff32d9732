package io.atomflux.recorder;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a recorder asks of a storage.
 *
 * @param mode what becomes of a recording that is there already
 * @param cutFrom with {@link RecordingMode#RESUME}, the iteration from which on committed samples are discarded, because the
 *     simulation goes on from an earlier checkpoint; empty to keep all
 * @param stride every how many iterations a sample is kept
 * @param chunk how many samples are usually written at once
 * @param attributes plain values to be kept with the run
 */
public record RecordingPlan(
        RecordingMode mode, OptionalLong cutFrom, int stride, int chunk, Map<String, Object> attributes) {

    public RecordingPlan {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(cutFrom, "cutFrom");
        attributes = Map.copyOf(attributes);
    }
}
