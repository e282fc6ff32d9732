package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.RowView;
import io.atomflux.codec.Json;
import io.atomflux.value.Row;
import io.atomflux.value.Schema;
import io.atomflux.value.SchemaBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Which keys rows have, and of what type. */
@Command(
        name = "schema",
        header = "List keys, types, shapes and units of all rows.",
        description = {
            "",
            "Every row is read once. A letter in a shape is a length that differs between",
            "rows; several types are joined by |.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux schema md.lmdb",
            "  atomflux schema 'md.lmdb@-100:' --json",
            "  atomflux schema md.lmdb --group train",
            "  atomflux schema hf://org/molecules --cache-to cache.lmdb"
        })
final class SchemaCommand extends RowsCommand {

    @Override
    int look(Source source, ObjectIO store) {
        RowView<Row> rows = source.rowsOf(store);
        SchemaBuilder builder = new SchemaBuilder();
        long total = console().isInteractive() ? await(rows.size()) : 0;
        try (Progress progress = new Progress(console(), "reading", total)) {
            forEach(rows, row -> {
                builder.add(row);
                progress.step();
            });
        }
        Schema schema = builder.build();
        if (json) {
            Map<String, @Nullable Object> facts = new LinkedHashMap<>();
            facts.put("rows", schema.rows());
            facts.put("columns", SchemaTable.json(schema));
            console().line(Json.plain(facts));
        } else {
            SchemaTable.print(console(), schema);
        }
        return 0;
    }
}
