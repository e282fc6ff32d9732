package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.util.List;

/** Chunks straight from a tree, none kept. */
final class TreeChunks implements Chunks {

    private final Tree tree;

    TreeChunks(Tree tree) {
        this.tree = tree;
    }

    @Override
    public Chunk get(ArrayInfo array, Shape index) throws IOException {
        return tree.chunk(array, index);
    }

    @Override
    public void prepare(List<Wanted> wanted) {}
}
