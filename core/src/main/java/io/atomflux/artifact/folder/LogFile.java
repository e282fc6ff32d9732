package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.Commit;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The commits since the last run was written, appended one behind the other.
 *
 * <p>The file: {@code AFXLOG1\n}, then frames of a mark (4), the length of the content (4), where in the file the frame
 * begins (8), a checksum of the content (4), a checksum of these (4), and the content: 0 and any number of changes (length of
 * the key, key, length of the value and one or 0 for a deleted key, value; lengths are variable-length integers), or 1 for the
 * end: what is committed afterwards is in another log. Integers are big-endian; checksums are CRC-32C, begun with the name of
 * the log.
 *
 * <p>A frame holds all that is committed at one instant. What is behind the last whole frame is what a killed process left; the
 * next one that writes cuts it. Whether it is that, or damage to what was committed, is told by what is behind: no frame is begun
 * before the one before it is whole.
 */
final class LogFile implements Closeable {

    static final int HEADER = 8;

    private static final long MAGIC = 0x4146584c4f47310aL;
    private static final int MARK = 0x41664652;
    private static final int FRAME = 24;
    private static final int MOST = 128 << 20;
    private static final int BUFFER = 256 << 10;

    private final String index;
    private final String name;
    private final Disk.Handle file;
    private long unfinishedAt = -1; // where a tail that was looked through begins and ends
    private long unfinishedTo;

    LogFile(String index, String name, Disk.Handle file) {
        this.index = index;
        this.name = name;
        this.file = file;
    }

    static String fileName(String log) {
        return log + ".log";
    }

    /** Makes an empty log that survives loss of power once its folder is synced. */
    static void create(Disk disk, Path folder, String log) throws IOException {
        try (Disk.Handle file = disk.create(folder.resolve(fileName(log)))) {
            file.write(ByteBuffer.allocate(HEADER).putLong(0, MAGIC), 0);
            file.force();
        }
    }

