package io.atomflux.file.columnar.tree;

import java.util.Objects;

/**
 * An array to be made; it is filled with NaN, 0, false or the empty text, and every axis may grow.
 *
 * @param element what it holds
 * @param shape its lengths
 * @param chunk the lengths of its chunks, each at least 1
 * @param compression how chunks are compressed; texts in Zarr always by zstd, in HDF5 never
 */
public record ArraySpec(ElementType element, Shape shape, Shape chunk, Compression compression) {
    public ArraySpec {
        Objects.requireNonNull(element, "element");
        Objects.requireNonNull(compression, "compression");
        if (shape.rank() != chunk.rank()) {
            throw new IllegalArgumentException("chunk %s (expected: as many axes as %s)".formatted(chunk, shape));
        }
    }
}
