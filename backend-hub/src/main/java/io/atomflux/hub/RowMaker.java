package io.atomflux.hub;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Columns;
import io.atomflux.value.DType;
import io.atomflux.value.KeySet;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes rows of the values of columns, for the columns of one file and the keys of one request. */
final class RowMaker {

    private static final int ANY = -1;
    private static final NdArray NO_CELL = NdArray.zeros(DType.FLOAT64, 3, 3);
    private static final NdArray UNKNOWN_CELL = NdArray.of(
            new double[] {
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN
            },
            3,
            3);
    private static final NdArray NO_PBC = NdArray.zeros(DType.BOOL, 3);

    private final String store;
    private final String file;
    private final List<Target> targets;
    private final KeySet keys;
    private final Set<String> needed;
    private final List<String> names;
    private volatile @Nullable Fewer fewer;

    private RowMaker(String store, String file, List<Target> targets, List<String> columns) {
        this.store = store;
        this.file = file;
        this.targets = targets;
        this.keys = KeySet.of(targets.stream().map(Target::key).toList());
        Set<String> used = new LinkedHashSet<>();
        targets.stream()
                .filter(target -> target.column() >= 0)
                .forEach(target -> used.add(columns.get(target.column())));
        this.needed = used;
        this.names = columns;
    }

    /**
     * Plans what is made of which column.
     *
     * @param columns of the file, in its order
     * @param file how messages name it
     * @throws InvalidOptionException if a column that has to be there is not; lists those that are
     */
    static RowMaker of(ColumnMapping mapping, List<String> columns, Columns wanted, String store, String file) {
        RowMaker all = all(mapping, columns, wanted, store, file);
        List<String> read = columns.stream().filter(all.needed::contains).toList();
        List<Target> moved = new ArrayList<>();
        for (Target target : all.targets) {
            int column = target.column() < 0 ? -1 : read.indexOf(columns.get(target.column()));
            moved.add(new Target(target.key(), column, target.kind()));
        }
        return new RowMaker(store, file, moved, read);
    }

    private static RowMaker all(
            ColumnMapping mapping, List<String> columns, Columns wanted, String store, String file) {
        Collection<String> asked = wanted.keys().orElse(List.of());
        List<Target> targets = new ArrayList<>();
        Set<String> consumed = new HashSet<>();
        Map<String, String> columnByKey = mapping.columnByKey();
        if (!mapping.isNone()) {
            for (String key : List.of(Target.CELL, Target.PBC, Target.NUMBERS, Target.POSITIONS)) {
                String column = columnByKey.get(key);
                int at = column == null ? -1 : columns.indexOf(column);
                boolean required = key.startsWith("arrays.");
                if (required && at < 0 && (wanted.isAll() || asked.contains(key))) {
                    throw new InvalidOptionException(
                            "mapping",
                            "%s is made of the column \"%s\", which %s does not have (its columns: %s)"
                                    .formatted(key, column, file, String.join(", ", columns)));
                }
                targets.add(new Target(key, at, Target.kindOf(key)));
            }
            columnByKey.forEach((key, column) -> {
                consumed.add(column);
                int at = columns.indexOf(column);
                if (Target.isOpen(key)
                        && at >= 0
                        && targets.stream().noneMatch(t -> t.key().equals(key))) {
                    targets.add(new Target(key, at, Target.kindOf(key)));
                }
            });
        }
        for (int i = 0; i < columns.size(); i++) {
            String column = columns.get(i);
            if (!consumed.contains(column)) {
                String key = mapping.isNone() ? column : "info." + column;
                if (targets.stream().noneMatch(t -> t.key().equals(key))) { // else given under that name by the mapping
                    targets.add(new Target(key, i, Target.Kind.PLAIN));
                }
            }
        }
        if (!wanted.isAll()) {
            targets.removeIf(target -> !asked.contains(target.key()));
        }
        return new RowMaker(store, file, targets, columns);
    }

