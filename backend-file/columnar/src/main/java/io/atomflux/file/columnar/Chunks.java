package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import java.io.IOException;
import java.util.List;

/** Decoded chunks of one state of a file, from the cache or from the tree; for many threads. */
interface Chunks {

    /** Returns a chunk, see {@link io.atomflux.file.columnar.tree.Tree#chunk}. */
    Chunk get(ArrayInfo array, Shape index) throws IOException;

    /**
     * Decodes chunks that will be asked for soon, several at once; only a hint.
     *
     * @param wanted in the order they will be asked for
     */
    void prepare(List<Wanted> wanted) throws IOException;

    /** A chunk of an array. */
    record Wanted(ArrayInfo array, Shape index) {}
}
