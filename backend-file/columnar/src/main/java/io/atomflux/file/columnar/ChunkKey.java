package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;

/**
 * Names a chunk within one file.
 *
 * @param path of its array
 * @param index which chunk along each axis
 */
record ChunkKey(String path, Shape index) {

    static ChunkKey of(ArrayInfo array, Shape index) {
        return new ChunkKey(array.path(), index);
    }
}
