package io.atomflux.file.ase;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps writers of one file apart, in this process and in others.
 *
 * <p>The lock is on a file of its own ({@code .NAME.atomflux-lock}), which stays: the file of frames is replaced by
 * rewriting, and on POSIX closing any channel of a file, a reader's too, gives up the locks of the whole process on it.
 */
final class WriteGuard implements AutoCloseable {

    private static final ConcurrentHashMap<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

    private final ReentrantLock inProcess;
    private final FileChannel channel;
    private final FileLock lock;

    private WriteGuard(ReentrantLock inProcess, FileChannel channel, FileLock lock) {
        this.inProcess = inProcess;
        this.channel = channel;
        this.lock = lock;
    }

    /** Waits until nobody else writes the file. */
    static WriteGuard of(Path file) throws IOException {
        ReentrantLock inProcess = LOCKS.computeIfAbsent(file, path -> new ReentrantLock());
        inProcess.lock();
        try {
            FileChannel channel = lockFile(file.resolveSibling("." + file.getFileName() + ".atomflux-lock"));
            try {
                return new WriteGuard(inProcess, channel, channel.lock());
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            inProcess.unlock();
            throw e;
        }
    }

    private static FileChannel lockFile(Path beside) throws IOException {
        try {
            return FileChannel.open(
                    beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    "no permission to write %s (expected: a folder in which files can be made, as every change needs a lock)"
                            .formatted(beside),
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            lock.release();
        } finally {
            inProcess.unlock();
        }
    }
}
