package io.atomflux.value;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Gathers a schema row by row; for one thread at a time. */
public final class SchemaBuilder {

    private final Map<String, Gathered> columns = new LinkedHashMap<>();
    private long rows;

    private static final class Gathered {
        final TreeSet<String> types = new TreeSet<>();
        int @Nullable [] shape;
        boolean[] varies = {};
        boolean ranksDiffer;
        long rows;

        void add(@Nullable Object value) {
            types.add(typeOf(value));
            int[] seen = shapeOf(value);
            if (rows++ == 0) {
                shape = seen;
                varies = new boolean[seen.length];
            } else if (shape == null || shape.length != seen.length) {
                ranksDiffer = true;
            } else {
                for (int axis = 0; axis < seen.length; axis++) {
                    varies[axis] |= shape[axis] != seen[axis];
                }
            }
        }

        Schema.Column build() {
            List<OptionalInt> axes = new ArrayList<>();
            int[] known = shape;
            for (int axis = 0; known != null && axis < known.length; axis++) {
                axes.add(varies[axis] ? OptionalInt.empty() : OptionalInt.of(known[axis]));
            }
            return new Schema.Column(String.join("|", types), ranksDiffer ? null : axes, rows);
        }
    }

    /** Adds one row; a reserved one is not counted. */
    public SchemaBuilder add(Row row) {
        if (!row.isReserved()) {
            rows++;
            for (int i = 0; i < row.size(); i++) {
                columns.computeIfAbsent(row.keySet().name(i), key -> new Gathered())
                        .add(row.valueAt(i));
            }
        }
        return this;
    }

    /** Returns what was gathered so far. */
    public Schema build() {
        Map<String, Schema.Column> built = new LinkedHashMap<>();
        columns.forEach((key, gathered) -> built.put(key, gathered.build()));
        return new Schema(built, rows);
    }

    private static String typeOf(@Nullable Object value) {
        if (value == null) {
            return "null";
        } else if (value instanceof NdArray array) {
            return array.dtype().name();
        } else if (value instanceof NdScalar scalar) {
            return scalar.dtype().name();
        } else if (value instanceof Double) {
            return "float64";
        } else if (value instanceof Long) {
            return "int64";
        } else if (value instanceof BigInteger) {
            return "uint64";
        } else if (value instanceof Boolean) {
            return "bool";
        } else if (value instanceof String) {
            return "str";
        } else if (value instanceof Bytes) {
            return "bytes";
        } else if (value instanceof Complex) {
            return "complex";
        }
        return value instanceof List ? "list" : "map";
    }

    private static int[] shapeOf(@Nullable Object value) {
        if (value instanceof NdArray array) {
            return array.shape();
        }
        return value instanceof List<?> list ? new int[] {list.size()} : Arrays.copyOf(new int[0], 0);
    }
}
