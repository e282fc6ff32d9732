package io.atomflux.cli;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.Provenance;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.codec.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A command about one store of artifacts: opens it, lets the command work, and closes it. */
abstract class ArtifactCommand implements Callable<Integer> {

    @ParentCommand
    @Nullable
    ArtifactsCommand parent;

    @Parameters(index = "0", paramLabel = "STORE", description = "The store, e.g. a folder.")
    String location = "";

    @Option(names = "--json", description = "Write JSON, in full precision.")
    boolean json;

    final Console console() {
        if (parent == null) {
            throw new IllegalStateException("not run as a subcommand");
        }
        return parent.console();
    }

    @Override
    public final Integer call() {
        ArtifactStore store = ArtifactStore.open(location);
        ArtifactStore seen = writes() ? store : store.readOnly();
        try {
            return work(seen);
        } finally {
            store.close().block();
        }
    }

    /** Tells whether the command changes the store. */
    boolean writes() {
        return false;
    }

    /** Does the command's work and returns the exit code. */
    abstract int work(ArtifactStore store);

    /** Returns how the value is kept, or the data class. */
    static String kind(Artifact artifact) {
        if (artifact.damage().isPresent()) {
            return "damaged";
        }
        Manifest manifest = artifact.manifest();
        return manifest.type()
                .orElseGet(
                        () -> manifest.codec().map(Manifest.CodecReference::id).orElse("files"));
    }

    static long size(Artifact artifact) {
        return artifact.damage().isPresent()
                ? 0
                : artifact.manifest().files().stream()
                        .mapToLong(FileEntry::size)
                        .sum();
    }

    /** Returns the time of the put as people write it, from the nine integers of the metadata. */
    static String time(Map<String, @Nullable Object> metadata) {
        if (!(metadata.get(Provenance.TIME) instanceof List<?> parts) || parts.size() < 6) {
            return "-";
        }
        List<Object> shown = new ArrayList<>(parts.subList(0, 6));
        return shown.stream().allMatch(Long.class::isInstance)
                ? "%04d-%02d-%02d %02d:%02d:%02d".formatted(shown.toArray())
                : "-";
    }

    /** Returns all of a manifest as JSON. */
    static String json(Artifact artifact) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>();
        told.put("key", artifact.key());
        if (artifact.damage().isPresent()) {
            told.put("damage", artifact.damage().get());
            return Json.plain(told);
        }
        Manifest manifest = artifact.manifest();
        told.put("generation", manifest.generation());
        told.put("type", manifest.type().orElse(null));
        told.put("codec", manifest.codec().map(ArtifactCommand::codec).orElse(null));
        told.put("descriptor", manifest.descriptor());
        told.put("metadata", manifest.metadata());
        told.put("files", manifest.files().stream().map(ArtifactCommand::file).toList());
        told.put("payloads", manifest.payloads());
        return Json.plain(told);
    }

    private static Map<String, @Nullable Object> codec(Manifest.CodecReference codec) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>();
        told.put("id", codec.id());
        told.put("version", (long) codec.version());
        told.put("parameters", codec.parameters());
        return told;
    }

    private static Map<String, @Nullable Object> file(FileEntry file) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>();
        told.put("name", file.name());
        told.put("size", file.size());
        told.put("sha256", file.sha256().orElse(null));
        return told;
    }
}
