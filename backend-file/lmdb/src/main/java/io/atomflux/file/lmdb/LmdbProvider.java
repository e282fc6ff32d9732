package io.atomflux.file.lmdb;

import io.atomflux.adapter.Bridge;
import io.atomflux.adapter.BridgeOptions;
import io.atomflux.adapter.FileLease;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.Names;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Settings;
import io.atomflux.value.BlobRow;
import java.nio.file.Path;
import java.util.Set;

/**
 * Opens folders {@code *.lmdb} as stores of raw rows, each group in a folder of its own inside.
 *
 * <p>Handles of one group with the same options share one store. Options are those of {@link LmdbOptions}.
 *
 * <p>What may not be written, as on a read-only medium, can be read. If its lock file cannot be written either, writers of
 * other processes cannot see that somebody reads: then nobody may change the store meanwhile. A read that a commit
 * overtook signals {@code StoreBusyException}, but one that is overtaken twice while it runs may fail in any way. So give
 * readers of a store that is being written permission to write {@code lock.mdb}.
 */
public final class LmdbProvider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public LmdbProvider() {}

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
        return Set.of(".lmdb");
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        LmdbOptions chosen = optionsOf(options);
        String group = Names.group(options.group().orElse(Layout.DEFAULT_GROUP));
        Path path = location.path().toAbsolutePath().normalize();
        boolean readOnly = options.readOnly();
        record Shared(Path path, String group, boolean readOnly, LmdbOptions options) {}
        return Bridge.opening(
                        BlobRow.class,
                        LmdbStore.name(location.path(), group),
                        LmdbStore.capabilities(readOnly, chosen),
                        () -> new LmdbStore(location.path(), group, readOnly, chosen),
                        BridgeOptions.defaults()
                                .withoutVirtualThreads()
                                .withInlineReads(options.inlineReads())
                                .sharedAs(new Shared(path, group, readOnly, chosen)))
                .withLeases(FileLease.beside(path, group.equals(Layout.DEFAULT_GROUP) ? "" : group));
    }

    private static LmdbOptions optionsOf(OpenOptions options) {
        LmdbOptions named = LmdbOptions.from(new Settings(options.settings()));
        BackendOptions typed = options.typed().orElse(null);
        if (typed == null) {
            return named;
        }
        if (!(typed instanceof LmdbOptions given)) {
            throw new InvalidOptionException(
                    typed.getClass().getSimpleName(), "given to a store in LMDB (expected: LmdbOptions)");
        }
        if (!options.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()), "given beside LmdbOptions (expected: either)");
        }
        return given;
    }
}
