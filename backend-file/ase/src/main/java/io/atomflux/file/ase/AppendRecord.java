package io.atomflux.file.ase;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * What an append intends, kept in a small file beside ({@code .NAME.atomflux-append}) until it is done.
 *
 * <p>It makes an append of several frames appear at one instant, and whole or not at all after a crash: as long as the
 * bytes it names are not all there and right, the file ends where the append began. Layout: length before, length after,
 * CRC-32C of the bytes in between, CRC-32C of these 20 bytes; big-endian.
 *
 * @param before length of the file before the append
 * @param after length of the file after it
 * @param sum CRC-32C of the appended bytes
 */
record AppendRecord(long before, long after, int sum) {

    private static final int SIZE = 24;

    static Path beside(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".atomflux-append");
    }

    static AppendRecord of(long before, byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return new AppendRecord(before, before + length, (int) crc.getValue());
    }

    /** Tells up to where a file of so many bytes counts. */
    static long committed(Path file, long length) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(beside(file));
        } catch (NoSuchFileException e) {
            return length;
        }
        if (bytes.length != SIZE
                || (int) sum(bytes).getValue() != ByteBuffer.wrap(bytes).getInt(20)) {
            return length; // not written to its end, so the append had not begun
        }
        ByteBuffer fields = ByteBuffer.wrap(bytes);
        return new AppendRecord(fields.getLong(), fields.getLong(), fields.getInt()).committedOf(file, length);
    }

    private static CRC32C sum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, 20);
        return crc;
    }

    private long committedOf(Path file, long length) throws IOException {
        if (length <= before || length > after) {
            return length; // rewritten or appended to by a program that knows nothing of this record
        }
        return length == after && isThere(file) ? length : before;
    }

    private boolean isThere(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer room = ByteBuffer.allocate(1 << 16);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
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
        }
        return (int) crc.getValue() == sum;
    }

    /** Writes this record and syncs it. */
    void write(Path file) throws IOException {
        ByteBuffer fields =
                ByteBuffer.allocate(SIZE).putLong(before).putLong(after).putInt(sum);
        fields.putInt((int) sum(fields.array()).getValue()).flip();
        try (FileChannel channel = FileChannel.open(
                beside(file),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
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
