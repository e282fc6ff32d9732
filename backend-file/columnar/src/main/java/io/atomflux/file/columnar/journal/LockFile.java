package io.atomflux.file.columnar.journal;

import io.atomflux.error.ForeignDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open lock file of a store: 40 bytes, big endian: magic, a mark that no other lock file has, how often something changed
 * (begins at the mark), the number of the last journal applied, whether the file was removed.
 *
 * <p>What is locked lies far beyond them, as a lock keeps other processes from reading on some systems.
 */
final class LockFile implements Marks, AutoCloseable {

    private static final long MAGIC = 0x4146_584c_4f43_4b31L; // AFXLOCK1
    private static final int LENGTH = 40;
    private static final int MARK = 8;
    private static final int GENERATION = 16;
    private static final int APPLIED = 24;
    private static final int GONE = 32;
    /** Of a lock file that was removed with its store. */
    static final long REMOVED = -1;

    private static final long MAIN = 1L << 40;
    private static final long TURN = MAIN + 1;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final FileChannel channel;
    private final boolean writable;
    private final @Nullable Object key;

    private LockFile(Path path, FileChannel channel, boolean writable, @Nullable Object key) {
        this.path = path;
        this.channel = channel;
        this.writable = writable;
        this.key = key;
    }

    /**
     * Opens a lock file.
     *
     * @throws NoSuchFileException if there is none and it shall not be made
     */
    static LockFile open(Path path, boolean write, boolean create) throws IOException {
        Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        if (write) {
            options.add(StandardOpenOption.WRITE);
        }
        if (create) {
            options.add(StandardOpenOption.CREATE);
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(path, options);
        } catch (FileSystemException e) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileSystemException(
                        path.toString(),
                        null,
                        "a folder or a link (expected: the lock file, which is made anew where there is none); move it away");
            }
            throw e;
        }
        LockFile file = null;
        try {
            file = new LockFile(path, channel, write, key(path));
        } finally {
            if (file == null) {
                channel.close();
            }
        }
        return file;
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    boolean isWritable() {
        return writable;
    }

    /** Tells whether this is still what lies at its path. */
    boolean isCurrent() throws IOException {
        try {
            return Objects.equals(key(path), key) && !isGone();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Tells whether it was removed with its store. */
    boolean isGone() throws IOException {
        return get(GONE) != 0;
    }

    /** Tells whether what it remembers was written. */
    boolean isInitialised(String store) throws IOException {
        long magic = get(0);
        if (magic != 0 && magic != MAGIC || magic == 0 && channel.size() > LENGTH) {
            throw new ForeignDataException(
                    store, "a lock file of something else at " + path, "none, or one of this library; move it away");
        }
        return magic == MAGIC;
    }

    /** Writes what it remembers; the caller has it locked. */
    void initialise() throws IOException {
        long mark = 1 + (RANDOM.nextLong() >>> 34);
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        bytes.putLong(MAGIC).putLong(mark << 32).putLong(mark << 32).putLong(0).putLong(0);
        write(bytes.flip(), 0);
    }

    private long get(int place) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8);
        while (bytes.hasRemaining() && channel.read(bytes, place + bytes.position()) >= 0) {}
        return bytes.hasRemaining() ? 0 : bytes.getLong(0);
    }

    private void write(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    private void put(int place, long... values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length);
        for (long value : values) {
            bytes.putLong(value);
        }
        write(bytes.flip(), place);
    }

    @Override
    public long mark() throws IOException {
        return get(MARK);
    }

    /** Returns how often something changed, 0 if nothing was remembered yet. */
    long generation() throws IOException {
        return get(0) == MAGIC ? get(GENERATION) : 0;
    }

    /** Returns the same, or {@link #REMOVED}, by one call of the system: readers ask before every row. */
    long generationUnlessGone() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
        if (bytes.position() == LENGTH && bytes.getLong(GONE) != 0) {
            return REMOVED;
        }
        return bytes.position() >= APPLIED && bytes.getLong(0) == MAGIC ? bytes.getLong(GENERATION) : 0;
    }

    @Override
    public long applied() throws IOException {
        return get(APPLIED);
    }

    @Override
    public void apply(long number) throws IOException {
        put(GENERATION, get(GENERATION) + 1, number);
        if (!LocalDisk.SYNCS_FOLDERS) {
            channel.force(false); // there the removal of the journal cannot be synced, so this has to tell it is old
        }
    }

    @Override
    public void change() throws IOException {
        put(GENERATION, get(GENERATION) + 1);
    }

    /** Tells everybody who has it open that it is removed, and removes it. */
    void remove() throws IOException {
        put(GENERATION, get(GENERATION) + 1);
        put(GONE, 1);
        Files.deleteIfExists(path);
    }

    /** Tries to keep others out. */
    @Nullable
    FileLock tryMain(boolean shared) throws IOException {
        return channel.tryLock(MAIN, 1, shared);
    }

    /** Tries to be the next to come in: who waits for readers holds it, so that no new ones come. */
    @Nullable
    FileLock tryTurn(boolean shared) throws IOException {
        return channel.tryLock(TURN, 1, shared);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
