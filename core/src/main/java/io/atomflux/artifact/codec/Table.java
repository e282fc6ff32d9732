package io.atomflux.artifact.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Named columns of one length, in order; immutable.
 *
 * <pre>{@code
 * Table table = Table.builder()
 *         .column("energy", NdArray.of(energies))
 *         .column("name", Arrays.asList("a", null, "c"))
 *         .build();
 * }</pre>
 *
 * <p>A column is an {@link NdArray} whose first axis is the rows, or a list with one value for each row: null, boolean, integer,
 * double, text, {@link Bytes}, or a list or array of these. A list of numbers or booleans without null becomes an array, as it
 * is the same column. What plain values do not tell, e.g. that integers are points of time, is a column's type, in the words of
 * Arrow: {@code timestamp[us]}, {@code date32[day]}.
 *
 * <p>Two tables are equal if names in order, columns, types and metadata are.
 */
public final class Table {

    private final Map<String, Object> columns;
    private final Map<String, String> types;
    private final Map<String, String> metadata;
    private final int rows;

    private Table(Map<String, Object> columns, Map<String, String> types, Map<String, String> metadata, int rows) {
        this.columns = columns;
        this.types = types;
        this.metadata = metadata;
        this.rows = rows;
    }

    /** Collects columns. */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes a table of columns by name, in the order of the map. */
    public static Table of(Map<String, ?> columns) {
        Builder builder = new Builder();
        columns.forEach(builder::column);
        return builder.build();
    }

    /** Returns the number of rows; 0 if there is no column. */
    public int rows() {
        return rows;
    }

    /** Returns the names of the columns, in order. */
    public List<String> names() {
        return List.copyOf(columns.keySet());
    }

    /**
     * Returns a column: an {@link NdArray} or a list.
     *
     * @throws IllegalArgumentException if there is none of this name, naming those there are
     */
    public Object column(String name) {
        Object column = columns.get(name);
        if (column == null) {
            throw new IllegalArgumentException(
                    "column \"%s\": not there (expected: one of %s)".formatted(name, columns.keySet()));
        }
        return column;
    }

    /** Returns a column of numbers. */
    public NdArray array(String name) {
        if (column(name) instanceof NdArray array) {
            return array;
        }
        throw new IllegalArgumentException("column \"%s\": a list (expected: numbers without null)".formatted(name));
    }

    /** Returns a column as a list with one value for each row; null where there is none. */
    public List<@Nullable Object> list(String name) {
        Object column = column(name);
        List<@Nullable Object> values = new ArrayList<>(rows);
        if (column instanceof NdArray array) {
            for (int i = 0; i < rows; i++) {
                values.add(array.rank() == 1 ? array.at(i) : array.slice(i));
            }
        } else {
            values.addAll((List<?>) column);
        }
        return Collections.unmodifiableList(values);
    }

    /** Returns the types of columns whose values do not tell them, by name. */
    public Map<String, String> types() {
        return types;
    }

    /** Returns what else belongs to the table by name, e.g. {@code pandas}: how pandas makes its frame of it. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Returns some of the columns, in the order asked for. */
    public Table only(Collection<String> names) {
        Builder builder = new Builder();
        for (String name : names) {
            builder.column(name, column(name), types.get(name));
        }
        metadata.forEach(builder::metadata);
        return builder.build();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Table other
                && columns.equals(other.columns)
                && names().equals(other.names())
                && types.equals(other.types)
                && metadata.equals(other.metadata);
    }

    @Override
    public int hashCode() {
        return Objects.hash(columns, types, metadata);
    }

    @Override
    public String toString() {
        return "Table[" + rows + " rows, " + columns.keySet() + "]";
    }

    /** Collects columns; not for several threads. */
    public static final class Builder {

        private final Map<String, Object> columns = new LinkedHashMap<>();
        private final Map<String, String> types = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private int rows = -1;

        private Builder() {}

        /** Adds a column; see {@link Table}. */
        public Builder column(String name, Object values) {
            return column(name, values, null);
        }

