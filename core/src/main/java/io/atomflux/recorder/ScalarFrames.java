package io.atomflux.recorder;

import io.atomflux.value.Row;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Measurements by name. */
final class ScalarFrames extends FrameKind<Row> {

    private static final String PREFIX = "info.";

    ScalarFrames() {}

    @Override
    public String name() {
        return "scalars";
    }

    @Override
    public Class<Row> type() {
        return Row.class;
    }

    @Override
    public void check(Row frame) {
        if (frame.size() == 0) {
            throw new IllegalArgumentException("no measurements (expected: at least one name with a value)");
        }
        frame.forEach((name, value) -> {
            if (!(value instanceof Number || value instanceof Boolean || value instanceof String)) {
                throw new IllegalArgumentException("measurement \"%s\": %s (expected: a number, boolean or text)"
                        .formatted(
                                name, value == null ? "null" : value.getClass().getSimpleName()));
            } else if (name.equals("time") || name.equals("step")) {
                throw new IllegalArgumentException(
                        "measurement \"%s\" (expected: another name; the sample has that of its own)".formatted(name));
            }
        });
    }

    @Override
    public String layout(Row frame) {
        return new TreeSet<>(frame.keys())
                .stream().map(name -> name + suffix(frame.get(name))).collect(Collectors.joining(", "));
    }

    /** Tells of what type a measurement is; numbers, of which an integer may stand among floats, go without saying. */
    private static String suffix(@Nullable Object value) {
        return value instanceof Boolean ? " (boolean)" : value instanceof String ? " (text)" : "";
    }

    @Override
    Predicate<Row> like(Row frame) {
        Map<String, String> suffixes = new HashMap<>();
        frame.forEach((name, value) -> suffixes.put(name, suffix(value)));
        return other -> {
            if (other.size() != suffixes.size()) {
                return false;
            }
            for (Map.Entry<String, String> known : suffixes.entrySet()) {
                Object value = other.get(known.getKey());
                if (value == null || !suffix(value).equals(known.getValue())) {
                    return false;
                }
            }
            return true;
        };
    }

    @Override
    public long bytes(Row frame) {
        return frame.byteSize();
    }

    @Override
    public Row toRow(Sample<Row> sample) {
        Map<String, @Nullable Object> named = new TreeMap<>();
        sample.frame().forEach((name, value) -> named.put(PREFIX + name, value));
        return SampleRows.with(sample, Row.of(named));
    }

    @Override
    public Sample<Row> fromRow(Row row) {
        Map<String, @Nullable Object> frame = new TreeMap<>();
        row.forEach((key, value) -> {
            if (key.startsWith(PREFIX) && !SampleRows.isMark(key)) {
                frame.put(key.substring(PREFIX.length()), value);
            }
        });
        return SampleRows.sample(row, Row.of(frame));
    }
}
