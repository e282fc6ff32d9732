package io.atomflux.file.columnar.tree;

import java.util.Objects;

/**
 * How new arrays are compressed.
 *
 * @param codec {@code none}; in Zarr {@code lz4}, {@code lz4hc}, {@code zstd}, {@code zlib} (inside blosc) or {@code gzip}; in HDF5 {@code gzip}
 * @param level as the codec counts
 * @param shuffle whether bytes are put in an order that compresses better
 */
public record Compression(String codec, int level, boolean shuffle) {

    /** Chunks as they are. */
    public static final Compression NONE = new Compression("none", 0, false);

    public Compression {
        Objects.requireNonNull(codec, "codec");
    }
}
