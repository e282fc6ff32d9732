package io.atomflux.recorder;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Arrays of numbers, all of one shape and element type. */
final class ArrayFrames extends FrameKind<NdArray> {

    static final String KEY = "info.data";

    ArrayFrames() {}

    @Override
    public String name() {
        return "arrays";
    }

    @Override
    public Class<NdArray> type() {
        return NdArray.class;
    }

    @Override
    public void check(NdArray frame) {
        DType type = frame.dtype();
        if (!(type.isReal() || type.kind() == DType.Kind.COMPLEX) || type.isBigEndian()) {
            throw new IllegalArgumentException(
                    "elements of type %s (expected: booleans or little-endian numbers)".formatted(type.name()));
        }
    }

    @Override
    public String layout(NdArray frame) {
        return Arrays.stream(frame.shape())
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", ", frame.dtype().name() + " (", ")"));
    }

    @Override
    Predicate<NdArray> like(NdArray frame) {
        DType type = frame.dtype();
        int[] shape = frame.shape();
        return other -> other.dtype().equals(type) && other.hasShape(shape);
    }

    @Override
    public long bytes(NdArray frame) {
        return 128L + frame.byteSize();
    }

    @Override
    public Row toRow(Sample<NdArray> sample) {
        return SampleRows.with(sample, Row.of(KEY, sample.frame()));
    }

    @Override
    public Sample<NdArray> fromRow(Row row) {
        return SampleRows.sample(row, SampleRows.require(row, KEY, NdArray.class));
    }
}
