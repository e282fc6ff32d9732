package io.atomflux.cli;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.codec.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** Away with what nobody needs. */
@Command(
        name = "gc",
        header = "Remove files that no artifact names any more.",
        description = {
            "",
            "Files of replaced, deleted and unfinished artifacts are kept for ten minutes, for",
            "those who still read them, and while they are held; then this removes them.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux artifacts gc results",
            "  atomflux artifacts gc results --json | jq .bytes"
        })
final class ArtifactsSweepCommand extends ArtifactCommand {

    @Override
    boolean writes() {
        return true;
    }

    @Override
    int work(ArtifactStore store) {
        // sweeping is a change, which would make a store of a mistyped name; reading refuses
        StoreCommand.await(store.readOnly().keys().hasElements());
        SweepReport report = StoreCommand.await(store.sweep());
        if (json) {
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("sets", report.sets());
            told.put("bytes", report.bytes());
            told.put("problems", report.problems());
            console().line(Json.plain(told));
        } else {
            report.problems().forEach(console()::line);
            console()
                    .note("removed %s, %s, from %s"
                            .formatted(
                                    Text.count(report.sets(), "set") + " of files",
                                    Text.bytes(report.bytes()),
                                    store.name()));
        }
        return report.problems().isEmpty() ? 0 : Cli.FOUND_WRONG;
    }
}
