package io.atomflux.cli;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.PutMode;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.PutResult;
import io.atomflux.codec.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import reactor.core.publisher.Mono;

/** A file, a folder or a value into a store. */
@Command(
        name = "put",
        header = "Put a file, a folder or a value under a key.",
        description = {
            "",
            "The artifact is published at one instant: readers see what was there before, or all",
            "of the new one. What was there is replaced, unless --new is given. A path is kept",
            "as its files, whatever is in them; a value is kept by its codec.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux artifacts put results box simulation/",
            "  atomflux artifacts put results water/energies energies.npy",
            "  atomflux artifacts put results notes --value '{\"checked\": true}'",
            "  atomflux artifacts put results notes --value 1.5 --codec msgpack",
            "  atomflux artifacts put results box simulation/ --new --meta run=7",
            "  atomflux artifacts put results box simulation/ --json | jq .action"
        })
final class ArtifactsPutCommand extends ArtifactCommand {

    @Parameters(index = "1", paramLabel = "KEY", description = "The key, parts between slashes.")
    String key = "";

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "PATH",
            description = "A file or a folder; it stays as it is.")
    @Nullable
    Path path;

    @Option(names = "--value", paramLabel = "JSON", description = "A value as JSON, in place of a path.")
    @Nullable
    String value;

    @Option(names = "--codec", paramLabel = "ID", description = "How to keep the value, e.g. json or msgpack.")
    @Nullable
    String codec;

    @Option(names = "--new", description = "Refuse if the key has an artifact already.")
    boolean onlyNew;

    @Option(
            names = "--meta",
            paramLabel = "NAME=TEXT",
            hideParamSyntax = true,
            description = "Add to the metadata; may be repeated.")
    Map<String, String> metadata = new LinkedHashMap<>();

    @Override
    boolean writes() {
        return true;
    }

    @Override
    int work(ArtifactStore store) {
        PutOptions options = PutOptions.none().mode(onlyNew ? PutMode.FAIL : PutMode.REPLACE);
        if (codec != null) {
            options = options.codec(codec);
        }
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            options = options.metadata(entry.getKey(), entry.getValue());
        }
        PutResult result = Interruptible.run(
                store.put(key, given(), options),
                Mono.empty(),
                failure -> console().note("not put: " + failure.getMessage()));
        if (json) {
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("key", result.key().toString());
            told.put("action", action(result));
            told.put("generation", result.generation());
            console().line(Json.plain(told));
        } else {
            console().note("%s %s, generation %d".formatted(action(result), result.key(), result.generation()));
        }
        return 0;
    }

    private static String action(PutResult result) {
        return result.action().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private Object given() {
        if ((value == null) == (path == null)) {
            throw new RefusedException("nothing to put, or two things (expected: PATH or --value)");
        }
        if (value != null) {
            Object read = Json.read(value);
            if (read == null) {
                throw new RefusedException("--value null is no value (expected: a number, text, list or object)");
            }
            return read;
        }
        if (codec != null && !codec.equals("folder")) {
            throw new RefusedException(
                    "--codec %s with a path (expected: --value; a path is kept as its files)".formatted(codec));
        }
        if (!Files.exists(path)) {
            throw new RefusedException("%s does not exist (expected: a file or a folder)".formatted(path));
        }
        return path;
    }
}
