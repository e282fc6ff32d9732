package io.atomflux.file.ase;

import io.atomflux.adapter.Adapters;
import io.atomflux.adapter.Bridge;
import io.atomflux.adapter.BridgeOptions;
import io.atomflux.adapter.FileLease;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Opens {@code *.traj}: trajectories of ASE, read as ASE 3.29 reads them and written so that it reads them back equal; also
 * compressed as a whole with gzip ({@code *.traj.gz}, as ASE has them) or Zstandard ({@code *.traj.zst}), where every change
 * writes the whole file anew.
 *
 * <p>Every frame is a row with {@code cell}, {@code pbc}, {@code arrays.*}, {@code info.*}, {@code calc.*} and {@code
 * constraints}. A row has no place for the name and the parameters of a calculator and for the description of a trajectory:
 * reading leaves them out, and every change of a file keeps them, except for frames that are replaced as a whole. Files have
 * no groups. Options: see {@link TrajOptions}.
 */
public final class TrajProvider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public TrajProvider() {}

    @Override
    public String artifact() {
        return "atomflux-backend-file-ase";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of(".traj", ".traj.gz", ".traj.zst", ".traj.bz2", ".traj.xz");
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        AseFilesProvider.refuseOtherCompressions(location);
        if (options.group().isPresent()) {
            throw new InvalidOptionException(
                    "group",
                    "\"%s\" (expected: none, a trajectory has no groups)"
                            .formatted(options.group().get()));
        }
        TrajOptions own = typed(options);
        Path path = location.path().toAbsolutePath().normalize();
        Bridge<Row> bridge = Bridge.opening(
                        Row.class,
                        path.toString(),
                        TrajStore.CAPABILITIES,
                        () -> new TrajStore(path, own),
                        BridgeOptions.defaults()
                                .withInlineReads(options.inlineReads())
                                .sharedAs(List.of(TrajProvider.class, path, own)))
                .withLeases(FileLease.beside(path));
        return options.readOnly() ? Adapters.readOnly(bridge) : bridge;
    }

    private static TrajOptions typed(OpenOptions options) {
        if (options.typed().isEmpty()) {
            return TrajOptions.from(options.settings());
        }
        BackendOptions typed = options.typed().get();
        if (!(typed instanceof TrajOptions own)) {
            throw new InvalidOptionException(
                    typed.getClass().getSimpleName(), "given to a trajectory (expected: TrajOptions)");
        }
        if (!options.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()),
                    "given beside TrajOptions (expected: options by name or typed, not both)");
        }
        return own;
    }
}
