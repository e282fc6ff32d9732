package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.RowView;
import io.atomflux.codec.Json;
import io.atomflux.value.Row;
import io.atomflux.value.Slice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The first rows. */
@Command(
        name = "head",
        header = "Show the first rows.",
        description = {"", "A table of formulas and scalars; with --json an array of whole rows.", ""},
        footer = {
            "",
            "Examples:",
            "  atomflux head md.lmdb",
            "  atomflux head md.lmdb -n 3",
            "  atomflux head md.lmdb --rows 100",
            "  atomflux head 'md.lmdb@-3:' --json      the last three rows, in full precision",
            "  atomflux head md.lmdb --group train",
            "  atomflux head hf://org/molecules --cache-to cache.lmdb"
        })
final class HeadCommand extends RowsCommand {

    @Option(
            names = {"-n", "--rows"},
            paramLabel = "N",
            defaultValue = "10",
            description = "How many rows at most; 10 if not told.")
    long limit = 10;

    @Override
    int look(Source source, ObjectIO store) {
        if (limit < 0) {
            throw new IllegalArgumentException("-n: %d (expected: 0 or more)".formatted(limit));
        }
        RowView<Row> rows = source.rowsOf(store).rows(Slice.to(limit));
        if (json) {
            jsonArray(rows, Json::plain);
        } else {
            RowTable table = new RowTable(console());
            forEach(rows.indexed(), found -> table.row(found.position(), found.value()));
            table.end();
        }
        return 0;
    }
}
