package io.atomflux.file.lmdb.artifact;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.StoreIoException;
import io.atomflux.file.lmdb.GuardedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/** The file of a storage, after a look at what stands at its place. */
final class LmdbPlace {

    private final Path folder;
    private final String name;
    private final GuardedFile file;
    private volatile boolean looked;

    LmdbPlace(Path folder, String name, GuardedFile file) {
        this.folder = folder;
        this.name = name;
        this.file = file;
    }

    /** Runs work on one state. */
    <T> Mono<T> read(Function<GuardedFile.Entries, T> work) {
        // a started call runs to its end: an interrupt would close the channel of the locks for good
        return Mono.fromFuture(
                () -> file.read(entries -> {
                    look();
                    return work.apply(entries);
                }),
                true);
    }

    /** Runs work that may change what is there. */
    <T> Mono<T> write(Function<GuardedFile.Changes, T> work) {
        Mono<T> writing = Mono.fromFuture(() -> file.write(work), true);
        return Mono.defer(() -> looked ? writing : read(entries -> true).then(writing));
    }

    /** Refuses a folder of something else, such as rows. */
    private boolean look() {
        if (looked) {
            return true;
        }
        try {
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                throw foreign("a file");
            }
            if (Files.isDirectory(folder) && !Files.exists(folder.resolve(LmdbArtifacts.DATA_FILE))) {
                Optional<Path> other = other();
                if (other.isPresent()) {
                    boolean rows = Files.exists(other.get().resolve("data.mdb"))
                            || other.get().endsWith("data.mdb");
                    throw foreign(
                            rows
                                    ? "a store of rows in LMDB"
                                    : "a folder with " + other.get().getFileName());
                }
            }
        } catch (IOException e) {
            throw new StoreIoException(name, "look at the folder", e);
        }
        looked = true;
        return true;
    }

    private Optional<Path> other() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> !entry.getFileName().toString().startsWith(LmdbArtifacts.DATA_FILE))
                    .sorted()
                    .findFirst();
        }
    }

    private ForeignDataException foreign(String found) {
        return new ForeignDataException(
                name, found, "a folder of artifacts, which holds " + LmdbArtifacts.DATA_FILE + ", or an empty one");
    }

    Mono<Void> close() {
        return Mono.fromFuture(file::close, true);
    }
}