    /** Returns the columns to read. */
    Set<String> needed() {
        return needed;
    }

    /**
     * Makes a row.
     *
     * @param values of the needed columns, in the order of the file
     * @param position of the row, for messages
     * @throws UnsupportedDataException if a value cannot be what its key needs
     */
    Row row(@Nullable Object[] values, long position) {
        List<@Nullable Object> made = new ArrayList<>(targets.size());
        List<String> absent = new ArrayList<>(0);
        NdArray numbers = null;
        for (Target target : targets) {
            Object value = target.column() < 0 ? null : values[target.column()];
            if (target.kind() == Target.Kind.ARRAY && (value == null || Lists.isEmpty(value))) {
                absent.add(target.key());
                continue;
            }
            try {
                Object done = made(target.kind(), value);
                if (target.kind() == Target.Kind.NUMBERS && done instanceof NdArray found) {
                    numbers = found;
                } else if (target.kind() == Target.Kind.VECTORS && done instanceof NdArray found && numbers != null) {
                    shaped(found, "three for each atom", numbers.length(0), 3); // numbers come first
                }
                made.add(done);
            } catch (AtomfluxException e) {
                throw e;
            } catch (RuntimeException e) {
                throw refused(position, target, String.valueOf(e.getMessage()), e);
            }
        }
        return Row.of(absent.isEmpty() ? keys : keysWithout(absent), made);
    }

    private UnsupportedDataException refused(long position, Target target, String problem, RuntimeException cause) {
        return new UnsupportedDataException(
                store,
                target.column() < 0
                        ? "%s, row %d, key %s".formatted(file, position, target.key())
                        : "%s, row %d, column %s as %s"
                                .formatted(file, position, names.get(target.column()), target.key()),
                problem,
                cause);
    }

    private KeySet keysWithout(List<String> absent) {
        Fewer last = fewer;
        if (last == null || !last.absent.equals(absent)) {
            last = new Fewer(
                    absent,
                    KeySet.of(keys.names().stream()
                            .filter(key -> !absent.contains(key))
                            .toList()));
            fewer = last;
        }
        return last.keys;
    }

    /** The keys of rows that lack some; rows next to each other often lack the same. */
    private record Fewer(List<String> absent, KeySet keys) {}

    private static @Nullable Object made(Target.Kind kind, @Nullable Object value) {
        return switch (kind) {
            case VECTORS -> vectors(present(value));
            case NUMBERS -> shaped(Lists.numbers(present(value)), "a list of integers or symbols", ANY);
            case CELL -> value == null || Lists.isEmpty(value) ? NO_CELL : cell(value);
            case PBC -> value == null || Lists.isEmpty(value) ? NO_PBC : shaped(Lists.flags(value), "three flags", 3);
            case ARRAY -> Lists.widened(present(value));
            case PLAIN -> value;
        };
    }

    private static Object present(@Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException("null (expected: a list)");
        }
        return value;
    }

    private static NdArray vectors(Object value) {
        NdArray array = Lists.reals(value);
        return array.size() == 0 && array.rank() == 1
                ? array.reshape(0, 3)
                : shaped(array, "three for each atom", ANY, 3);
    }

    /** Three vectors; null in place of one is a row of NaN, as null in place of its coordinates is. */
    private static NdArray cell(Object value) {
        NdArray array = Lists.reals(value);
        if (array.hasShape(3) && value instanceof List<?> list && list.stream().allMatch(Objects::isNull)) {
            return UNKNOWN_CELL;
        }
        return shaped(array, "three vectors", 3, 3);
    }

    /** Refuses another shape here, where file and row are known. */
    private static NdArray shaped(NdArray array, String expected, int... shape) {
        boolean fits = array.rank() == shape.length;
        for (int axis = 0; fits && axis < shape.length; axis++) {
            fits = shape[axis] == ANY || shape[axis] == array.length(axis);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "shape %s (expected: %s)".formatted(Arrays.toString(array.shape()), expected));
        }
        return array;
    }
}
