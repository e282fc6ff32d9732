package io.atomflux.file.columnar;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.file.columnar.hdf5.Hdf5Store;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.file.columnar.zarr.ZarrStore;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.OpenOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a suffix stands for: how a file is opened and its rows lie.
 *
 * @param options what it was opened with, with which handles that share a store have to agree
 * @param tree opens the file
 * @param layouts tells how rows lie in it
 * @param cache bytes of decoded chunks to keep
 * @param isNative whether it is opened by native code
 */
record Container(BackendOptions options, Opener tree, Layouts layouts, long cache, boolean isNative) {

    /** Opens a file, without any I/O. */
    @FunctionalInterface
    interface Opener {
        TreeStore open(Path path, boolean readOnly);
    }

    /** The member of the root of an HDF5 file that says it is H5MD (H5MD 1.1, "Root level"). */
    private static final String H5MD_MARK = "h5md";

    /** Returns what a path's suffix stands for. */
    static Container of(Path path, OpenOptions options) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".zarr") || name.endsWith(".zarrp")) {
            KeyPlacement placement = name.endsWith("p") ? KeyPlacement.PADDED : KeyPlacement.RAGGED;
            return zarr(placement, typed(options, ZarrOptions.class, ZarrOptions::from, "a Zarr folder"));
        }
        Hdf5Options chosen = typed(options, Hdf5Options.class, Hdf5Options::from, "an HDF5 file");
        return hdf5(name.substring(name.lastIndexOf('.')), chosen);
    }

    private static Container zarr(KeyPlacement placement, ZarrOptions options) {
        Compression compression = options.compressor() == ZarrOptions.Compressor.NONE
                ? Compression.NONE
                : new Compression(options.compressor().codec(), options.level(), options.shuffle());
        Layout layout = new ColumnLayout(placement, new LayoutOptions(compression, options.chunkFrames()));
        return new Container(
                options,
                (path, readOnly) -> ZarrStore.of(
                        path, readOnly, options.lockTimeout(), most(options.maxChunkBytes()), options.sync()),
                tree -> layout,
                options.cache(),
                false);
    }

    private static Container hdf5(String suffix, Hdf5Options options) {
        Compression compression = options.gzip() ? new Compression("gzip", options.level(), false) : Compression.NONE;
        LayoutOptions arrays = new LayoutOptions(compression, options.chunkFrames(), true);
        return new Container(
                options,
                (path, readOnly) -> Hdf5Store.of(
                        path, readOnly, options.lockTimeout(), most(options.maxChunkBytes()), options.sync()),
                layouts(suffix, arrays, options),
                options.cache(),
                true);
    }

    /** Returns how large a decoded chunk may be: not so large that decoding one takes all memory of the process. */
    private static long most(long chosen) {
        return Math.min(chosen, Math.max(1 << 26, Runtime.getRuntime().maxMemory() / 4));
    }

    private static Layouts layouts(String suffix, LayoutOptions arrays, Hdf5Options options) {
        Layout h5md = new H5mdLayout(arrays, origin(options));
        Layout ragged = new ColumnLayout(KeyPlacement.RAGGED, arrays);
        Layout padded = new ColumnLayout(KeyPlacement.PADDED, arrays);
        return switch (suffix) {
            case ".h5md" -> tree -> h5md;
            case ".h5p" -> tree -> padded;
            default -> tree -> tree.hasGroup(H5MD_MARK) ? h5md : ragged;
        };
    }

    private static H5mdOptions origin(Hdf5Options options) {
        return new H5mdOptions(
                options.authorName().orElse(H5mdOptions.NONE.authorName()),
                options.authorEmail().orElse(H5mdOptions.NONE.authorEmail()),
                options.creator().orElse(H5mdOptions.NONE.creatorName()),
                options.creatorVersion().orElse(H5mdOptions.NONE.creatorVersion()));
    }

    private static <T extends BackendOptions> T typed(
            OpenOptions options, Class<T> kind, Function<Map<String, String>, T> byName, String what) {
        Optional<BackendOptions> typed = options.typed();
        if (typed.isEmpty()) {
            return byName.apply(options.settings());
        }
        if (!kind.isInstance(typed.get())) {
            throw new InvalidOptionException(
                    typed.get().getClass().getSimpleName(),
                    "given to " + what + " (expected: " + kind.getSimpleName() + ")");
        }
        if (!options.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()),
                    "given beside " + kind.getSimpleName() + " (expected: options by name or typed, not both)");
        }
        return kind.cast(typed.get());
    }
}
