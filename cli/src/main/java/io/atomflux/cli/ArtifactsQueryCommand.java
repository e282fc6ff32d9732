package io.atomflux.cli;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Match;
import io.atomflux.artifact.Query;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.TermRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import reactor.core.publisher.Flux;

/** Artifacts by what their manifests say. */
@Command(
        name = "query",
        header = "Find artifacts by what their manifests say.",
        description = {
            "",
            "A condition is FIELD=VALUE: text or a number to be equal, LEAST..MOST for numbers",
            "between two, and * in text for anything. FIELD is codec, type, key, generation, or a",
            "name in the descriptor or the metadata, parts with dots; in a list any item may fit.",
            "All conditions must hold. Conditions on codec, type and key that begin with ordinary",
            "text use the index of the store; without one of them every manifest is read. No file",
            "is.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux artifacts query results --where codec=npy",
            "  atomflux artifacts query results water --where 'hostname=node*'",
            "  atomflux artifacts query stored_data --where type=StoredSimulationData \\",
            "    --where thermodynamic_state.temperature.value=295..300",
            "  atomflux artifacts query results --where dirty=true --json | jq length",
            "  atomflux artifacts query results --where key='*/energies' --keys"
        })
final class ArtifactsQueryCommand extends ArtifactCommand {

    @Parameters(index = "1", arity = "0..1", paramLabel = "PREFIX", description = "Only keys at or below it.")
    String prefix = "";

    @Option(
            names = "--where",
            paramLabel = "FIELD=VALUE",
            hideParamSyntax = true,
            required = true,
            description = "A condition; may be repeated.")
    List<String> conditions = new ArrayList<>();

    @Option(names = "--keys", description = "Show only the keys.")
    boolean keys;

    @Override
    int work(ArtifactStore store) {
        List<Condition> all = conditions.stream().map(Condition::parse).toList();
        long[] found = {0};
        Flux<Artifact> matches = matches(store, all).doOnNext(match -> found[0]++);
        if (json) {
            ArtifactsListCommand.jsonArray(console(), matches.map(ArtifactCommand::json));
        } else if (keys) {
            StoreCommand.forEach(matches, match -> console().line(match.key()));
        } else {
            ArtifactsListCommand.table(console(), matches);
        }
        console().note("found " + Text.count(found[0], "artifact"));
        return 0;
    }

    private Flux<Artifact> matches(ArtifactStore store, List<Condition> all) {
        Predicate<Artifact> holds = artifact ->
                artifact.damage().isEmpty() && all.stream().allMatch(condition -> condition.holds(artifact.manifest()));
        List<TermRange> ranges =
                all.stream().flatMap(condition -> condition.range().stream()).toList();
        if (ranges.isEmpty()) {
            return store.artifacts(prefix).filter(holds);
        }
        return store.query(Query.artifacts().and(indexed(ranges, below().and(holds))))
                .map(Match::artifact);
    }

    private Predicate<Artifact> below() {
        if (prefix.isEmpty()) {
            return artifact -> true;
        }
        String top = ArtifactKey.parse(prefix).toString();
        return artifact -> artifact.key().equals(top) || artifact.key().startsWith(top + "/");
    }

    private static Query.Criterion<Artifact> indexed(List<TermRange> ranges, Predicate<Artifact> holds) {
        return new Query.Criterion<>() {
            @Override
            public List<TermRange> ranges() {
                return ranges;
            }

            @Override
            public Optional<Object> match(Artifact artifact) {
                return holds.test(artifact) ? Optional.of(artifact.key()) : Optional.empty();
            }
        };
    }
}
