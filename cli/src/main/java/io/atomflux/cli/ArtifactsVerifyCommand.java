package io.atomflux.cli;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.codec.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import reactor.core.publisher.Flux;

/** Whether all artifacts are whole. */
@Command(
        name = "verify",
        header = "Read everything and look for damage.",
        description = {
            "",
            "Compares every file with size and hash of its manifest. Prints one sentence for",
            "each problem and exits with 1; all well, it exits with 0.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux artifacts verify results && echo fine",
            "  atomflux artifacts verify results --json"
        })
final class ArtifactsVerifyCommand extends ArtifactCommand {

    @Override
    int work(ArtifactStore store) {
        long[] problems = {0};
        try (Progress progress = new Progress(console(), "verified", 0, "problem")) {
            Flux<ArtifactStore.Finding> found = store.verify().doOnNext(finding -> {
                problems[0]++;
                progress.step();
            });
            if (json) {
                ArtifactsListCommand.jsonArray(console(), found.map(finding -> Json.plain(told(finding))));
            } else {
                StoreCommand.forEach(found, finding -> console().line(line(finding)));
            }
        }
        console().note((problems[0] == 0 ? "no problem" : Text.count(problems[0], "problem")) + " in " + store.name());
        return problems[0] == 0 ? 0 : Cli.FOUND_WRONG;
    }

    private static String line(ArtifactStore.Finding finding) {
        return (finding.key().isEmpty() ? "" : finding.key() + ": ")
                + (finding.file() == null ? "" : finding.file() + ": ")
                + finding.problem();
    }

    private static Map<String, @Nullable Object> told(ArtifactStore.Finding finding) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>();
        told.put("key", finding.key());
        told.put("file", finding.file());
        told.put("problem", finding.problem());
        return told;
    }
}