        /**
         * Adds a column of a type.
         *
         * @param type in the words of Arrow; null if the values tell it
         * @throws IllegalArgumentException if the name is taken, the length differs, or a value is of another type
         */
        public Builder column(String name, Object values, @Nullable String type) {
            Object column = checked(name, values);
            int length = column instanceof NdArray array ? array.length(0) : ((List<?>) column).size();
            if (rows >= 0 && length != rows) {
                throw new IllegalArgumentException(
                        "column \"%s\": %d values (expected: %d as in the first column)".formatted(name, length, rows));
            }
            if (columns.putIfAbsent(name, column) != null) {
                throw new IllegalArgumentException(
                        "column \"%s\": given twice (expected: each name once)".formatted(name));
            }
            rows = length;
            if (type != null) {
                types.put(name, type);
            }
            return this;
        }

        /** Adds an entry to the metadata. */
        public Builder metadata(String name, String value) {
            metadata.put(Objects.requireNonNull(name), Objects.requireNonNull(value));
            return this;
        }

        /** Makes the table. */
        public Table build() {
            return new Table(
                    Collections.unmodifiableMap(new LinkedHashMap<>(columns)),
                    Collections.unmodifiableMap(new LinkedHashMap<>(types)),
                    Collections.unmodifiableMap(new LinkedHashMap<>(metadata)),
                    Math.max(0, rows));
        }

        private static Object checked(String name, Object values) {
            if (values instanceof NdArray array) {
                if (array.rank() == 0) {
                    throw new IllegalArgumentException(
                            "column \"%s\": a 0-d array (expected: an axis of rows)".formatted(name));
                }
                return array;
            } else if (values instanceof List<?> list) {
                List<@Nullable Object> copy = new ArrayList<>(list.size());
                for (Object item : list) {
                    copy.add(value(name, item, 0));
                }
                return numbers(copy);
            }
            throw new IllegalArgumentException("column \"%s\": %s (expected: an NdArray or a list)"
                    .formatted(name, values.getClass().getName()));
        }

        private static @Nullable Object value(String name, @Nullable Object item, int depth) {
            if (item == null
                    || item instanceof Long
                    || item instanceof Double
                    || item instanceof String
                    || item instanceof Boolean
                    || item instanceof Bytes
                    || item instanceof NdArray
                    || item instanceof BigInteger) {
                return item;
            } else if (item instanceof Integer || item instanceof Short || item instanceof Byte) {
                return ((Number) item).longValue();
            } else if (item instanceof Float number) {
                return number.doubleValue();
            } else if (item instanceof List<?> list && depth < 8) {
                List<@Nullable Object> copy = new ArrayList<>(list.size());
                for (Object inner : list) {
                    copy.add(value(name, inner, depth + 1));
                }
                return numbers(copy);
            }
            throw new IllegalArgumentException(
                    "column \"%s\": %s (expected: null, boolean, number, text, Bytes, or a list or array of these)"
                            .formatted(name, item.getClass().getName()));
        }

        /** Makes an array of a list that is all longs, all doubles or all booleans. */
        private static Object numbers(List<@Nullable Object> list) {
            Object first = list.isEmpty() ? null : list.get(0);
            if (first instanceof Long && list.stream().allMatch(Long.class::isInstance)) {
                return NdArray.of(list.stream().mapToLong(v -> (Long) v).toArray());
            } else if (first instanceof Double && list.stream().allMatch(Double.class::isInstance)) {
                return NdArray.of(list.stream().mapToDouble(v -> (Double) v).toArray());
            } else if (first instanceof Boolean && list.stream().allMatch(Boolean.class::isInstance)) {
                byte[] flags = new byte[list.size()];
                for (int i = 0; i < flags.length; i++) {
                    flags[i] = (byte) (Boolean.TRUE.equals(list.get(i)) ? 1 : 0);
                }
                return NdArray.wrap(DType.BOOL, new int[] {flags.length}, flags, 0);
            }
            return Collections.unmodifiableList(list);
        }
    }
}
