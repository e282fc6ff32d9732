package io.atomflux.cli;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.codec.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What is known of one artifact. */
@Command(
        name = "show",
        header = "Show the manifest of an artifact.",
        description = {"", "How it is kept, how it came about, and its files.", ""},
        footer = {
            "",
            "Examples:",
            "  atomflux artifacts show results water/energies",
            "  atomflux artifacts show results water/energies --json | jq .metadata"
        })
final class ArtifactsShowCommand extends ArtifactCommand {

    @Parameters(index = "1", paramLabel = "KEY", description = "The key, parts between slashes.")
    String key = "";

    @Override
    int work(ArtifactStore store) {
        Artifact artifact = StoreCommand.await(store.require(key));
        Console console = console();
        if (json) {
            console.line(json(artifact));
        } else if (artifact.damage().isPresent()) {
            console.line("damaged: " + artifact.damage().get());
        } else {
            Manifest manifest = artifact.manifest();
            console.line("key         " + Text.shortened(artifact.key()));
            console.line("kind        " + kind(artifact));
            console.line("generation  " + manifest.generation());
            console.line("time (UTC)  " + time(manifest.metadata()));
            entries("descriptor", manifest.descriptor());
            entries("metadata", manifest.metadata());
            files(manifest.files());
        }
        return artifact.damage().isPresent() ? Cli.FOUND_WRONG : 0;
    }

    private void entries(String head, Map<String, @Nullable Object> entries) {
        if (!entries.isEmpty()) {
            console().line(head);
            entries.forEach((name, value) -> console().line("  " + Text.shortened(name) + " = " + line(value)));
        }
    }

    /** Shows a short value as it is, a long one by its kind; --json has all of it. */
    private static String line(@Nullable Object value) {
        if (value instanceof Map || value instanceof List) {
            String text = Json.plain(value);
            return text.length() <= 60 ? text : Text.cell(value);
        }
        return Text.cell(value);
    }

    private void files(List<FileEntry> files) {
        if (!files.isEmpty()) {
            console().line("files");
            Table table = new Table(console())
                    .columns(
                            List.of("  name", "size", "sha256"),
                            Table.aligns(Table.Align.LEFT, Table.Align.RIGHT, Table.Align.LEFT));
            files.forEach(file -> table.row(List.of(
                    "  " + file.name(), Text.bytes(file.size()), file.sha256().orElse("-"))));
            table.end();
        }
    }
}
