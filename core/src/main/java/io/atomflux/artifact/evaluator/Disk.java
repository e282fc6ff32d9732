package io.atomflux.artifact.evaluator;

import io.atomflux.error.AtomfluxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Threads for local files, and what is done with files in several places.
 *
 * <p>Reads share a few threads. Changes of one folder all run on one thread, the same for all who opened it in this process,
 * so they never wait for each other on the threads of the readers, and a lock of the operating system, which belongs to the
 * process, is asked for by one of them at a time. A call that has begun is never interrupted: that would close its channel.
 */
final class Disk {

    static final int READERS = Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors()));
    private static final int LANES = 16;
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Executor READING = pool(READERS);
    private static final Executor[] WRITING = new Executor[LANES];

    static {
        for (int i = 0; i < LANES; i++) {
            WRITING[i] = pool(1);
        }
    }

    private Disk() {}

    private static Executor pool(int threads) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "atomflux-evaluator-" + NAMES.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    static <T> Mono<T> read(String store, String action, Callable<? extends @Nullable T> work) {
        return call(READING, store, action, work);
    }

    static <T> Mono<T> write(Path root, String store, String action, Callable<? extends @Nullable T> work) {
        return call(WRITING[Math.floorMod(root.hashCode(), LANES)], store, action, work);
    }

    private static <T> Mono<T> call(
            Executor executor, String store, String action, Callable<? extends @Nullable T> work) {
        return Mono.fromFuture(
                () -> CompletableFuture.<@Nullable T>supplyAsync(
                        () -> {
                            try {
                                return work.call();
                            } catch (Exception e) {
                                throw new CompletionException(translated(store, action, e));
                            }
                        },
                        executor),
                true);
    }

    private static Exception translated(String store, String action, Exception e) {
        IOException io = e instanceof IOException direct
                ? direct
                : e instanceof UncheckedIOException unchecked ? unchecked.getCause() : null;
        return io == null ? e : AtomfluxException.of(store, action, io);
    }

    /** Writes a file that did not exist, durably. */
    static void create(Path file, byte[] content) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            ByteBuffer left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) {
                out.write(left);
            }
            out.force(true);
        }
    }

    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes the names in a folder durable. */
    static void sync(Path folder) throws IOException {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes a file, or a folder with all in it; links are removed, not followed. Returns the bytes of its files. */
    static long remove(Path path) throws IOException {
        if (!exists(path)) {
            return 0;
        }
        long[] bytes = {0};
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                bytes[0] += attributes.isRegularFile() ? attributes.size() : 0;
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes[0];
    }
}
