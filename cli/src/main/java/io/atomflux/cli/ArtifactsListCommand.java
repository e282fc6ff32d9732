package io.atomflux.cli;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.codec.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import reactor.core.publisher.Flux;

/** The artifacts of a store. */
@Command(
        name = "ls",
        header = "List artifacts, ordered by key.",
        description = {"", "One key per line; with --long also how it is kept, size, generation and time.", ""},
        footer = {
            "",
            "Examples:",
            "  atomflux artifacts ls results",
            "  atomflux artifacts ls results water/300K      below a prefix",
            "  atomflux artifacts ls results --names         what is directly below",
            "  atomflux artifacts ls results --long",
            "  atomflux artifacts ls results --json | jq length"
        })
final class ArtifactsListCommand extends ArtifactCommand {

    @Parameters(index = "1", arity = "0..1", paramLabel = "PREFIX", description = "Only keys at or below it.")
    String prefix = "";

    @Option(names = "--long", description = "Show kind, size, generation and time.")
    boolean detailed;

    @Option(names = "--names", description = "Show only the names directly below.")
    boolean names;

    @Override
    int work(ArtifactStore store) {
        if (names) {
            print(store.names(prefix));
        } else if (!detailed) {
            print((prefix.isEmpty() ? store.keys() : store.keys(prefix)).map(Object::toString));
        } else if (json) {
            jsonArray(console(), store.artifacts(prefix).map(ArtifactCommand::json));
        } else {
            table(console(), store.artifacts(prefix));
        }
        return 0;
    }

    private void print(Flux<String> texts) {
        if (json) {
            jsonArray(console(), texts.map(Json::plain));
        } else {
            StoreCommand.forEach(texts, console()::line);
        }
    }

    static void jsonArray(Console console, Flux<String> elements) {
        console.print("[");
        String[] separator = {"\n"};
        StoreCommand.forEach(elements, element -> {
            console.print(separator[0] + element);
            separator[0] = ",\n";
        });
        console.line("\n]");
    }

    static void table(Console console, Flux<Artifact> artifacts) {
        Table table = new Table(console)
                .columns(
                        List.of("key", "kind", "size", "generation", "time (UTC)"),
                        Table.aligns(
                                Table.Align.LEFT,
                                Table.Align.LEFT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.LEFT));
        StoreCommand.forEach(
                artifacts,
                artifact -> table.row(
                        artifact.damage().isPresent()
                                ? List.of(artifact.key(), "damaged", "-", "-", "-")
                                : List.of(
                                        artifact.key(),
                                        ArtifactCommand.kind(artifact),
                                        Text.bytes(ArtifactCommand.size(artifact)),
                                        Text.count(artifact.manifest().generation()),
                                        ArtifactCommand.time(artifact.manifest().metadata()))));
        table.end();
    }
}
