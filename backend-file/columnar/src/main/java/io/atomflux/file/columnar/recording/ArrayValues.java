package io.atomflux.file.columnar.recording;

import io.atomflux.recorder.FrameKind;
import io.atomflux.value.NdArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Each frame one array, as PySDE has it. */
final class ArrayValues implements Frames<NdArray> {

    private static final String DATA = "data";

    @Override
    public FrameKind<NdArray> kind() {
        return FrameKind.ARRAYS;
    }

    @Override
    public List<Part> parts(NdArray frame) {
        List<Integer> shape = Arrays.stream(frame.shape()).boxed().collect(Collectors.toList());
        return List.of(new Part(DATA, frame.dtype(), shape));
    }

    @Override
    public NdArray value(NdArray frame, String name) {
        return frame;
    }

    @Override
    public NdArray frame(List<String> names, List<NdArray> values) {
        return values.get(0);
    }

    @Override
    public List<String> foreign() {
        return List.of(DATA);
    }
}
