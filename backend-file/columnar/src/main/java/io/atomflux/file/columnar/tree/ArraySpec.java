package io.atomflux.file.columnar.tree;

import java.util.Objects;

/**
 * An array to be made; every axis may grow.
 *
 * <p>One without axes holds a single element, is kept in one piece and not compressed.
 *
 * @param element what it holds
 * @param shape its lengths
 * @param chunk the lengths of its chunks, each at least 1
 * @param compression how chunks are compressed; texts in Zarr always by zstd
 * @param integerFill what arrays of integers are filled with; others are with NaN, false or the empty text
 */
public record ArraySpec(ElementType element, Shape shape, Shape chunk, Compression compression, long integerFill) {
    public ArraySpec {
        Objects.requireNonNull(element, "element");
        Objects.requireNonNull(compression, "compression");
        if (shape.rank() != chunk.rank()) {
            throw new IllegalArgumentException("chunk %s (expected: as many axes as %s)".formatted(chunk, shape));
        }
    }

    /** Describes an array that is filled with NaN, 0, false or the empty text. */
    public ArraySpec(ElementType element, Shape shape, Shape chunk, Compression compression) {
        this(element, shape, chunk, compression, 0);
    }
}
