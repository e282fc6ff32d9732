package io.atomflux.value;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Which keys rows have, and of what type and shape their values are.
 *
 * @param columns by key, in the order of first appearance
 * @param rows how many written rows were looked at
 */
public record Schema(Map<String, Column> columns, long rows) {

    /**
     * One key.
     *
     * @param dtype numpy's name of the type, e.g. {@code float64}, {@code int64}, {@code bool}; else {@code str}, {@code
     *     bytes}, {@code list}, {@code map}, {@code complex}, {@code null}; several, joined by {@code |}, if rows differ
     * @param shape axis lengths of an array or list; an axis whose length differs between rows is empty. Absent if the
     *     number of axes differs
     * @param rows how many rows have the key
     */
    public record Column(String dtype, @Nullable List<OptionalInt> shape, long rows) {
        public Column {
            shape = shape == null ? null : List.copyOf(shape);
        }
    }

    public Schema {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** Returns the schema of one row; without columns if it is reserved. */
    public static Schema of(Row row) {
        return new SchemaBuilder().add(row).build();
    }
}
