package io.atomflux.file.aselmdb;

import io.atomflux.adapter.Bridge;
import io.atomflux.adapter.BridgeOptions;
import io.atomflux.adapter.FileLease;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Settings;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.Set;

/**
 * Opens ASE's databases in LMDB, {@code *.aselmdb}: one file each, beside it {@code *.aselmdb-lock}.
 *
 * <p>Every row is a structure with {@code cell}, {@code pbc}, {@code arrays.*}, {@code info.*}, {@code calc.*} and {@code
 * constraints}. Rows cannot be inserted in the middle, as ids only grow. Files have no groups. Options: see {@link
 * AseLmdbOptions}. Where the file or its folder cannot be written it is opened for reading.
 */
public final class AseLmdbProvider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public AseLmdbProvider() {}

    @Override
    public String artifact() {
        return "atomflux-backend-file-lmdb";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of(".aselmdb");
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        if (options.group().isPresent()) {
            throw new InvalidOptionException(
                    "group",
                    "\"%s\" (expected: none, an ASE database has no groups)"
                            .formatted(options.group().get()));
        }
        AseLmdbOptions chosen = optionsOf(options);
        Path path = location.path().toAbsolutePath().normalize();
        boolean readOnly = options.readOnly() || !chosen.lock();
        record Shared(Path path, boolean readOnly, AseLmdbOptions options) {}
        return Bridge.opening(
                        Row.class,
                        location.path().toString(),
                        AseLmdbStore.capabilities(readOnly, chosen),
                        () -> new AseLmdbStore(location.path(), readOnly, chosen),
                        BridgeOptions.defaults()
                                .withoutVirtualThreads()
                                .withInlineReads(options.inlineReads())
                                .sharedAs(new Shared(path, readOnly, chosen)))
                .withLeases(FileLease.beside(path));
    }

    private static AseLmdbOptions optionsOf(OpenOptions options) {
        BackendOptions typed = options.typed().orElse(null);
        if (typed == null) {
            return AseLmdbOptions.from(new Settings(options.settings()));
        }
        if (!(typed instanceof AseLmdbOptions given)) {
            throw new InvalidOptionException(
                    typed.getClass().getSimpleName(), "given to an ASE database (expected: AseLmdbOptions)");
        }
        if (!options.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()),
                    "given beside AseLmdbOptions (expected: options by name or typed, not both)");
        }
        return given;
    }
}
