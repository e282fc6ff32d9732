package io.atomflux.cli;

import io.atomflux.spi.StoredColumn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a columnar store keeps its columns, for people and as JSON. */
final class StorageTable {

    private StorageTable() {}

    static void print(Console console, List<StoredColumn> columns) {
        Table table = new Table(console)
                .columns(
                        List.of("array", "type", "shape", "chunk", "codecs", "bytes", "stored", "ratio"),
                        Table.aligns(
                                Table.Align.LEFT,
                                Table.Align.LEFT,
                                Table.Align.LEFT,
                                Table.Align.LEFT,
                                Table.Align.LEFT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT));
        for (StoredColumn column : columns) {
            row(table, column);
        }
        if (columns.size() > 1) {
            long bytes = columns.stream().mapToLong(StoredColumn::bytes).sum();
            long stored = columns.stream().mapToLong(StoredColumn::storedBytes).sum();
            row(table, new StoredColumn("all", "", "", "", "", bytes, stored));
        }
        table.end();
    }

    private static void row(Table table, StoredColumn column) {
        table.row(List.of(
                column.name(),
                column.type(),
                column.shape(),
                column.chunk(),
                column.codecs(),
                Text.bytes(column.bytes()),
                Text.bytes(column.storedBytes()),
                column.storedBytes() == 0
                        ? ""
                        : String.format(Locale.ROOT, "%.2f", (double) column.bytes() / column.storedBytes())));
    }

    /** Returns the columns as a list of maps; the ratio is bytes by stored bytes, null where nothing is stored. */
    static List<Map<String, @Nullable Object>> json(List<StoredColumn> columns) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (StoredColumn column : columns) {
            Map<String, @Nullable Object> facts = new LinkedHashMap<>();
            facts.put("array", column.name());
            facts.put("type", column.type());
            facts.put("shape", column.shape());
            facts.put("chunk", column.chunk());
            facts.put("codecs", column.codecs());
            facts.put("bytes", column.bytes());
            facts.put("stored_bytes", column.storedBytes());
            facts.put("ratio", column.storedBytes() == 0 ? null : (double) column.bytes() / column.storedBytes());
            all.add(facts);
        }
        return all;
    }
}
