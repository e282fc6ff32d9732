package io.atomflux.artifact.folder;

import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A sorted run, read; see {@link RunWriter} for the file. Only its last bytes are read when it is opened.
 *
 * <p>Counts who uses it: the file is closed when nobody does, so that it may be deleted under those who still read.
 */
final class RunFile {

    private static final int HIGHEST = 12;

    private final String index;
    private final String name;
    private final Disk.Handle file;
    private final BlockCache cache;
    private final long length;
    private final Block.Place root;
    private final int levels;
    private final long entries;
    private int users = 1; // guarded by this

    private RunFile(String index, String name, Disk.Handle file, BlockCache cache, ByteBuffer footer, long length) {
        this.index = index;
        this.name = name;
        this.file = file;
        this.cache = cache;
        this.length = length;
        this.root = new Block.Place(footer.getLong(), footer.getInt());
        this.levels = footer.getInt();
        this.entries = footer.getLong();
    }

    static String fileName(String run) {
        return run + ".run";
    }

    /**
     * Opens a run.
     *
     * @param index the place for messages
     * @throws CorruptDataException if it is not as long as it was written, or its end is damaged
     */
    static RunFile open(Disk disk, Path folder, String index, Current.Run run, BlockCache cache) throws IOException {
        Disk.Handle file = disk.read(folder.resolve(fileName(run.name())));
        boolean opened = false;
        try {
            ByteBuffer footer = ByteBuffer.allocate(RunWriter.FOOTER);
            long size = file.size();
            file.read(footer, Math.max(0, size - RunWriter.FOOTER));
            footer.flip();
            if (size != run.bytes()
                    || footer.remaining() != RunWriter.FOOTER
                    || footer.getLong(36) != RunWriter.MAGIC
                    || footer.getLong(24) != size
                    || footer.getInt(32) != RunWriter.checksum(run.name(), size, footer.slice(0, 32))) {
                throw damaged(index, run.name(), "its end is damaged or missing");
            }
            RunFile result = new RunFile(index, run.name(), file, cache, footer, size);
            opened = true;
            return result;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private static CorruptDataException damaged(String index, String run, String problem) {
        return new CorruptDataException(index, fileName(run), problem + "; rebuild the index of the store", null);
    }

    String name() {
        return name;
    }

    long length() {
        return length;
    }

    long entries() {
        return entries;
    }

    synchronized RunFile use() {
        users++;
        return this;
    }

    void release() throws IOException {
        boolean last;
        synchronized (this) {
            last = --users == 0;
        }
        if (last) {
            file.close();
        }
    }

    private Block block(Block.Place place, boolean cached) throws IOException {
        Block found = cached ? cache.get(this, place.offset()) : null;
        if (found != null) {
            return found;
        }
        if (place.offset() < 0 || place.length() < 0 || place.offset() + place.length() + 4 > length) {
            throw damaged(index, name, "a block at %d lies outside".formatted(place.offset()));
        }
        ByteBuffer bytes = ByteBuffer.allocate(place.length() + 4);
        file.read(bytes, place.offset());
        bytes.flip();
        if (bytes.remaining() != place.length() + 4
                || bytes.getInt(place.length())
                        != RunWriter.checksum(name, place.offset(), bytes.slice(0, place.length()))) {
            throw damaged(index, name, "the block at %d does not match its checksum".formatted(place.offset()));
        }
        byte[] content = new byte[place.length()];
        bytes.get(0, content);
        Block block = new Block(content);
        if (cached) {
            cache.put(this, place.offset(), block);
        }
        return block;
    }

    /** Looks a key up; null if the run knows nothing of it, empty if it was deleted there. */
    @Nullable
    Optional<Bytes> find(Bytes key) throws IOException {
        byte[] wanted = key.toArray();
        Block.Place place = root;
        for (int level = levels - 1; level > 0; level--) {
            Block.Found below = block(place, true).atOrBefore(wanted);
            if (below == null) {
                return null;
            }
            place = below.place();
        }
        Block.Found found = block(place, true).atOrBefore(wanted);
        return found != null && found.isEqual() ? Optional.ofNullable(copy(found.value())) : null;
    }

    /** Copies a value out of its block, which it would keep in memory. */
    private static @Nullable Bytes copy(@Nullable Bytes value) {
        return value == null ? null : Bytes.wrap(value.toArray());
    }

    /**
     * Walks the entries from a key on.
     *
     * @param cached whether blocks go through the cache, as for few entries
     */
    Cursor cursor(Bytes from, boolean cached) throws IOException {
        if (levels > HIGHEST) {
            throw damaged(index, name, "%d levels".formatted(levels));
        }
        return new Walk(from.toArray(), cached);
    }

    /** Takes what was damaged. */
    interface Damages {
        void add(CorruptDataException damage);
    }

    /** Walks all entries that can still be read, leaving out damaged blocks and what only they lead to. */
    Cursor salvage(Damages damages) throws IOException {
        return new Salvage(damages);
    }

    private final class Salvage implements Cursor {
        private final Damages damages;
        private final Deque<Block.Cursor> path = new ArrayDeque<>(); // the lowest block first
        private @Nullable Bytes key;

        Salvage(Damages damages) throws IOException {
            this.damages = damages;
            enter(root);
            advance();
        }

        private void enter(Block.Place place) throws IOException {
            try {
                path.push(block(place, false).cursor());
            } catch (CorruptDataException damage) {
                damages.add(damage);
            }
        }

        @Override
        public @Nullable Bytes key() {
            return key;
        }

        @Override
        public @Nullable Bytes value() {
            return copy(path.getFirst().value());
        }

        @Override
        public void advance() throws IOException {
            key = null;
            while (key == null && !path.isEmpty()) {
                Block.Cursor lowest = path.getFirst();
                if (!lowest.advance()) {
                    path.pop();
                } else if (path.size() == levels) {
                    key = lowest.key();
                } else {
                    enter(lowest.place());
                }
            }
        }
    }

    private final class Walk implements Cursor {
        private final boolean cached;
        private final List<Block.Cursor> path = new ArrayList<>(); // root first; each but the last stands at its child
        private @Nullable Bytes key;

        Walk(byte[] from, boolean cached) throws IOException {
            this.cached = cached;
            Block.Place place = root;
            for (int level = levels - 1; level > 0; level--) {
                // Stands at the last child that begins at or before the key, or at the first.
                Block block = block(place, cached);
                int children = 0;
                Block.Cursor ahead = block.cursor();
                while (ahead.advance() && ahead.compareTo(from) <= 0) {
                    children++;
                }
                Block.Cursor inner = block.cursor();
                for (int i = 0; i < Math.max(1, children); i++) {
                    inner.advance();
                }
                path.add(inner);
                place = inner.place();
            }
            path.add(block(place, cached).cursor());
            advance();
            while (key != null && leaf().compareTo(from) < 0) {
                advance();
            }
        }

        private Block.Cursor leaf() {
            return path.get(levels - 1);
        }

        @Override
        public @Nullable Bytes key() {
            return key;
        }

        @Override
        public @Nullable Bytes value() {
            return copy(leaf().value());
        }

        @Override
        public void advance() throws IOException {
            int level = levels - 1;
            while (!path.get(level).advance()) {
                if (--level < 0) {
                    key = null;
                    return;
                }
            }
            for (; level < levels - 1; level++) {
                path.set(level + 1, block(path.get(level).place(), cached).cursor());
                if (!path.get(level + 1).advance()) {
                    throw damaged(index, name, "an empty block");
                }
            }
            key = leaf().key();
        }
    }
}
