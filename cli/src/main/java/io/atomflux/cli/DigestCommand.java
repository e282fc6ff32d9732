package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.codec.Digest;
import picocli.CommandLine.Command;

/** A line per row that is the same for equal content. */
@Command(
        name = "digest",
        header = "Write a line per row that is the same for equal content.",
        description = {
            "",
            "On whatever backend, equal rows give equal lines. Floats are given by their",
            "bits, arrays by type, shape and SHA-256.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux digest md.lmdb > before.txt",
            "  atomflux digest 'md.lmdb@:100'",
            "  atomflux digest md.lmdb --json            one array instead of lines",
            "  atomflux digest md.lmdb --group train | sha256sum",
            "  atomflux digest hf://org/molecules --cache-to cache.lmdb"
        })
final class DigestCommand extends RowsCommand {

    @Override
    int look(Source source, ObjectIO store) {
        var rows = source.rowsOf(store).indexed();
        if (json) {
            jsonArray(rows, found -> Digest.line(found.position(), found.value()));
        } else {
            forEach(rows, found -> console().line(Digest.line(found.position(), found.value())));
        }
        return 0;
    }
}
