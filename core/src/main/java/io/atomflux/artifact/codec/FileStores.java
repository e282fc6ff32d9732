package io.atomflux.artifact.codec;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.artifact.spi.FileSource.LocalFiles;
import io.atomflux.registry.Registry;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.KeyedRow;
import java.nio.file.Path;
import reactor.core.publisher.Mono;

/**
 * Opens files of an artifact as the stores they are, for reading: a trajectory, an HDF5 file, a database.
 *
 * <pre>{@code
 * Mono<Double> energy = Mono.usingWhen(
 *         FileStores.atoms(artifact.files(), "trajectory.xyz"),
 *         frames -> frames.get(-1).map(Atoms::energy),
 *         frames -> frames.close());
 * }</pre>
 *
 * <p>While a store is open its files are neither swept nor, where they had to be copied to this machine, removed; close it.
 */
public final class FileStores {

    private FileStores() {}

    /**
     * Opens a file, or a folder such as {@code frames.zarr}, as a store of structures.
     *
     * @param name as in {@link FileSource#entries}, or what some of those names begin with
     * @return cold; opens one store per subscription, to be closed by who got it
     * @throws io.atomflux.error.InvalidNameException if the name is refused
     * @signals {@link io.atomflux.error.CorruptDataException} if the artifact has no such file; {@link
     *     io.atomflux.error.NoBackendException} if no backend on the class path serves its suffix, naming what to add
     */
    public static Mono<AtomsIO> atoms(FileSource files, String name) {
        return atoms(files, name, OpenOptions.none());
    }

    /** Opens a file as a store of structures, with the options of its backend. */
    public static Mono<AtomsIO> atoms(FileSource files, String name, OpenOptions options) {
        return backend(files, name, options).map(AtomsIO::of);
    }

    /** Opens a file as a store of records; see {@link #atoms(FileSource, String)}. */
    public static Mono<ObjectIO> objects(FileSource files, String name) {
        return objects(files, name, OpenOptions.none());
    }

    /** Opens a file as a store of records, with the options of its backend. */
    public static Mono<ObjectIO> objects(FileSource files, String name, OpenOptions options) {
        return backend(files, name, options).map(ObjectIO::of);
    }

    static Mono<RowBackend<?>> backend(FileSource files, String name, OpenOptions options) {
        ArtifactKey.fileName(name);
        return Mono.defer(() -> {
            if (files.entries().stream()
                    .noneMatch(
                            entry -> entry.name().equals(name) || entry.name().startsWith(name + "/"))) {
                throw Damage.in(name, "is missing");
            }
            return Mono.usingWhen(
                    files.local(),
                    local -> Mono.<RowBackend<?>>fromSupplier(
                            () -> opened(local, local.path().resolve(name), options)),
                    taken -> Mono.empty(), // the store closes them
                    (local, failure) -> local.close(),
                    LocalFiles::close);
        });
    }

    private static RowBackend<?> opened(LocalFiles local, Path path, OpenOptions options) {
        return leased(Registry.open(Location.of(path), options.withReadOnly()), local);
    }

    private static <R extends KeyedRow<R>> RowBackend<R> leased(RowBackend<R> backend, LocalFiles local) {
        return LeasedBackend.of(backend, local);
    }
}
