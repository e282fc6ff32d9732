package io.atomflux.artifact.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The one file in which all names are locked, each by a byte of its own far behind the end, so that a million names cost no
 * file; open once in the process, as closing any handle of it would free all its locks.
 *
 * <p>Bytes 0 to 11 are the last token given (8, big-endian) and its CRC-32C (4).
 */
final class LeaseFile {

    private static final Map<Path, LeaseFile> OPEN = new HashMap<>(); // guarded by itself
    private static final int TOKEN = 12;

    private final Path path;
    private final FileChannel channel;
    private final Set<Long> mine = new HashSet<>(); // guarded by this
    private int users; // guarded by OPEN

    private LeaseFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    static LeaseFile open(Path folder) throws IOException {
        // However the store is named, as the system's locks are those of the process.
        Path path = folder.toRealPath().resolve("names");
        synchronized (OPEN) {
            LeaseFile file = OPEN.get(path);
            if (file == null) {
                if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                        && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw new FileSystemException(path.toString(), null, "not a regular file; links are not followed");
                }
                file = new LeaseFile(
                        path,
                        FileChannel.open(
                                path,
                                Set.of(
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.READ,
                                        StandardOpenOption.WRITE,
                                        LinkOption.NOFOLLOW_LINKS)));
                OPEN.put(path, file);
            }
            file.users++;
            return file;
        }
    }

    void close() throws IOException {
        synchronized (OPEN) {
            if (--users == 0) {
                OPEN.remove(path);
                channel.close();
            }
        }
    }

    /** Returns the byte that stands for a name; two names share one with a chance of 1 in 2^61. */
    static long place(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return (ByteBuffer.wrap(hash).getLong() >>> 2) + TOKEN;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Locks a place; null if another has it, in this process or another. */
    @Nullable
    Held tryLock(long place) throws IOException {
        synchronized (this) {
            if (!mine.add(place)) {
                return null;
            }
        }
        @Nullable FileLock lock = null;
        @Nullable Held held = null;
        try {
            lock = channel.tryLock(place, 1, false);
            held = lock == null ? null : new Held(lock, place, nextToken());
            return held;
        } catch (OverlappingFileLockException e) {
            return null; // another copy of these classes in this virtual machine
        } finally {
            if (held == null) {
                try {
                    if (lock != null) {
                        lock.release();
                    }
                } finally {
                    forget(place);
                }
            }
        }
    }

    private synchronized void forget(long place) {
        mine.remove(place);
    }

    private synchronized long nextToken() throws IOException {
        try (FileLock counting = channel.lock(0, TOKEN, false)) {
            ByteBuffer bytes = ByteBuffer.allocate(TOKEN);
            while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
            // Damaged, or never written: the clock is far ahead of any count.
            boolean whole = bytes.position() == TOKEN && bytes.getInt(Long.BYTES) == checksum(bytes.getLong(0));
            long token = whole ? bytes.getLong(0) + 1 : Math.max(1, System.currentTimeMillis() * 1000);
            ByteBuffer next = ByteBuffer.allocate(TOKEN).putLong(token).putInt(checksum(token));
            next.flip();
            while (next.hasRemaining()) {
                channel.write(next, next.position());
            }
            channel.force(false);
            return token;
        }
    }

    private static int checksum(long token) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, token));
        return (int) crc.getValue();
    }

    /** A place that is locked. */
    final class Held {
        private final FileLock lock;
        private final long place;
        private final long token;
        private boolean open = true; // guarded by this

        private Held(FileLock lock, long place, long token) {
            this.lock = lock;
            this.place = place;
            this.token = token;
        }

        long token() {
            return token;
        }

        synchronized void release() throws IOException {
            if (open) {
                open = false;
                try {
                    if (lock.isValid()) {
                        lock.release();
                    }
                } finally {
                    forget(place);
                }
            }
        }
    }
}
