package io.atomflux.recorder;

import io.atomflux.value.Row;
import java.util.List;

/** Where a sample's time and iteration are in its row. */
final class SampleRows {

    static final String TIME = "info.time";
    static final String STEP = "info.step";
    static final List<String> MARKS = List.of(TIME, STEP);

    private SampleRows() {}

    static boolean isMark(String key) {
        return MARKS.contains(key);
    }

    static Row with(Sample<?> sample, Row frame) {
        return Row.of(TIME, sample.time(), STEP, sample.iteration()).merge(frame);
    }

    static <F> Sample<F> sample(Row row, F frame) {
        return new Sample<>(
                require(row, STEP, Number.class).longValue(),
                require(row, TIME, Number.class).doubleValue(),
                frame);
    }

    static <V> V require(Row row, String key, Class<V> type) {
        Object value = row.get(key);
        V wanted = type == Number.class && value instanceof Number ? type.cast(value) : row.get(key, type);
        if (wanted == null) {
            throw new IllegalArgumentException("row without \"%s\", which a recorder writes".formatted(key));
        }
        return wanted;
    }
}
