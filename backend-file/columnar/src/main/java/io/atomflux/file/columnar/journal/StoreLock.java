package io.atomflux.file.columnar.journal;

import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreBusyException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Many readers or one writer of one store, in this process and in others; who came first goes first.
 *
 * <p>All readers of a process share one lock of the file, as a process cannot hold two. Its channel is opened once and kept:
 * on POSIX closing any channel of a file gives up all locks of the process on it. Hence there is one of these for a path.
 */
final class StoreLock {

    private static final Map<Path, StoreLock> ALL = new HashMap<>();
    private static final long SHORTEST_PAUSE = 100_000;
    private static final long LONGEST_PAUSE = 20_000_000;
    private static final long LOOK_AGAIN = 100_000_000;

    private final Path path;
    private int users;

    private final ReentrantLock monitor = new ReentrantLock();
    private final Condition changed = monitor.newCondition();
    private final Deque<Object> queue = new ArrayDeque<>();
    private final Set<Thread> inside = new HashSet<>();
    private int readers;
    private boolean writer;
    private @Nullable FileLock held;

    private final Object opening = new Object();
    private volatile @Nullable LockFile file;
    private volatile long looked = System.nanoTime() - LOOK_AGAIN;

    private StoreLock(Path path) {
        this.path = path;
    }

    /** Returns the lock of a path, to be given back. */
    static StoreLock share(Path path) {
        synchronized (ALL) {
            StoreLock lock = ALL.computeIfAbsent(path, StoreLock::new);
            lock.users++;
            return lock;
        }
    }

    /** Gives it back; the caller is out. */
    void release() throws IOException {
        synchronized (ALL) {
            if (--users == 0) {
                ALL.remove(path);
                synchronized (opening) {
                    LockFile open = file;
                    file = null;
                    if (open != null) {
                        open.close();
                    }
                }
            }
        }
    }

    /** Returns how often something changed; 0 without a lock file. */
    long generation() throws IOException {
        for (int i = 0; ; i++) {
            try {
                LockFile open = file;
                if (open == null) {
                    open = openIfThere();
                }
                if (open == null) {
                    return 0;
                }
                long generation = open.generationUnlessGone();
                if (generation == LockFile.REMOVED || isTimeToLook() && !open.isCurrent()) {
                    return generationOfNew();
                }
                return generation;
            } catch (ClosedChannelException e) {
                if (i == 10) {
                    throw e;
                }
            }
        }
    }

    private boolean isTimeToLook() {
        long now = System.nanoTime();
        if (now - looked < LOOK_AGAIN) {
            return false;
        }
        looked = now;
        return true;
    }

    private @Nullable LockFile openIfThere() throws IOException {
        synchronized (opening) {
            if (file == null) {
                try {
                    file = LockFile.open(path, false, false);
                } catch (NoSuchFileException e) {
                    return null;
                }
            }
            return file;
        }
    }

    /** What is open is removed; what lies there now may be opened and closed, as it is not locked by this process. */
    private long generationOfNew() throws IOException {
        looked = System.nanoTime() - LOOK_AGAIN;
        synchronized (opening) {
            try (LockFile there = LockFile.open(path, false, false)) {
                return there.generation();
            } catch (NoSuchFileException e) {
                return 0;
            }
        }
    }

    /** Returns what the lock file remembers; for those inside. */
    Marks marks() {
        LockFile open = file;
        return open != null && held != null ? open : Marks.NONE;
    }

    /** Removes the lock file; for the writer inside. */
    void removeFile() throws IOException {
        LockFile open = file;
        if (open != null) {
            open.remove();
        }
    }

