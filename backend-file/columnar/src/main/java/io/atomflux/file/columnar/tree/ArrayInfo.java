package io.atomflux.file.columnar.tree;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An array as it is in the file.
 *
 * @param path its path from the root of the tree, parts joined by {@code /}, without one at either end
 * @param element what it holds
 * @param shape its lengths
 * @param chunk the lengths of its chunks; the whole shape (but at least 1 each) where the file has it in one piece
 * @param codecs what its chunks went through, for people, e.g. {@code blosc(lz4, 5, shuffle)}
 * @param labels what its integers stand for where they are an enumeration (but bools, which HDF5 has as one); else empty
 */
public record ArrayInfo(
        String path, ElementType element, Shape shape, Shape chunk, List<String> codecs, Map<Long, String> labels) {
    public ArrayInfo {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(element, "element");
        codecs = List.copyOf(codecs);
        labels = Map.copyOf(labels);
    }

    /** Describes an array whose integers, if it has any, are just that. */
    public ArrayInfo(String path, ElementType element, Shape shape, Shape chunk, List<String> codecs) {
        this(path, element, shape, chunk, codecs, Map.of());
    }

    /** Returns how many chunks there are along an axis. */
    public long chunksAlong(int axis) {
        return (shape.at(axis) + chunk.at(axis) - 1) / chunk.at(axis);
    }
}
