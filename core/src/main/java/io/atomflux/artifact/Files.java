package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reactivestreams.Publisher;

/** Files to put with an object; immutable. Nothing is read before the put is subscribed. */
public final class Files {

    private static final Files NONE = new Files(Map.of());

    private final Map<String, Source> sources;

    private Files(Map<String, Source> sources) {
        this.sources = sources;
    }

    /** No files. */
    public static Files none() {
        return NONE;
    }

    /** Copies the regular files of a folder, also of folders in it; the folder stays as it is. Links are refused. */
    public static Files copyOf(Path folder) {
        return NONE.with("", new Source.Folder(folder, false));
    }

    /** As {@link #copyOf}, but the folder is removed once the artifact is published; it stays if what is stored is kept. */
    public static Files moveFrom(Path folder) {
        return NONE.with("", new Source.Folder(folder, true));
    }

    /** All files of another artifact. */
    public static Files of(FileSource other) {
        return NONE.with("", new Source.Other(other));
    }

    /** Adds a file on this machine. */
    public Files with(String name, Path file) {
        return with(ArtifactKey.fileName(name), new Source.LocalFile(file));
    }

    /** Adds a file given as a stream of bytes. */
    public Files with(String name, Publisher<ByteBuffer> content) {
        return with(ArtifactKey.fileName(name), new Source.Stream(content));
    }

    private Files with(String name, Source source) {
        Map<String, Source> more = new LinkedHashMap<>(sources);
        if (more.putIfAbsent(name, Objects.requireNonNull(source)) != null) {
            throw new IllegalArgumentException("file \"%s\": given twice (expected: each name once)".formatted(name));
        }
        return new Files(Collections.unmodifiableMap(more));
    }

    Map<String, Source> sources() {
        return sources;
    }

    /** Tells whether the names of all files are known. */
    boolean areNamed() {
        return sources.values().stream()
                .noneMatch(source -> source instanceof Source.Folder || source instanceof Source.Other);
    }

    /** Returns the folders to be removed once their files are stored. */
    List<Path> moved() {
        return sources.values().stream()
                .filter(source -> source instanceof Source.Folder folder && folder.move())
                .map(source -> ((Source.Folder) source).path())
                .toList();
    }

    /** Where files come from. */
    sealed interface Source {
        record Folder(Path path, boolean move) implements Source {}

        record LocalFile(Path path) implements Source {}

        record Stream(Publisher<ByteBuffer> content) implements Source {}

        record Other(FileSource files) implements Source {}
    }
}
