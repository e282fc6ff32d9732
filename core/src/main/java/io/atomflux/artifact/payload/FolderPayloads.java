package io.atomflux.artifact.payload;

import io.atomflux.artifact.spi.PayloadStorage;
import io.atomflux.artifact.spi.StoredPayload;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import io.atomflux.spi.Names;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Schedulers;

/**
 * Payloads as files, {@code <base>/<scope>/<name>}, as MLtraq 0.1 lays them out.
 *
 * <p>A payload is written to {@code <base>/.atomflux/writing/<random>}, synced, and renamed, so a file with its name is
 * whole. No part of a path may be a link: each is looked at before use, and the file itself is opened without following.
 */
final class FolderPayloads implements PayloadStorage {

    private static final int BUFFER = 1 << 16;
    private static final String WRITING = "writing";

    private final Path base;

    FolderPayloads(Path base) {
        this.base = base.toAbsolutePath().normalize();
    }

    /** Returns the folder. */
    Path base() {
        return base;
    }

    @Override
    public String name() {
        return base.toString();
    }

    @Override
    public Mono<Long> write(String scope, String name, Publisher<ByteBuffer> content) {
        return Mono.usingWhen(
                run("write", () -> new Writing(scope, name)).doOnDiscard(Writing.class, this::unwanted),
                writing -> Flux.from(content)
                        .publishOn(Schedulers.boundedElastic(), 4)
                        .doOnNext(writing::write)
                        .then(run("write", writing::publish)),
                writing -> run("write", writing::abandon).then(),
                (writing, failure) -> run("write", writing::abandon).then(),
                writing -> run("write", writing::abandon).then());
    }

    /** Removes what was begun when nobody waited for it any more. */
    private void unwanted(Writing writing) {
        var unused = run("write", writing::abandon).onErrorComplete().subscribe();
    }

    @Override
    public Flux<ByteBuffer> read(String scope, String name) {
        return read(scope, name, 0, Long.MAX_VALUE);
    }

