package io.atomflux.recorder.rows;

import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.Sample;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Where a recording ends.
 *
 * @param size number of samples
 * @param iteration of the last one; empty without any
 * @param time of the last one; empty without any
 * @param layout of the frames; empty without any
 * @param bytes about what a frame takes; 0 without any
 */
record End(long size, OptionalLong iteration, OptionalDouble time, String layout, long bytes) {

    static final End NONE = new End(0, OptionalLong.empty(), OptionalDouble.empty(), "", 0);

    static <F> End of(FrameKind<F> kind, long size, Sample<F> last) {
        return new End(
                size,
                OptionalLong.of(last.iteration()),
                OptionalDouble.of(last.time()),
                kind.layout(last.frame()),
                kind.bytes(last.frame()));
    }

    boolean isBefore(Sample<?> sample) {
        return iteration.isEmpty() || iteration.getAsLong() < sample.iteration();
    }

    /** Tells it to others; each commit makes a recording longer, so its length numbers the commits. */
    Progress progress(RecordingStatus status) {
        return new Progress("", size, size, status, iteration, time, layout, Map.of());
    }
}
