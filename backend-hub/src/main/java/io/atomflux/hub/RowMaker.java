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
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes rows of the values of columns, for the columns of one file and the keys of one request. */
final class RowMaker {

    private static final NdArray NO_CELL = NdArray.zeros(DType.FLOAT64, 3, 3);
    private static final NdArray NO_PBC = NdArray.zeros(DType.BOOL, 3);

    private final String store;
    private final String file;
    private final List<Target> targets;
    private final KeySet keys;
    private final Set<String> needed;

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
        for (Target target : targets) {
            Object value = target.column() < 0 ? null : values[target.column()];
            if (target.kind() == Target.Kind.ARRAY && (value == null || Lists.isEmpty(value))) {
                absent.add(target.key());
                continue;
            }
            try {
                made.add(made(target.kind(), value));
            } catch (AtomfluxException e) {
                throw e;
            } catch (RuntimeException e) {
                throw new UnsupportedDataException(
                        store,
                        "%s, row %d, key %s".formatted(file, position, target.key()),
                        String.valueOf(e.getMessage()),
                        e);
            }
        }
        return Row.of(absent.isEmpty() ? keys : keysWithout(absent), made);
    }

    private KeySet keysWithout(List<String> absent) {
        return KeySet.of(
                keys.names().stream().filter(key -> !absent.contains(key)).toList());
    }

    private static @Nullable Object made(Target.Kind kind, @Nullable Object value) {
        return switch (kind) {
            case VECTORS -> vectors(present(value));
            case NUMBERS -> Lists.numbers(present(value));
            case CELL -> value == null || Lists.isEmpty(value) ? NO_CELL : Lists.reals(value);
            case PBC -> value == null || Lists.isEmpty(value) ? NO_PBC : Lists.flags(value);
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
        return array.size() == 0 && array.rank() == 1 ? array.reshape(0, 3) : array;
    }
}
