package io.atomflux.cli;

import io.atomflux.value.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The columns of a store, for people and as JSON. */
final class SchemaTable {

    private SchemaTable() {}

    static void print(Console console, Schema schema) {
        Table table = new Table(console)
                .columns(
                        List.of("key", "type", "shape", "unit", "rows"),
                        Table.aligns(
                                Table.Align.LEFT,
                                Table.Align.LEFT,
                                Table.Align.LEFT,
                                Table.Align.LEFT,
                                Table.Align.RIGHT));
        schema.columns()
                .forEach((key, column) -> table.row(
                        List.of(key, column.dtype(), Text.shape(column), Text.unit(key), Text.count(column.rows()))));
        table.end();
    }

    /** Returns the columns as a map: dtype, shape (null for a length that differs between rows), unit, rows. */
    static Map<String, @Nullable Object> json(Schema schema) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        schema.columns().forEach((key, column) -> {
            Map<String, @Nullable Object> facts = new LinkedHashMap<>();
            facts.put("dtype", column.dtype());
            facts.put("shape", axes(column.shape()));
            if (!Text.unit(key).isEmpty()) {
                facts.put("unit", Text.unit(key));
            }
            facts.put("rows", column.rows());
            columns.put(key, facts);
        });
        return columns;
    }

    private static @Nullable List<@Nullable Object> axes(@Nullable List<OptionalInt> shape) {
        if (shape == null) {
            return null;
        }
        List<@Nullable Object> axes = new ArrayList<>();
        for (OptionalInt axis : shape) {
            axes.add(axis.isPresent() ? (long) axis.getAsInt() : null);
        }
        return axes;
    }
}
