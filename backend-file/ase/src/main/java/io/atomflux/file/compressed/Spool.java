package io.atomflux.file.compressed;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A compressed file, read as if it were plain.
 *
 * <p>It is inflated once, in order, and only as far as was asked for, into a temporary file that nobody else can open and
 * that is gone with this object or this process (on POSIX it has no name from the beginning). Memory stays constant
 * whatever the file holds. Damage is told to whoever reaches it; what stands before can be read. Safe for several threads;
 * what is inflated already is read by all at once.
 */
public final class Spool implements AutoCloseable {

    private static final int STEP = 1 << 17; // a block of Zstandard
    private static final int TAIL = 64;

    /**
     * Where to inflate to, and how much.
     *
     * @param folder where the temporary file is; that of the system unless set
     * @param mostBytes how many bytes may be inflated; as many as the disk holds unless set
     */
    public record Settings(Optional<Path> folder, OptionalLong mostBytes) {

        /** Returns the defaults. */
        public static Settings defaults() {
            return new Settings(Optional.empty(), OptionalLong.empty());
        }

        private Path place() {
            return folder.orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir")));
        }

        /** Opens a temporary file that nobody else can open and that is gone once closed. */
        public FileChannel temporary() throws IOException {
            Path folder = place();
            if (!Files.isDirectory(folder)) {
                throw new IOException(
                        "%s is no folder (expected: one to inflate to; set the option spool_dir)".formatted(folder));
            }
            boolean posix = Files.getFileAttributeView(folder, PosixFileAttributeView.class) != null;
            FileAttribute<?>[] hidden = posix
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];
            return FileChannel.open(
                    folder.resolve("atomflux-inflated-" + UUID.randomUUID()),
                    Set.of(
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE),
                    hidden);
        }
    }

    /** A compressed stream that is damaged, or ends inside a member; its message tells where and how. */
    public static final class DamagedException extends IOException {

        private static final long serialVersionUID = 1L;

        DamagedException(String problem) {
            super(problem);
        }

        DamagedException(String problem, Throwable cause) {
            super(problem, cause);
        }
    }

    private final FileChannel compressed;
    private final Compression kind;
    private final Settings settings;
    private final String store;

    private long limit;
    private long reached; // up to where the compressed file was taken when its end was reached
    private byte[] tail = {};
    private @Nullable CompressedInput input;
    private @Nullable Inflation inflation;
    private @Nullable ByteBuffer room; // holds what is still to be written, from its position to its limit
    private volatile @Nullable FileChannel inflated;
    private volatile long size;
    private volatile boolean finished;
    private @Nullable DamagedException damage;
    private boolean closed;

    private Spool(FileChannel compressed, Compression kind, long limit, Settings settings, String store) {
        this.compressed = compressed;
        this.kind = kind;
        this.limit = limit;
        this.settings = settings;
        this.store = store;
    }

    /**
     * Opens a file; nothing is inflated yet.
     *
     * @param limit up to where the compressed file counts, in bytes
     * @param store how messages name it
     */
    public static Spool open(Path file, Compression kind, long limit, Settings settings, String store)
            throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Spool spool = new Spool(channel, kind, limit, settings, store);
        try {
            spool.tail = spool.tailNow();
            return spool;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private byte[] tailNow() throws IOException {
        ByteBuffer now = ByteBuffer.allocate((int) Math.min(TAIL, limit));
        long from = limit - now.capacity();
        while (now.hasRemaining() && compressed.read(now, from + now.position()) > 0) {
            continue;
        }
        return Arrays.copyOf(now.array(), now.position());
    }

    /** Tells whether the last compressed bytes are still there; a file that was overwritten in place mostly shows so. */
    public synchronized boolean isTailUnchanged() throws IOException {
        return Arrays.equals(tail, tailNow());
    }

    /**
     * Takes what was added behind into account.
     *
     * @return false if this is not possible because the stream ended inside a member, so that another spool is needed
     */
    public synchronized boolean grow(long longer) throws IOException {
        if (damage != null) {
            return false;
        }
        CompressedInput running = input;
        if (running != null) {
            running.limit(longer);
        }
        limit = longer;
        tail = tailNow();
        finished = false;
        return true;
    }

    /**
     * Reads inflated bytes, inflating them first if need be.
     *
     * @param at where, in the plain text
     * @return how many, fewer than there is room for perhaps, or -1 at the end
     * @throws DamagedException if the stream is damaged before this place
     * @throws LimitExceededException if more would be inflated than is allowed
     * @throws StoreFullException if the folder of the temporary file has no room
     */
    public int read(ByteBuffer target, long at) throws IOException {
        if (at >= size && !inflateTo(at)) {
            return -1;
        }
        int wanted = (int) Math.min(target.remaining(), size - at); // behind it another thread may be writing
        int before = target.limit();
        target.limit(target.position() + wanted);
        try {
            return opened().read(target, at);
        } finally {
            target.limit(before);
        }
    }

    /** Copies inflated bytes that were read before. */
    public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
        return opened().transferTo(at, Math.min(count, size - at), target);
    }

    private FileChannel opened() throws IOException {
        FileChannel open = inflated;
        if (open == null) {
            throw new IOException("nothing was inflated yet (expected: a place that was read before)");
        }
        return open;
    }

    /**
     * Inflates all of it.
     *
     * @return how many bytes it holds
     * @throws IOException as {@link #read}
     */
    public long inflateAll() throws IOException {
        while (inflateTo(size)) {
            continue;
        }
        return size;
    }

    /** Returns how many bytes it holds, if the end was reached already. */
    public OptionalLong knownSize() {
        return finished ? OptionalLong.of(size) : OptionalLong.empty();
    }

    /** Inflates until the byte at a place is there; false if it ends before. */
    private synchronized boolean inflateTo(long at) throws IOException {
        if (closed) {
            throw new IOException("the inflated copy was closed");
        }
        while (size <= at) {
            if (room == null || !room.hasRemaining()) { // else what could not be written comes first
                if (damage != null) {
                    throw new DamagedException(String.valueOf(damage.getMessage()), damage);
                } else if (finished) {
                    return false;
                }
            }
            step();
        }
        return true;
    }

    private void step() throws IOException {
        ByteBuffer bytes = room;
        if (bytes == null || !bytes.hasRemaining()) {
            bytes = inflateStep();
        }
        if (settings.mostBytes().isPresent()
                && size + bytes.remaining() > settings.mostBytes().getAsLong()) {
            throw new LimitExceededException(
                    "bytes inflated of " + store,
                    size + bytes.remaining(),
                    settings.mostBytes().getAsLong(),
                    "raise the option max_inflated_bytes, or decompress the file beforehand");
        }
        write(bytes);
        if (inflation == null) {
            room = null;
        }
    }

    /** Fills the room; what is damaged behind is told when its turn comes. */
    private ByteBuffer inflateStep() throws IOException {
        Inflation running = inflation;
        if (running == null) {
            boolean direct = kind == Compression.ZSTD;
            CompressedInput in = new CompressedInput(compressed, reached, limit, direct);
            running = kind.inflation(in);
            input = in;
            inflation = running;
        }
        ByteBuffer bytes = room;
        if (bytes == null) {
            bytes = kind == Compression.ZSTD ? ByteBuffer.allocateDirect(STEP) : ByteBuffer.allocate(STEP);
            room = bytes;
        }
        bytes.clear();
        try {
            running.inflate(bytes);
            if (bytes.position() == 0) {
                finished = true;
                rest();
            }
        } catch (DamagedException e) {
            damage = e;
            rest();
        } finally {
            bytes.flip();
        }
        return bytes;
    }

    /** Gives back what inflating needs. */
    private void rest() {
        if (input != null) {
            reached = input.at();
            input = null;
        }
        if (inflation != null) {
            inflation.close();
            inflation = null;
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (!bytes.hasRemaining()) {
            return;
        }
        try {
            FileChannel target = inflated;
            if (target == null) {
                target = settings.temporary();
                inflated = target;
            }
            while (bytes.hasRemaining()) {
                long written = size;
                size = written + target.write(bytes, written); // what has no room is tried again by the next call
            }
        } catch (IOException e) {
            String reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
            if (reason != null
                    && (reason.contains("No space left")
                            || reason.contains("quota")
                            || reason.contains("File too large"))) {
                throw new StoreFullException(
                        store,
                        "%s, where %d bytes of it were inflated to: %s (set the option spool_dir to a folder with room)"
                                .formatted(settings.place(), size, reason),
                        e);
            }
            throw e;
        }
    }

    /** Closes both files; the temporary one is gone. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        rest();
        room = null;
        try (FileChannel temporary = inflated) {
            compressed.close();
        }
    }
}
