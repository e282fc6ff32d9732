package io.atomflux.artifact.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets a lock file be open once at a time in this process, in the order asked for: the system's locks are those of a process, and
 * closing any handle of a file frees them all.
 */
final class LockTurn {

    private static final Map<Path, LockTurn> TURNS = new HashMap<>(); // guarded by itself

    private final Path path;
    private final Semaphore free = new Semaphore(1, true);
    private int users; // guarded by TURNS

    private LockTurn(Path path) {
        this.path = path;
    }

    /** Returns the turns of a lock file, however its folder is named. */
    static LockTurn of(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path real = folder == null ? file : folder.toRealPath().resolve(file.getFileName());
        synchronized (TURNS) {
            LockTurn turn = TURNS.computeIfAbsent(real, LockTurn::new);
            turn.users++;
            return turn;
        }
    }

    /** Waits for its turn; {@link #give} ends it. */
    void take() {
        free.acquireUninterruptibly();
    }

    /** Takes its turn if nobody has it; else no more can be done with this. */
    boolean tryTake() {
        boolean taken = free.tryAcquire();
        if (!taken) {
            forget();
        }
        return taken;
    }

    void give() {
        free.release();
        forget();
    }

    private void forget() {
        synchronized (TURNS) {
            if (--users == 0) {
                TURNS.remove(path);
            }
        }
    }

    /** Returns what closes a lock and ends the turn. */
    Closeable with(Closeable lock) {
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.getAndSet(false)) {
                try {
                    lock.close();
                } finally {
                    give();
                }
            }
        };
    }
}
