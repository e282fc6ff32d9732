package io.atomflux.file.ase;

import io.atomflux.adapter.Adapters;
import io.atomflux.adapter.Bridge;
import io.atomflux.adapter.BridgeOptions;
import io.atomflux.adapter.FileLease;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Opens {@code *.xyz} and {@code *.extxyz}: text files of frames in ASE's extended xyz format, read and written exactly as
 * ASE 3.29 does; plain, or compressed as a whole with gzip ({@code *.xyz.gz}) or Zstandard ({@code *.xyz.zst}).
 *
 * <p>Every frame is a row with {@code cell}, {@code pbc}, {@code arrays.*}, {@code info.*}, {@code calc.*} and {@code
 * constraints}. Files have no groups. Options: see {@link ExtxyzOptions}.
 */
public final class AseFilesProvider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public AseFilesProvider() {}

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
        return Set.of(
                ".xyz",
                ".extxyz",
                ".xyz.gz",
                ".extxyz.gz",
                ".xyz.zst",
                ".extxyz.zst",
                ".xyz.bz2",
                ".extxyz.bz2",
                ".xyz.xz",
                ".extxyz.xz");
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        refuseOtherCompressions(location);
        if (options.group().isPresent()) {
            throw new InvalidOptionException(
                    "group",
                    "\"%s\" (expected: none, a file of frames has no groups)"
                            .formatted(options.group().get()));
        }
        ExtxyzOptions own = typed(options);
        Path path = location.path().toAbsolutePath().normalize();
        Bridge<Row> bridge = Bridge.opening(
                        Row.class,
                        path.toString(),
                        ExtxyzStore.CAPABILITIES,
                        () -> new ExtxyzStore(path, own),
                        BridgeOptions.defaults()
                                .withInlineReads(options.inlineReads())
                                .sharedAs(List.of(AseFilesProvider.class, path, own)))
                .withLeases(FileLease.beside(path));
        return options.readOnly() ? Adapters.readOnly(bridge) : bridge;
    }

    static void refuseOtherCompressions(Location location) {
        String name = location.target().toLowerCase(Locale.ROOT);
        boolean bzip2 = name.endsWith(".bz2");
        if (bzip2 || name.endsWith(".xz")) {
            throw new UnsupportedStoreOperationException(
                    location.toString(),
                    "open",
                    "%s is not read (expected: gzip or Zstandard); run '%s --keep' on it and open what comes out, or compress that with gzip or zstd"
                            .formatted(bzip2 ? "bzip2" : "xz", bzip2 ? "bunzip2" : "unxz"));
        }
    }

    private static ExtxyzOptions typed(OpenOptions options) {
        if (options.typed().isEmpty()) {
            return ExtxyzOptions.from(options.settings());
        }
        BackendOptions typed = options.typed().get();
        if (!(typed instanceof ExtxyzOptions own)) {
            throw new InvalidOptionException(
                    typed.getClass().getSimpleName(), "given to an xyz file (expected: ExtxyzOptions)");
        }
        if (!options.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()),
                    "given beside ExtxyzOptions (expected: options by name or typed, not both)");
        }
        return own;
    }
}
