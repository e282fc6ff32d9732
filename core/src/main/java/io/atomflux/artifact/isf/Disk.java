package io.atomflux.artifact.isf;

import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreIoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Blocking work on files, and the bounded pool it runs on; links are never followed. */
final class Disk {

    private static final int LONGEST_TEXT = 64 << 20;
    private static final Executor POOL = Schedulers.boundedElastic()::schedule;

    private Disk() {}

    /** Runs blocking work; once started it is finished, as an interrupt would close the channels it uses. */
    static <T> Mono<T> run(String store, String action, Callable<@Nullable T> work) {
        return Mono.<T>fromFuture(
                        () -> CompletableFuture.supplyAsync(
                                () -> {
                                    try {
                                        return work.call();
                                    } catch (Exception e) {
                                        throw new CompletionException(e);
                                    }
                                },
                                POOL),
                        true)
                .onErrorMap(IOException.class, e -> translated(store, action, e))
                .onErrorMap(
                        UncheckedIOException.class,
                        e -> translated(store, action, Objects.requireNonNull(e.getCause())));
    }

    private static RuntimeException translated(String store, String action, IOException e) {
        return e instanceof AccessDeniedException
                ? new StoreAccessException(store, action + ": permission denied", e)
                : new StoreIoException(store, action, e);
    }

    static Instant changed(Path path) throws IOException {
        return Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
    }

    static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    static boolean isFile(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }

    static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Reads a text of a foreign file; null if there is no such file.
     *
     * @throws CorruptDataException if it is a link, a folder or a pipe, which would wait for a writer, or too long
     */
    static @Nullable String readText(Path file, String store) throws IOException {
        if (!exists(file)) {
            return null;
        }
        if (!isFile(file)) {
            throw new CorruptDataException(
                    store, place(file), "a link, a folder or a special file (expected: a regular file)", null);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            if (channel.size() > LONGEST_TEXT) {
                throw new CorruptDataException(
                        store, place(file), channel.size() + " bytes (expected: at most 64 MiB)", null);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                continue;
            }
            return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Reads a JSON object of a foreign file; null if there is no such file. */
    static @Nullable Map<String, @Nullable Object> readObject(Path file, String store) throws IOException {
        String text = readText(file, store);
        if (text == null) {
            return null;
        }
        try {
            if (Json.readPlain(text) instanceof Map<?, ?> map) {
                @SuppressWarnings("unchecked") // names of JSON members are texts
                Map<String, @Nullable Object> object = (Map<String, @Nullable Object>) map;
                return object;
            }
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(store, place(file), "not JSON: " + e.getMessage(), e);
        }
        throw new CorruptDataException(store, place(file), "not a JSON object", null);
    }

    /** Returns a file and its folder, for messages. */
    static String place(Path file) {
        Path folder = file.getParent();
        return (folder == null ? "" : folder.getFileName() + "/") + file.getFileName();
    }

    /** Puts a file in place of another at one instant, durable on return. */
    static void replace(Path file, String content) throws IOException {
        Path beside = file.resolveSibling("." + file.getFileName() + DELETING_PART + Long.toHexString(System.nanoTime())
                + Thread.currentThread().getId());
        try {
            writeNew(beside, content);
            move(beside, file);
        } finally {
            Files.deleteIfExists(beside);
        }
        sync(HiddenArea.parent(file.toAbsolutePath()));
    }

    /** Hides what is being written from the framework, and lets it be swept if its writer dies. */
    private static final String DELETING_PART = IsfKeys.DELETING;

    /** Writes a file that is not there yet, and syncs it. */
    static void writeNew(Path file, String content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Moves a file or folder at one instant. */
    static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException(
                    "%s and %s lie on different file systems (expected: one, so that a rename is one instant)"
                            .formatted(from, to),
                    e);
        }
    }

    /** Makes the names in a folder durable; where folders cannot be opened (Windows), the file system sees to it itself. */
    static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            if (java.io.File.separatorChar == '/') {
                throw e;
            }
        }
    }

    /** Makes all files and folders below one durable. */
    static void syncTree(Path root) throws IOException {
        walk(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                sync(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static void walk(Path root, SimpleFileVisitor<Path> visitor) throws IOException {
        Files.walkFileTree(root, visitor);
    }

    /** Removes a tree, also while another removes it; returns the bytes its files had. */
    static long delete(Path root) throws IOException {
        long[] bytes = {0};
        if (!exists(root)) {
            return 0;
        }
        walk(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (Files.deleteIfExists(file)) {
                    bytes[0] += attributes.size();
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                if (e != null && !(e instanceof NoSuchFileException)) {
                    throw e;
                }
                try {
                    Files.deleteIfExists(folder);
                } catch (DirectoryNotEmptyException again) {
                    delete(folder);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes[0];
    }

    /** Returns the names in a folder, unordered; none if it is not there. */
    static List<String> names(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> paths = Files.list(folder)) {
            paths.forEach(path -> names.add(path.getFileName().toString()));
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return names;
    }
}
