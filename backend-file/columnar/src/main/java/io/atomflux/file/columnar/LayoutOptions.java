package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.Compression;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * How arrays are made.
 *
 * @param compression of new arrays
 * @param chunkFrames entries of the first axis (rows, or atoms where they lie behind each other) in a chunk of a new array; empty
 *     for as many as make about 64 to 128 KiB
 * @param flagsAsNumbers whether single booleans are float64, as asebytes stores them: h5py cannot add its numbers to booleans of
 *     HDF5, which are enumerations there
 */
record LayoutOptions(Compression compression, OptionalLong chunkFrames, boolean flagsAsNumbers) {

    LayoutOptions(Compression compression, OptionalLong chunkFrames) {
        this(compression, chunkFrames, false);
    }

    LayoutOptions {
        Objects.requireNonNull(compression, "compression");
        if (chunkFrames.isPresent() && chunkFrames.getAsLong() < 1) {
            throw new IllegalArgumentException(
                    "chunk_frames: %d (expected: at least 1)".formatted(chunkFrames.getAsLong()));
        }
    }
}
