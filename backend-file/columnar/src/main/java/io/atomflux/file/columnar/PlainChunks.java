package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chunks of a tree that only one thread may read, as one that is being changed; keeps those of one batch.
 *
 * <p>To be thrown away when the tree was changed.
 */
final class PlainChunks implements Chunks {

    private static final long MOST_BYTES = 8L << 20;

    private final Tree tree;
    private final Map<ChunkKey, Chunk> kept = new HashMap<>();
    private long bytes;

    PlainChunks(Tree tree) {
        this.tree = tree;
    }

    @Override
    public Chunk get(ArrayInfo array, Shape index) throws IOException {
        ChunkKey key = ChunkKey.of(array, index);
        Chunk known = kept.get(key);
        if (known != null) {
            return known;
        }
        Chunk chunk = tree.chunk(array, index);
        if (bytes + chunk.byteSize() <= MOST_BYTES) {
            bytes += chunk.byteSize();
            kept.put(key, chunk);
        }
        return chunk;
    }

    @Override
    public void prepare(List<Wanted> wanted) {}
}