    /**
     * Opens a log.
     *
     * @param index the place for messages
     */
    static LogFile open(Disk disk, Path folder, String index, String log, boolean writable) throws IOException {
        Path path = folder.resolve(fileName(log));
        LogFile file = new LogFile(index, log, writable ? disk.write(path) : disk.read(path));
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        boolean opened = false;
        try {
            file.file.read(header, 0);
            if (header.hasRemaining() || header.getLong(0) != MAGIC) {
                throw file.damaged("it does not begin as a log does");
            }
            opened = true;
            return file;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private CorruptDataException damaged(String problem) {
        return new CorruptDataException(index, fileName(name), problem + "; rebuild the index of the store", null);
    }

    String name() {
        return name;
    }

    long size() throws IOException {
        return file.size();
    }

    /** Encodes changes as the content of a frame. */
    static byte[] content(Collection<Commit.Change> changes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        out.write(0);
        for (Commit.Change change : changes) {
            RunWriter.varint(out, change.key().length());
            out.writeBytes(change.key().toArray());
            RunWriter.varint(
                    out, change.value().map(value -> value.length() + 1).orElse(0));
            change.value().ifPresent(value -> out.writeBytes(value.toArray()));
        }
        return out.toByteArray();
    }

    /** Returns the content of the frame that ends a log. */
    static byte[] end() {
        return new byte[] {1};
    }

    /**
     * Writes a frame at the end of what is whole, cutting what a killed process left there; returns where it ends.
     *
     * @throws CorruptDataException if whole frames are behind
     */
    long append(byte[] content, long position) throws IOException {
        if (file.size() > position) {
            checkTail(position);
            file.truncate(position);
        }
        ByteBuffer frame = ByteBuffer.allocate(FRAME + content.length)
                .putInt(MARK)
                .putInt(content.length)
                .putLong(position)
                .putInt(checksum(ByteBuffer.wrap(content)));
        frame.putInt(checksum(frame.duplicate().flip())).put(content).flip();
        boolean written = false;
        try {
            file.write(frame, position);
            written = true;
        } finally {
            if (!written) {
                file.truncate(position);
            }
        }
        return position + FRAME + content.length;
    }

    void force() throws IOException {
        file.force();
    }

    private int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(name.getBytes(StandardCharsets.US_ASCII));
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Takes what a log says, frame by frame. */
    interface Sink {
        /** Takes one change of a frame. */
        void change(Bytes key, Optional<Bytes> value);

        /** Takes the end of a frame: all changes since the last one are one commit. */
        void committed(long end);

        /** Takes the end of the log. */
        void ended();
    }

    /**
     * Reads whole frames; returns where the last one ends. For one thread at a time.
     *
     * @param limit up to where to read, as a size seen before
     * @throws CorruptDataException if a frame is damaged before others
     */
    long read(long from, long limit, Sink sink) throws IOException {
        long position = from;
        while (position < limit) {
            byte[] content = frame(position, limit);
            if (content == null) {
                if (unfinishedAt != position || unfinishedTo != limit) { // stays until somebody writes
                    checkTail(position);
                    unfinishedAt = position;
                    unfinishedTo = limit;
                }
                return position;
            }
            decode(content, sink);
            position += FRAME + content.length;
            sink.committed(position);
        }
        return position;
    }

    /**
     * Reads all whole frames, also behind damaged ones.
     *
     * @return how many stretches were damaged
     */
    int salvage(Sink sink) throws IOException {
        int damages = 0;
        long size = size();
        long position = HEADER;
        while (position < size) {
            byte[] content = frame(position, size);
            if (content == null) {
                damages++;
                position++;
                while (position < size && frame(position, size) == null) {
                    position++;
                }
            } else {
                decode(content, sink);
                position += FRAME + content.length;
                sink.committed(position);
            }
        }
        return damages;
    }

    /** Reads one frame; null if it is not whole. */
    private byte @Nullable [] frame(long position, long limit) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(FRAME);
        if (limit - position < FRAME || file.read(header, position) < FRAME) {
            return null;
        }
        int length = length(header, 0, position);
        if (length < 0 || position + FRAME + length > limit) {
            return null;
        }
        ByteBuffer content = ByteBuffer.allocate(length);
        if (file.read(content, position + FRAME) < length || checksum(content.flip()) != header.getInt(16)) {
            return null;
        }
        return content.array();
    }

    /** Returns the length of the content of a frame that begins in a buffer, or -1 if none begins there. */
    private int length(ByteBuffer bytes, int at, long position) {
        return bytes.getInt(at) == MARK
                        && bytes.getLong(at + 8) == position
                        && bytes.getInt(at + 4) > 0
                        && bytes.getInt(at + 4) <= MOST
                        && bytes.getInt(at + 20) == checksum(bytes.slice(at, 20))
                ? bytes.getInt(at + 4)
                : -1;
    }

    /** Refuses a log in which a whole frame stands behind one that is not. */
    private void checkTail(long position) throws IOException {
        long size = file.size();
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
        for (long at = position + 1; at + FRAME < size; at += BUFFER - FRAME + 1) {
            bytes.clear();
            int count = file.read(bytes, at);
            for (int i = 0; i + FRAME <= count; i++) {
                // The first again: it may have become whole while this reader was looking.
                if (bytes.get(i) == 0x41
                        && length(bytes, i, at + i) >= 0
                        && frame(at + i, size) != null
                        && frame(position, size) == null) {
                    throw damaged("the commit at %d is damaged; one behind it is not".formatted(position));
                }
            }
        }
    }

    private void decode(byte[] content, Sink sink) {
        if (content[0] == 1) {
            sink.ended();
            return;
        }
        ByteBuffer rest = ByteBuffer.wrap(content, 1, content.length - 1);
        while (rest.hasRemaining()) {
            Bytes key = slice(content, rest, varint(rest));
            int length = varint(rest);
            sink.change(key, length == 0 ? Optional.empty() : Optional.of(slice(content, rest, length - 1)));
        }
    }

    private static Bytes slice(byte[] content, ByteBuffer rest, int length) {
        Bytes bytes = Bytes.wrap(content, rest.position(), length);
        rest.position(rest.position() + length);
        return bytes;
    }

    private static int varint(ByteBuffer bytes) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            byte part = bytes.get();
            value |= (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
