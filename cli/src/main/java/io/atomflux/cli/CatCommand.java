package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.codec.Json;
import picocli.CommandLine.Command;

/** All rows. */
@Command(
        name = "cat",
        header = "Write rows as JSON, in full precision.",
        description = {
            "",
            "One object per line, or one array with --json. Arrays are nested lists, a",
            "reserved row is null, numbers that are not finite are texts.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux cat md.lmdb | head -1",
            "  atomflux cat 'md.lmdb@::100' --json > some.json",
            "  atomflux cat md.lmdb --group train",
            "  atomflux cat hf://org/molecules --cache-to cache.lmdb"
        })
final class CatCommand extends RowsCommand {

    @Override
    int look(Source source, ObjectIO store) {
        if (json) {
            jsonArray(source.rowsOf(store), Json::plain);
        } else {
            forEach(source.rowsOf(store), row -> console().line(Json.plain(row)));
        }
        return 0;
    }
}
