package io.atomflux.file.columnar.journal;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file that is written anew.
 *
 * @param offset where its new bytes are in the journal
 * @param before the length of what was there, or -1 if nothing was
 * @param digest the SHA-256 of what was there; means nothing if nothing was
 */
record ReplacedContent(long offset, long length, long before, String digest) implements Content {

    static final byte KIND = 1;
    private static final int BUFFER = 64 << 10;

    @Override
    public int read(Disk.Handle journal, FileSource file, long position, ByteBuffer target) throws IOException {
        int limit = target.limit();
        target.limit((int) Math.min(limit, target.position() + length - position));
        try {
            return journal.read(target, offset + position);
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public void encode(DataOutput out) throws IOException {
        out.writeByte(KIND);
        out.writeLong(offset);
        out.writeLong(length);
        out.writeLong(before);
        Digests.encode(out, digest);
    }

    @Override
    public boolean fits(Disk disk, Path file, Disk.Handle journal, boolean vanishes) throws IOException {
        return switch (disk.kind(file)) {
            case NONE -> before < 0 || vanishes;
            case FOLDER -> vanishes;
            case OTHER -> false;
            case FILE -> {
                try (Disk.Handle handle = disk.open(file, Disk.Mode.READ)) {
                    long size = handle.size();
                    yield size == length && equal(handle, journal)
                            || size == before && Digests.of(handle, 0, size).equals(digest);
                }
            }
        };
    }

    private boolean equal(Disk.Handle file, Disk.Handle journal) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(BUFFER);
        ByteBuffer other = ByteBuffer.allocate(BUFFER);
        for (long at = 0; at < length; at += one.limit()) {
            int count = (int) Math.min(BUFFER, length - at);
            file.read(one.clear().limit(count), at);
            journal.read(other.clear().limit(count), offset + at);
            if (!one.flip().equals(other.flip())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void apply(Disk disk, Path file, Disk.Handle journal) throws IOException {
        Path temporary = Places.temporary(file);
        try (Disk.Handle handle = disk.open(temporary, Disk.Mode.EMPTY)) {
            copy(journal, offset, handle, 0, length);
            if (disk.kind(file) == Disk.Kind.FILE) {
                disk.keepPermissions(file, temporary);
            }
            handle.force();
        }
        disk.move(temporary, file);
    }

    /** Copies bytes; those missing at the end are zeros. */
    static void copy(Disk.Handle from, long position, Disk.Handle to, long target, long length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, length));
        for (long at = 0; at < length; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), length - at));
            from.read(buffer, position + at);
            while (buffer.hasRemaining()) {
                buffer.put((byte) 0);
            }
            buffer.flip();
            at += buffer.remaining();
            to.write(buffer, target + at - buffer.limit());
        }
    }
}
