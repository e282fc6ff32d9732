package io.atomflux.file.lmdb.artifact;

import io.atomflux.artifact.catalog.CatalogStorage;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.file.lmdb.GuardedFile;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Opens folders {@code *.lmdb} as storages of artifacts.
 *
 * <p>Options: {@code map_size}, how large the map is at first (default 1 GiB; it grows by itself), and {@code sync}, whether a
 * change is on the disk when it completes (default true; without, a crash of the machine may damage the store). Any
 * number of processes of one machine may use it, and be killed at any instant. A network file system is no place for it.
 */
public final class LmdbArtifacts implements ArtifactStorageProvider {

    static final String DATA_FILE = "artifacts.mdb";

    private static final long MAP_SIZE = 1L << 30;
    private static final long LEAST_MAP = 1 << 20;

    /** For {@link java.util.ServiceLoader}. */
    public LmdbArtifacts() {}

    @Override
    public String artifact() {
        return "atomflux-backend-file-lmdb";
    }

    @Override
    public String layout() {
        return "lmdb";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of(".lmdb");
    }

    @Override
    public boolean detects(Path folder) {
        return Files.isRegularFile(folder.resolve(DATA_FILE));
    }

    @Override
    public ArtifactStorage open(Location location, OpenOptions options) {
        if (options.group().isPresent() || options.typed().isPresent()) {
            throw new InvalidOptionException("group or typed options", "given (expected: options by name)");
        }
        Settings settings = new Settings(options.settings());
        long mapSize = settings.bytes("map_size", MAP_SIZE);
        if (mapSize < LEAST_MAP) {
            settings.fault("map_size", mapSize + " (expected: at least 1M)");
        }
        boolean sync = settings.flag("sync", true);
        settings.finish();
        Path folder = location.path();
        String name = location.toString();
        GuardedFile file = new GuardedFile(
                folder.resolve(DATA_FILE), name, new GuardedFile.Access(mapSize, sync), options.readOnly());
        LmdbPlace place = new LmdbPlace(folder, name, file);
        LmdbCatalog catalog = new LmdbCatalog(name, place);
        LmdbFiles files = new LmdbFiles(name, place);
        return options.readOnly() ? CatalogStorage.ofReadOnly(catalog, files) : CatalogStorage.of(catalog, files);
    }
}
