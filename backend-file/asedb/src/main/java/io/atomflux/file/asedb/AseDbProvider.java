package io.atomflux.file.asedb;

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
 * Opens ASE's databases in SQLite, {@code *.db}: one file each.
 *
 * <p>Every row is a structure with {@code cell}, {@code pbc}, {@code arrays.*}, {@code info.*}, {@code calc.*} and {@code
 * constraints}. Rows cannot be inserted in the middle, as ids only grow. Files have no groups. Options: see {@link
 * AseDbOptions}.
 */
public final class AseDbProvider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public AseDbProvider() {}

    @Override
    public String artifact() {
        return "atomflux-backend-file-asedb";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of(".db");
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        if (options.group().isPresent()) {
            throw new InvalidOptionException(
                    "group",
                    "\"%s\" (expected: none, an ASE database has no groups)"
                            .formatted(options.group().get()));
        }
        AseDbOptions chosen = optionsOf(options);
        Path path = location.path().toAbsolutePath().normalize();
        boolean readOnly = options.readOnly();
        record Shared(Path path, boolean readOnly, AseDbOptions options) {}
        return Bridge.opening(
                        Row.class,
                        location.path().toString(),
                        AseDbStore.capabilities(readOnly, chosen),
                        () -> new AseDbStore(location.path(), readOnly, chosen),
                        BridgeOptions.defaults()
                                .withoutVirtualThreads()
                                .withInlineReads(options.inlineReads())
                                .sharedAs(new Shared(path, readOnly, chosen)))
                .withLeases(FileLease.beside(path));
    }

    private static AseDbOptions optionsOf(OpenOptions options) {
        BackendOptions typed = options.typed().orElse(null);
        if (typed == null) {
            return AseDbOptions.from(new Settings(options.settings()));
        }
        if (!(typed instanceof AseDbOptions given)) {
            throw new InvalidOptionException(
                    typed.getClass().getSimpleName(), "given to an ASE database (expected: AseDbOptions)");
        }
        if (!options.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()),
                    "given beside AseDbOptions (expected: options by name or typed, not both)");
        }
        return given;
    }
}
