package io.atomflux.file.lmdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.Platform;

/**
 * Keeps the readers and writers of an environment apart that is opened without LMDB's own locks ({@code MDB_NOLOCK}), by locks
 * of the operating system on three bytes of a file, which a killed process cannot leave held.
 *
 * <p>LMDB's own mutexes lie in its lock file, and the bundled library does not notice when their owner was killed: all others
 * would wait for ever. Without them LMDB asks that there is one writer, and that no reader still uses an old snapshot while
 * a writer works ("MDB_NOLOCK" in lmdb.h). Byte 2 is held by the one writer. Byte 1 is shared by processes that read; a
 * writer takes it alone for a moment before each transaction. So whoever reads during a transaction began after the
 * last commit, and a transaction writes no page of the last two. Byte 0 is passed by readers and held by a writer
 * that waits for them, so that readers who overlap for ever do not keep it out.
 *
 * <p>Locks belong to the process, so readers within it are counted. Locks are asked for again and again, not waited for:
 * the system would take a process one thread of which waits, while another holds, for a deadlock.
 */
final class Guard {

    private static final int TURNSTILE = 0;
    private static final int READERS = 1;
    private static final int WRITER = 2;
    private static final long STALE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int SPINS = 50;
    private static final long SHORTEST_PAUSE = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

    /**
     * Whether a page of metadata is seen whole by others as it is written, as LMDB relies on where it is not locked: x86 keeps
     * the order of stores. Elsewhere readers are kept out until the commit is over.
     */
    private static final boolean ORDERED = Platform.getArchitecture() == Platform.Architecture.X64;

    // of each file once in a process: closing any channel of it would drop the locks of all
    private static final Map<Path, Guard> OPEN = new HashMap<>();

    private final Path place;
    private final FileChannel channel;
    private final boolean writable;
    private final ReentrantLock alone = new ReentrantLock();
    private int users; // guarded by OPEN
    private int readers;
    private boolean waited; // a writer of this process waits for its readers
    private long since;
    private @Nullable FileLock shared;
    private @Nullable FileLock writing;
    private @Nullable FileLock excluded;

    private Guard(Path place, FileChannel channel, boolean writable) {
        this.place = place;
        this.channel = channel;
        this.writable = writable;
    }

    /** Tells whether the locks of a writer can be taken. */
    boolean isWritable() {
        return writable;
    }

    /** Begins a short read; waits while a writer begins a transaction. */
    synchronized void beginReading() {
        // a process whose readers overlap for ever would never let go of the byte
        await(() -> !waited && (readers == 0 || System.nanoTime() - since <= STALE_NANOS));
        if (readers == 0) {
            FileLock passed = lock(TURNSTILE, true);
            try {
                shared = lock(READERS, true);
            } finally {
                release(passed);
            }
            since = System.nanoTime();
        }
        readers++;
    }

    synchronized void endReading() {
        readers--;
        if (readers == 0) {
            release(shared);
            shared = null;
            notifyAll();
        }
    }

    /** Becomes the one writer, and waits until all reads that run have ended; ended by the same thread. */
    void beginWriting() {
        begin(!ORDERED);
    }

    /** As {@link #beginWriting}, but nobody reads until it is over. */
    void beginAlone() {
        begin(true);
    }

    private void begin(boolean keep) {
        alone.lock();
        boolean begun = false;
        try {
            writing = lock(WRITER, false);
            barrier(keep);
            begun = true;
        } finally {
            if (!begun) {
                endWriting();
            }
        }
    }

    /** Ends what {@link #beginWriting} or {@link #beginAlone} began. */
    void endWriting() {
        try {
            synchronized (this) {
                waited = false;
                notifyAll();
                release(excluded);
                excluded = null;
            }
            release(writing);
        } finally {
            writing = null;
            alone.unlock();
        }
    }

    private synchronized void barrier(boolean keep) {
        waited = true;
        await(() -> readers == 0);
        FileLock closed = lock(TURNSTILE, false);
        try {
            excluded = lock(READERS, false);
        } finally {
            release(closed);
        }
        if (!keep) {
            release(excluded);
            excluded = null;
            waited = false;
            notifyAll();
        }
    }

    private synchronized void await(BooleanSupplier condition) {
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true; // not ours to act on: a started call runs to its end
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private FileLock lock(int at, boolean share) {
        try {
            long pause = SHORTEST_PAUSE;
            for (int i = 0; ; i++) {
                FileLock lock = channel.tryLock(at, 1, share);
                if (lock != null) {
                    return lock;
                }
                if (i < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(1 + ThreadLocalRandom.current().nextLong(pause));
                    pause = Math.min(LONGEST_PAUSE, 2 * pause);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("lock byte " + at + " of the lock file", e);
        }
    }

    private static void release(@Nullable FileLock lock) {
        if (lock != null) {
            try {
                lock.release();
            } catch (IOException e) {
                throw new UncheckedIOException("release a byte of the lock file", e);
            }
        }
    }

    /** Opens the locks of a file, or joins those who did in this process; null if there is no file and none is to be made. */
    static @Nullable Guard open(Path file, boolean create) throws IOException {
        synchronized (OPEN) {
            Path parent = Objects.requireNonNull(file.toAbsolutePath().getParent());
            if (!Files.isDirectory(parent)) {
                return null;
            }
            Path place = parent.toRealPath().resolve(file.getFileName());
            Guard known = OPEN.get(place);
            if (known == null) {
                if (!create && !Files.exists(place)) {
                    return null;
                }
                known = opened(place, create);
                OPEN.put(place, known);
            }
            known.users++;
            return known;
        }
    }

    private static Guard opened(Path place, boolean create) throws IOException {
        Set<StandardOpenOption> writing = create
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            return new Guard(place, FileChannel.open(place, writing), true);
        } catch (FileSystemException denied) {
            if (create || !Files.isReadable(place)) {
                throw denied;
            }
            return new Guard(place, FileChannel.open(place, StandardOpenOption.READ), false);
        }
    }

    /** Gives one opening back; the last one closes the file, whereupon the system drops all locks of this process. */
    void close() throws IOException {
        synchronized (OPEN) {
            if (--users == 0) {
                OPEN.remove(place);
                channel.close();
            }
        }
    }
}
