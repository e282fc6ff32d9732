package io.atomflux.artifact.folder;

import io.atomflux.value.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes a sorted run: a tree of blocks, written in one pass from left to right, so that what is held in memory is one block
 * for each level.
 *
 * <p>The file: blocks, each followed by its checksum; then 44 bytes: offset (8) and length (4) of the root, number of levels
 * (4), number of entries (8), the length of the file (8), a checksum of these (4), and {@code AFXRUN1\n}. Integers are
 * big-endian. The lowest level holds entries, the others the first key of each block below with its offset (8) and length
 * (4). A checksum is the CRC-32C of the name of the run, the offset and the content.
 */
final class RunWriter implements AutoCloseable {

    static final int FOOTER = 44;
    static final long MAGIC = 0x41465852554e310aL;

    private static final int BLOCK = 8 << 10;
    private static final int BUFFER = 256 << 10;

    private final Disk.Handle file;
    private final String name;
    private final List<Level> levels = new ArrayList<>();
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private long written; // bytes given to the file
    private long entries;

    RunWriter(Disk disk, Path file, String name) throws IOException {
        this.name = name;
        this.file = disk.create(file);
    }

    private static final class Level {
        final ByteArrayOutputStream out = new ByteArrayOutputStream(BLOCK + 1024);
        byte @Nullable [] first;
        byte[] last = new byte[0];

        void add(byte[] key, int valueLength, byte[] value) {
            int shared = 0;
            if (first == null) {
                first = key;
            } else {
                while (shared < Math.min(last.length, key.length) && last[shared] == key[shared]) {
                    shared++;
                }
            }
            varint(out, shared);
            varint(out, key.length - shared);
            varint(out, valueLength + 1);
            out.write(key, shared, key.length - shared);
            out.writeBytes(value);
            last = key;
        }
    }

    static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 0x7f) {
            out.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    static int checksum(String run, long offset, ByteBuffer content) {
        CRC32C crc = new CRC32C();
        for (int i = 0; i < run.length(); i++) {
            crc.update(run.charAt(i));
        }
        for (int shift = 56; shift >= 0; shift -= 8) {
            crc.update((int) (offset >>> shift) & 0xff);
        }
        crc.update(content);
        return (int) crc.getValue();
    }

    /** Adds an entry behind all others; null stands for a deleted key. */
    void add(Bytes key, @Nullable Bytes value) throws IOException {
        entries++;
        add(0, key.toArray(), value == null ? -1 : value.length(), value == null ? new byte[0] : value.toArray());
    }

    private void add(int level, byte[] key, int valueLength, byte[] value) throws IOException {
        if (level == levels.size()) {
            levels.add(new Level());
        }
        Level at = levels.get(level);
        if (at.out.size() >= BLOCK) {
            end(level);
        }
        at.add(key, valueLength, value);
    }

    private Block.Place end(int level) throws IOException {
        Level at = levels.get(level);
        Block.Place place = write(at.out.toByteArray());
        byte[] first = at.first;
        at.out.reset();
        at.first = null;
        if (first != null) {
            byte[] value = ByteBuffer.allocate(12)
                    .putLong(place.offset())
                    .putInt(place.length())
                    .array();
            add(level + 1, first, value.length, value);
        }
        return place;
    }

    private long at() {
        return written + buffer.position();
    }

    private Block.Place write(byte[] content) throws IOException {
        Block.Place place = new Block.Place(at(), content.length);
        put(ByteBuffer.wrap(content));
        put(ByteBuffer.allocate(4).putInt(0, checksum(name, place.offset(), ByteBuffer.wrap(content))));
        return place;
    }

    private void put(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int count = Math.min(bytes.remaining(), buffer.remaining());
            buffer.put(bytes.slice().limit(count));
            bytes.position(bytes.position() + count);
            if (!buffer.hasRemaining()) {
                flush();
            }
        }
    }

    private void flush() throws IOException {
        int count = buffer.flip().remaining();
        file.write(buffer, written);
        written += count;
        buffer.clear();
    }

    /** Ends the file and makes it durable; returns its length. */
    long finish() throws IOException {
        Block.Place root = levels.isEmpty() ? write(new byte[0]) : null;
        for (int level = 0; level < levels.size(); level++) {
            boolean top = level == levels.size() - 1;
            Block.Place place = top ? write(levels.get(level).out.toByteArray()) : end(level);
            root = place;
        }
        if (root == null) {
            throw new IllegalStateException("a run has a root");
        }
        long length = at() + FOOTER;
        ByteBuffer footer = ByteBuffer.allocate(FOOTER)
                .putLong(root.offset())
                .putInt(root.length())
                .putInt(Math.max(1, levels.size()))
                .putLong(entries)
                .putLong(length);
        footer.putInt(checksum(name, length, footer.duplicate().flip()));
        put(footer.putLong(MAGIC).flip());
        flush();
        file.force();
        return length;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
