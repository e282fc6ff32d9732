package io.atomflux.artifact.folder;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The blocks of runs that were used last, up to a number of bytes; all stores of the process share one. */
final class BlockCache {

    private static final long MOST = 32L << 20;
    static final BlockCache SHARED =
            new BlockCache(Math.min(MOST, Runtime.getRuntime().maxMemory() / 16));

    private static final int PARTS = 16;

    private final long most;
    private final Part[] parts = new Part[PARTS];

    BlockCache(long most) {
        this.most = most / PARTS;
        for (int i = 0; i < PARTS; i++) {
            parts[i] = new Part();
        }
    }

    private record Id(Object run, long offset) {}

    private static final class Part {
        final Map<Id, Block> blocks = new LinkedHashMap<>(16, 0.75f, true); // guarded by this, as the next
        long bytes;
    }

    private Part part(Id id) {
        return parts[(id.hashCode() * 0x9e3779b9 >>> 16) % PARTS];
    }

    @Nullable
    Block get(Object run, long offset) {
        Id id = new Id(run, offset);
        Part part = part(id);
        synchronized (part) {
            return part.blocks.get(id);
        }
    }

    void put(Object run, long offset, Block block) {
        if (block.content.length > most / 4) {
            return;
        }
        Id id = new Id(run, offset);
        Part part = part(id);
        synchronized (part) {
            if (part.blocks.put(id, block) == null) {
                part.bytes += block.content.length;
            }
            var eldest = part.blocks.values().iterator();
            while (part.bytes > most) {
                part.bytes -= eldest.next().content.length;
                eldest.remove();
            }
        }
    }
}
