package io.atomflux.artifact.isf;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactNotFoundException;
import java.nio.file.Path;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A key that is a folder for files of other programs: they write to it directly, and it is deleted with its key.
 *
 * <p>Its files are listed as they are at the moment; nothing is known of their hashes. A replacement or deletion of the key
 * moves the folder away under whoever uses it.
 */
public final class ManagedFolder {

    private final String store;
    private final String key;
    private final Path path;

    ManagedFolder(String store, String key, Path path) {
        this.store = store;
        this.key = key;
        this.path = path;
    }

    /** Returns the folder. */
    public Path path() {
        return path;
    }

    /**
     * Returns a path inside the folder; nothing is looked up.
     *
     * @param names of folders and a file, none of them leading out
     * @throws io.atomflux.error.InvalidNameException if one is refused
     */
    public Path join(String... names) {
        Path joined = path;
        for (String name : names) {
            joined = joined.resolve(ArtifactKey.of(name).name());
        }
        return joined;
    }

    /**
     * Lists the names of files and folders directly inside, ordered; without what makes the folder a key.
     *
     * <p>The In Silico Framework shows {@code Loader.json} and {@code metadata.json} too.
     */
    public Flux<String> listDir() {
        return Disk.run(
                        store,
                        "listing",
                        () -> Disk.names(path).stream()
                                .filter(name -> !KeyFolder.isReserved(name))
                                .sorted()
                                .toList())
                .flatMapIterable(names -> names);
    }

    /**
     * Finds the one file whose name ends so.
     *
     * @signals ArtifactNotFoundException if there is none; {@link ArtifactConflictException} if there are several
     */
    public Mono<Path> getFile(String suffix) {
        return listDir().filter(name -> name.endsWith(suffix)).collectList().map(names -> one(names, suffix));
    }

    private Path one(List<String> names, String suffix) {
        if (names.isEmpty()) {
            throw new ArtifactNotFoundException(store, key + "/*" + suffix);
        }
        if (names.size() > 1) {
            throw new ArtifactConflictException(
                    store, key, "%d files end in \"%s\" (expected: one)".formatted(names.size(), suffix));
        }
        return path.resolve(names.get(0));
    }

    /** Returns the folder as text. */
    @Override
    public String toString() {
        return path.toString();
    }
}
