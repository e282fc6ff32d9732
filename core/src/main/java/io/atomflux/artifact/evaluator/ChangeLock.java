package io.atomflux.artifact.evaluator;

import io.atomflux.error.StoreBusyException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A lock of the operating system on a file, which ends with the process that holds it. Closing any channel of the file ends
 * it as well, so a process that holds it does not open the file again, by whatever path.
 */
final class ChangeLock implements AutoCloseable {

    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Set<Path> HERE = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private ChangeLock(Path file, FileChannel channel) {
        this.file = file;
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

    static @Nullable ChangeLock tryAcquire(Path named) throws IOException {
        Path file = Objects.requireNonNull(named.getParent()).toRealPath().resolve(named.getFileName());
        if (!HERE.add(file)) {
            return null;
        }
        ChangeLock held = null;
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS));
            FileLock lock = channel.tryLock();
            held = lock == null ? null : new ChangeLock(file, channel);
        } finally {
            if (held == null) {
                if (channel != null) {
                    channel.close();
                }
                HERE.remove(file);
            }
        }
        return held;
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HERE.remove(file);
        }
    }
}
