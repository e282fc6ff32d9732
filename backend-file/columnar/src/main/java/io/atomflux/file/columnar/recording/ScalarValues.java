package io.atomflux.file.columnar.recording;

import io.atomflux.recorder.FrameKind;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Each measurement an array of its name, beside that of the times. */
final class ScalarValues implements Frames<Row> {

    // Source: "Node names" of the Zarr core specification 3.1; narrower, so that any file system has them.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}");
    private static final NdArray TRUE = NdArray.of(new boolean[] {true}).reshape();
    private static final NdArray FALSE = NdArray.of(new boolean[] {false}).reshape();

    @Override
    public FrameKind<Row> kind() {
        return FrameKind.SCALARS;
    }

    @Override
    public List<Part> parts(Row frame) {
        List<Part> parts = new ArrayList<>();
        for (String name : new TreeSet<>(frame.keys())) {
            if (!NAME.matcher(name).matches() || name.startsWith("__")) {
                throw new IllegalArgumentException(
                        "measurement \"%s\" (expected: up to 100 letters, digits and _ . -, so that an array can have the name)"
                                .formatted(name));
            }
            parts.add(new Part(name, type(name, frame.get(name)), List.of()));
        }
        return parts;
    }

    private static DType type(String name, @Nullable Object value) {
        if (value instanceof Boolean) {
            return DType.BOOL;
        } else if (value instanceof Long || value instanceof Integer) {
            return DType.INT64;
        } else if (value instanceof Double || value instanceof Float) {
            return DType.FLOAT64;
        }
        throw new IllegalArgumentException(
                "measurement \"%s\": %s (expected: a boolean, long or double; texts can be recorded to a store of rows)"
                        .formatted(
                                name, value == null ? "null" : value.getClass().getSimpleName()));
    }

    @Override
    public NdArray value(Row frame, String name) {
        Object value = frame.get(name);
        if (value instanceof Boolean truth) {
            return truth ? TRUE : FALSE;
        } else if (value instanceof Long || value instanceof Integer) {
            return NdArray.of(new long[] {((Number) value).longValue()}).reshape();
        }
        return NdArray.of(new double[] {((Number) Objects.requireNonNull(value)).doubleValue()})
                .reshape();
    }

    @Override
    public Row frame(List<String> names, List<NdArray> values) {
        Map<String, @Nullable Object> row = new TreeMap<>();
        for (int i = 0; i < names.size(); i++) {
            row.put(names.get(i), values.get(i).at(0));
        }
        return Row.of(row);
    }

    @Override
    public List<String> foreign() {
        return List.of();
    }
}
