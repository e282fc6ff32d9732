package io.atomflux.file.ase;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What an append intends, kept in a small file beside ({@code .NAME.atomflux-append}) until it is done.
 *
 * <p>It makes an append of several frames appear at one instant, and whole or not at all after a crash: as long as the
 * bytes it names are not all there and right, the file ends where the append began. Since that hides text, and the next
 * writer cuts it off, a record counts only for the file it was made for: the bytes before the append must be the same, and
 * what is there of the append must begin as it does. Layout, big-endian: length before, length after (8 bytes each), CRC-32C
 * of the appended bytes, CRC-32C of up to 4096 bytes before them, the first 64 of the appended bytes (zeros behind fewer),
 * CRC-32C of all this.
 */
final class AppendRecord {

    private static final int HEAD = 64;
    private static final int TAIL = 4096;
    private static final int SIZE = 8 + 8 + 4 + 4 + HEAD + 4;

    private final long before;
    private final long after;
    private final int sum;
    private final int tailSum;
    private final byte[] head;

    private AppendRecord(long before, long after, int sum, int tailSum, byte[] head) {
        this.before = before;
        this.after = after;
        this.sum = sum;
        this.tailSum = tailSum;
        this.head = head;
    }

    static Path beside(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".atomflux-append");
    }

    /** Returns the record of appending bytes to a file behind its first {@code before} ones. */
    static AppendRecord of(Path file, long before, byte[] bytes, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new AppendRecord(
                    before,
                    before + length,
                    sum(bytes, length),
                    tailSum(channel, before),
                    Arrays.copyOf(Arrays.copyOf(bytes, Math.min(length, HEAD)), HEAD));
        }
    }

    private static int sum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static int tailSum(FileChannel channel, long before) throws IOException {
        int length = (int) Math.min(TAIL, before);
        ByteBuffer tail = read(channel, before - length, length);
        return sum(tail.array(), tail.limit());
    }

    /** Reads so many bytes, or as many as there are. */
    private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(length);
        while (room.hasRemaining() && channel.read(room, from + room.position()) > 0) {
            continue;
        }
        return room.flip();
    }

    /** Tells up to where a file of so many bytes counts. */
    static long committed(Path file, long length) throws IOException {
        Path beside = beside(file);
        // Asked before every operation; the calls of Files would make an exception each time there is none.
        if (!beside.toFile().isFile()) {
            return length;
        }
        ByteBuffer fields;
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.READ)) {
            if (channel.size() != SIZE) {
                return length; // not written to its end, so the append had not begun
            }
            fields = read(channel, 0, SIZE);
        } catch (java.nio.file.NoSuchFileException e) {
            return length;
        }
        if (fields.limit() != SIZE || sum(fields.array(), SIZE - 4) != fields.getInt(SIZE - 4)) {
            return length;
        }
        byte[] head = new byte[HEAD];
        AppendRecord record =
                new AppendRecord(fields.getLong(), fields.getLong(), fields.getInt(), fields.getInt(), head);
        fields.get(head);
        return record.committedOf(file, length);
    }

    private long committedOf(Path file, long length) throws IOException {
        if (before < 0 || length <= before || length > after) {
            return length; // rewritten or appended to by a program that knows nothing of this record
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (tailSum(channel, before) != tailSum || !isBegun(channel)) {
                return length;
            }
            return length == after && isThere(channel) ? length : before;
        }
    }

    /** Tells whether what is there is a beginning of the append; places never written are zero. */
    private boolean isBegun(FileChannel channel) throws IOException {
        ByteBuffer begun = read(channel, before, (int) Math.min(HEAD, after - before));
        for (int i = 0; i < begun.limit(); i++) {
            if (begun.get(i) != head[i] && begun.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isThere(FileChannel channel) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer room = ByteBuffer.allocate(1 << 16);
        long at = before;
        while (at < after) {
            room.clear().limit((int) Math.min(room.capacity(), after - at));
            int read = channel.read(room, at);
            if (read <= 0) {
                return false;
            }
            crc.update(room.flip());
            at += read;
        }
        return (int) crc.getValue() == sum;
    }

    /** Writes this record and syncs it. */
    void write(Path file) throws IOException {
        ByteBuffer fields = ByteBuffer.allocate(SIZE)
                .putLong(before)
                .putLong(after)
                .putInt(sum)
                .putInt(tailSum)
                .put(head);
        fields.putInt(sum(fields.array(), SIZE - 4)).flip();
        try (FileChannel channel = FileChannel.open(
                beside(file),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING,
                LinkOption.NOFOLLOW_LINKS)) {
            while (fields.hasRemaining()) {
                channel.write(fields);
            }
            channel.force(true);
        }
    }

    static void delete(Path file) throws IOException {
        Files.deleteIfExists(beside(file));
    }
}
