package io.atomflux.artifact.evaluator;

import io.atomflux.error.StoreBusyException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A lock of the operating system on a file, which ends with the process that holds it. */
final class ChangeLock implements AutoCloseable {

    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

    private final FileChannel channel;

    private ChangeLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Waits for the lock on this thread. */
    static ChangeLock acquire(Path file, Duration wait) throws IOException {
        long end = System.nanoTime() + wait.toNanos();
        for (long pause = 50_000; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
            ChangeLock lock = tryAcquire(file);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - end > 0) {
                throw new StoreBusyException(
                        file.toString(), "another process held the lock for %d s".formatted(wait.toSeconds()), null);
            }
            LockSupport.parkNanos(pause);
        }
    }

    static @Nullable ChangeLock tryAcquire(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another one of this process holds it
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        return lock == null ? null : new ChangeLock(channel);
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