    /**
     * Waits until it may come in.
     *
     * @param create whether the lock file is made; where it cannot be made, readers come in without
     * @throws StoreBusyException if that takes too long
     */
    void enter(boolean exclusive, boolean create, Duration patience, String store) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        monitor.lock();
        try {
            Thread me = Thread.currentThread();
            if (inside.contains(me)) {
                throw new IllegalStateException(
                        "%s is in use by this very call (expected: neither reading nor writing within another)"
                                .formatted(store));
            }
            Object ticket = new Object();
            queue.add(ticket);
            try {
                while (queue.peek() != ticket || !isFree(exclusive, create)) {
                    // In a turn of its own, as another process may end its wait without telling.
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        throw new StoreBusyException(
                                store,
                                "other calls of this process kept it for longer than %s".formatted(patience),
                                null);
                    }
                    try {
                        changed.awaitNanos(queue.peek() == ticket ? Math.min(left, LONGEST_PAUSE) : left);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
                if (readers == 0) {
                    monitor.unlock();
                    FileLock lock;
                    try {
                        lock = acquire(exclusive, create, deadline, patience, store);
                    } finally {
                        monitor.lock();
                    }
                    held = lock;
                }
                writer = exclusive;
                readers += exclusive ? 0 : 1;
                inside.add(me);
            } finally {
                queue.remove(ticket);
                changed.signalAll();
            }
        } finally {
            monitor.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isFree(boolean exclusive, boolean create) throws IOException {
        if (readers == 0) {
            return !writer;
        }
        if (exclusive) {
            return false;
        }
        LockFile open = file;
        if (held == null || open == null) {
            return !create; // they came in without a lock file
        }
        FileLock turn = open.tryTurn(true);
        if (turn == null) {
            return false; // a writer of another process waits for those inside
        }
        turn.release();
        return true;
    }

    /** Goes out. */
    void leave() throws IOException {
        monitor.lock();
        try {
            inside.remove(Thread.currentThread());
            if (writer) {
                writer = false;
            } else {
                readers--;
            }
            FileLock lock = held;
            if (readers == 0 && lock != null) {
                held = null;
                if (lock.acquiredBy().isOpen()) {
                    lock.release();
                }
            }
        } finally {
            changed.signalAll();
            monitor.unlock();
        }
    }

    private @Nullable FileLock acquire(
            boolean exclusive, boolean create, long deadline, Duration patience, String store) throws IOException {
        while (true) {
            LockFile open = opened(exclusive, create, store);
            if (open == null) {
                return null;
            }
            if (open.isWritable() && !open.isInitialised(store)) {
                FileLock lock = poll(() -> open.tryMain(false), deadline, patience, store);
                try (lock) {
                    if (!open.isInitialised(store)) {
                        open.initialise();
                    }
                }
            }
            FileLock lock;
            FileLock turn = poll(() -> open.tryTurn(!exclusive), deadline, patience, store);
            try (turn) {
                lock = poll(() -> open.tryMain(!exclusive), deadline, patience, store);
            }
            if (open.isCurrent()) {
                return lock;
            }
            lock.release();
            synchronized (opening) {
                file = null;
                open.close();
            }
        }
    }

    private @Nullable LockFile opened(boolean exclusive, boolean create, String store) throws IOException {
        synchronized (opening) {
            LockFile open = file;
            if (open != null && open.isOpen() && (open.isWritable() || !exclusive) && open.isCurrent()) {
                return open;
            }
            LockFile other = null;
            if (create) {
                try {
                    other = LockFile.open(path, true, true);
                } catch (FileSystemException e) {
                    if (!(e instanceof AccessDeniedException) && !isReadOnly(e)) {
                        throw e;
                    }
                    if (exclusive) {
                        throw new StoreAccessException(
                                store,
                                "no permission to write %s, which every change needs (expected: a folder in which files can be made)"
                                        .formatted(path),
                                e);
                    }
                }
            }
            if (other == null) {
                try {
                    other = LockFile.open(path, false, false);
                } catch (NoSuchFileException | AccessDeniedException e) {
                    other = null; // read without
                }
            }
            file = other;
            if (open != null) {
                open.close(); // nobody of this process is inside, so no lock is lost
            }
            return other;
        }
    }

    private static boolean isReadOnly(FileSystemException e) {
        return e.getReason() != null && e.getReason().contains("Read-only");
    }

    /** Tries to lock. */
    @FunctionalInterface
    private interface Attempt {
        @Nullable
        FileLock lock() throws IOException;
    }

    private FileLock poll(Attempt attempt, long deadline, Duration patience, String store) throws IOException {
        for (long pause = SHORTEST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
            FileLock lock = attempt.lock();
            if (lock != null) {
                return lock;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new StoreBusyException(
                        store,
                        "another process holds %s for longer than %d ms; wait for it, or end the program that has the store open"
                                .formatted(path, TimeUnit.NANOSECONDS.toMillis(patience.toNanos())),
                        null);
            }
            LockSupport.parkNanos(Math.min(left, pause));
        }
    }
}