    /** Reads a part; ends earlier where the file does. */
    Flux<ByteBuffer> read(String scope, String name, long offset, long length) {
        return Flux.<ByteBuffer, Reading>generate(
                        () -> new Reading(opened(scope, name), offset, length),
                        (reading, sink) -> {
                            reading.next(sink);
                            return reading;
                        },
                        Reading::close)
                .onErrorMap(IOException.class, e -> translated("read", e))
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** A file being read, by one subscriber. */
    private static final class Reading {

        private final FileChannel channel;
        private long at;
        private long left;

        Reading(FileChannel channel, long offset, long length) {
            this.channel = channel;
            this.at = offset;
            this.left = length;
        }

        void next(SynchronousSink<ByteBuffer> sink) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, left));
            try {
                if (left == 0 || channel.read(buffer, at) < 0) {
                    sink.complete();
                    return;
                }
                at += buffer.position();
                left -= buffer.position();
                sink.next(buffer.flip());
            } catch (IOException e) {
                sink.error(e);
            }
        }

        void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private FileChannel opened(String scope, String name) throws IOException {
        Path file = path(scope, Optional.of(name));
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(file.toString());
            }
            return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new ArtifactNotFoundException(name(), PayloadUrl.FILE_FORM.formatted(scope, name));
        }
    }

    @Override
    public Mono<Boolean> delete(String scope, String name) {
        return run("delete", () -> {
            Path file = path(scope, Optional.of(name));
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            boolean deleted = Files.deleteIfExists(file);
            removeEmpty(file.getParent());
            return deleted;
        });
    }

    /** Removes folders that hold nothing any more, up to the base. */
    void removeEmpty(@Nullable Path folder) throws IOException {
        Path at = folder;
        while (at != null && at.startsWith(base) && !at.equals(base)) {
            try {
                Files.deleteIfExists(at);
            } catch (DirectoryNotEmptyException e) {
                return;
            }
            at = at.getParent();
        }
    }

    @Override
    public Flux<StoredPayload> list(String scope) {
        return run("list", () -> {
                    List<StoredPayload> found = new ArrayList<>();
                    walk(scope, scope.isEmpty() ? base : path(scope, Optional.empty()), scope.isEmpty(), found);
                    found.sort(Comparator.comparing(StoredPayload::scope).thenComparing(StoredPayload::name));
                    return found;
                })
                .flatMapIterable(found -> found);
    }

    private void walk(String scope, Path folder, boolean deep, List<StoredPayload> found) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && !folder.equals(base)) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                String name = String.valueOf(child.getFileName());
                BasicFileAttributes seen = attributes(child);
                if (seen == null || scope.isEmpty() && name.equals(Scope.RESERVED)) {
                    continue;
                }
                if (seen.isDirectory() && deep) {
                    walk(scope.isEmpty() ? name : scope + "/" + name, child, true, found);
                } else if (seen.isRegularFile() && !scope.isEmpty()) {
                    found.add(new StoredPayload(
                            scope, name, seen.size(), seen.lastModifiedTime().toInstant()));
                }
            }
        } catch (NoSuchFileException e) {
            // no folder, or removed meanwhile: holds nothing
        }
    }

    private static @Nullable BasicFileAttributes attributes(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null; // removed meanwhile
        }
    }

    /** Returns the path of a scope or payload, every existing part of which is looked at: none may be a link. */
    Path path(String scope, Optional<String> name) {
        Path path = base;
        for (String part : scope.split("/", -1)) {
            path = unlinked(Names.inside(path, part));
        }
        return name.isEmpty() ? path : unlinked(Names.inside(path, name.get()));
    }

    private Path unlinked(Path path) {
        if (Files.isSymbolicLink(path)) {
            throw new StoreAccessException(
                    name(),
                    "%s is a link (expected: folders and files of the store's own)".formatted(base.relativize(path)),
                    null);
        }
        return path;
    }

    <T> Mono<T> run(String action, Callable<T> work) {
        // Not subscribeOn: its cancelling interrupts, which closes a file that is being written or locked.
        return Mono.<T>fromFuture(
                        () -> CompletableFuture.supplyAsync(
                                () -> {
                                    try {
                                        return work.call();
                                    } catch (Exception e) {
                                        throw new CompletionException(e);
                                    }
                                },
                                task -> {
                                    var unused = Schedulers.boundedElastic().schedule(task);
                                }),
                        true)
                .onErrorMap(IOException.class, e -> translated(action, e));
    }

    private RuntimeException translated(String action, IOException e) {
        if (e instanceof AccessDeniedException) {
            return new StoreAccessException(name(), "the system does not permit to " + action + " here", e);
        }
        String reason =
                e instanceof FileSystemException f ? String.valueOf(f.getReason()) : String.valueOf(e.getMessage());
        return reason.contains("No space left") || reason.contains("quota")
                ? new StoreFullException(name(), reason, e)
                : new StoreIoException(name(), action, e);
    }

    /** One payload being written; calls come one after the other. */
    private final class Writing {

        private final String scope;
        private final String name;
        private final Path staged;
        private final FileChannel channel;
        private long size;
        private volatile boolean over;

        Writing(String scope, String name) throws IOException {
            this.scope = scope;
            this.name = name;
            path(scope, Optional.of(name)); // refused before anything is made
            Path folder = unlinked(unlinked(base.resolve(Scope.RESERVED)).resolve(WRITING));
            Files.createDirectories(folder);
            staged = folder.resolve(UUID.randomUUID().toString());
            channel = FileChannel.open(staged, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        }

        void write(ByteBuffer buffer) {
            try {
                size += buffer.remaining();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            } catch (ClosedChannelException e) {
                if (!over) {
                    throw translated("write", e);
                }
            } catch (IOException e) {
                throw translated("write", e);
            }
        }

        long publish() throws IOException {
            channel.force(true);
            channel.close();
            Path target = path(scope, Optional.of(name));
            Path folder = base.resolve(scope);
            // A deletion may take away the folder as soon as it is made, while it is empty.
            for (int attempt = 0; ; attempt++) {
                Files.createDirectories(folder);
                try {
                    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
                    break;
                } catch (NoSuchFileException e) {
                    if (attempt == 100) {
                        throw e;
                    }
                }
            }
            for (Path at = folder; at != null && at.startsWith(base); at = at.getParent()) {
                sync(at);
            }
            over = true;
            return size;
        }

        boolean abandon() throws IOException {
            boolean unpublished = !over;
            over = true;
            channel.close();
            return unpublished && Files.deleteIfExists(staged);
        }
    }

    static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException | NoSuchFileException e) {
            // Windows opens no folders, and keeps renames by itself; one removed meanwhile holds nothing to keep.
            return;
        }
    }
}
