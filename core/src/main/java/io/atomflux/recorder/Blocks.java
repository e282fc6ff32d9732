package io.atomflux.recorder;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;

/** Arrays of samples that are read one by one. */
final class Blocks {

    private Blocks() {}

    static Mono<NdArray> stack(RecordingReader<?> reader, long from, long to) {
        return reader.read(from, to)
                .<NdArray>handle((sample, sink) -> {
                    if (sample.frame() instanceof NdArray frame) {
                        sink.next(frame);
                    } else {
                        sink.error(new IllegalArgumentException("frames that are no arrays (expected: arrays)"));
                    }
                })
                .collect(ArrayList<NdArray>::new, List::add)
                .map(TimeLast::stack);
    }

    /** Takes neighbouring cells out of frames with time as their last axis; they share the bytes. */
    static NdArray cells(NdArray block, int firstCell, int endCell) {
        int times = block.length(block.rank() - 1);
        int cells = 1;
        for (int axis = 0; axis < block.rank() - 1; axis++) {
            cells *= block.length(axis);
        }
        return block.reshape(cells, times).slice(firstCell, endCell);
    }

    static Mono<NdArray> times(RecordingReader<?> reader, long from, long to) {
        int length = Math.toIntExact(to - from);
        return reader.read(from, to)
                .collect(ArrayList<Double>::new, (times, sample) -> times.add(sample.time()))
                .map(times -> length == 0
                        ? NdArray.zeros(DType.FLOAT64, 0)
                        : NdArray.of(times.stream().mapToDouble(t -> t).toArray(), times.size()));
    }
}
