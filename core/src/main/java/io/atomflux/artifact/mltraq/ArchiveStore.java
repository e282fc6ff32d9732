package io.atomflux.artifact.mltraq;

import io.atomflux.artifact.payload.Lazy;
import io.atomflux.artifact.payload.PayloadRef;
import io.atomflux.error.StoreIoException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A directory attached to an experiment: archived, as a tar, when the experiment is persisted, and unpacked when asked for.
 *
 * <p>Only regular files, without those whose name, or a folder's on the way, begins with a dot. Immutable.
 */
public final class ArchiveStore {

    private static final int BUFFER = 1 << 16;

    private final @Nullable Path source;
    private final String prefix;
    private final List<String> include;
    private final List<String> exclude;
    private final @Nullable Lazy<Object> stored;
    private final Optional<Path> target;

    private ArchiveStore(
            @Nullable Path source,
            String prefix,
            List<String> include,
            List<String> exclude,
            @Nullable Lazy<Object> stored,
            Optional<Path> target) {
        this.source = source;
        this.prefix = prefix;
        this.include = List.copyOf(include);
        this.exclude = List.copyOf(exclude);
        this.stored = stored;
        this.target = target;
    }

    /** Attaches all files of a folder, to be read when the experiment is persisted. */
    public static ArchiveStore of(Path folder) {
        return new ArchiveStore(folder.toAbsolutePath(), "", List.of("**"), List.of(), null, Optional.empty());
    }

    static ArchiveStore stored(Lazy<Object> stored, Optional<Path> target) {
        return new ArchiveStore(null, "", List.of(), List.of(), stored, target);
    }

    /** Returns this with only the files that fit one of these patterns, e.g. {@code **.txt} or {@code logs/*}. */
    public ArchiveStore include(String... patterns) {
        return new ArchiveStore(source, prefix, List.of(patterns), exclude, stored, target);
    }

    /** Returns this without the files that fit one of these patterns. */
    public ArchiveStore exclude(String... patterns) {
        return new ArchiveStore(source, prefix, include, List.of(patterns), stored, target);
    }

    /**
     * Returns this with the files in a folder inside of the archive.
     *
     * @throws io.atomflux.error.InvalidNameException if it is absolute or leads out
     */
    public ArchiveStore below(String folder) {
        return new ArchiveStore(
                source, io.atomflux.artifact.spi.ArtifactKey.fileName(folder), include, exclude, stored, target);
    }

    /** Returns where the archive is; empty if it was not made yet. */
    public Optional<PayloadRef> ref() {
        return Optional.ofNullable(stored).map(Lazy::ref);
    }

    /** Returns the folder {@link #unpack()} makes; empty if nobody said where. */
    public Optional<Path> target() {
        return target;
    }

    Optional<Lazy<Object>> reference() {
        return Optional.ofNullable(stored);
    }

    /** Archives the files, into a temporary file first, and streams the archive. */
    Flux<ByteBuffer> pack() {
        Path folder = Objects.requireNonNull(source, "source");
        return Flux.usingWhen(
                temporary(),
                file -> blocking("archiving", () -> {
                            // Not made: who gave it up has had it removed.
                            try (OutputStream out = new BufferedOutputStream(
                                    Files.newOutputStream(file, StandardOpenOption.WRITE), BUFFER)) {
                                Tar.write(folder, files(folder), prefix, out);
                            }
                            return file;
                        })
                        .thenMany(content(file)),
                this::removed);
    }

    private Flux<ByteBuffer> content(Path file) {
        return Flux.<ByteBuffer, InputStream>generate(
                        () -> Files.newInputStream(file),
                        (in, sink) -> {
                            try {
                                byte[] part = in.readNBytes(BUFFER);
                                if (part.length == 0) {
                                    sink.complete();
                                } else {
                                    sink.next(ByteBuffer.wrap(part));
                                }
                            } catch (IOException e) {
                                sink.error(new StoreIoException(url(), "archiving", e));
                            }
                            return in;
                        },
                        ArchiveStore::close)
                .subscribeOn(Schedulers.boundedElastic());
    }

    private static void close(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Mono<Path> temporary() {
        return blocking("making a temporary file", () -> Files.createTempFile("atomflux-archive-", ".tar"))
                .doOnDiscard(Path.class, file -> {
                    var unused = removed(file).onErrorComplete().subscribe(); // made when nobody waited any more
                });
    }

    private Mono<Boolean> removed(Path file) {
        return blocking("removing a temporary file", () -> Files.deleteIfExists(file));
    }

    private List<String> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString(), null, "it is no folder");
        }
        List<PathMatcher> wanted = matchers(include);
        List<PathMatcher> unwanted = matchers(exclude);
        List<String> names = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes seen) {
                return !path.equals(folder) && isHidden(path) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes seen) {
                Path relative = folder.relativize(path);
                if (seen.isRegularFile()
                        && !isHidden(path)
                        && wanted.stream().anyMatch(one -> one.matches(relative))
                        && unwanted.stream().noneMatch(one -> one.matches(relative))) {
                    List<String> parts = new ArrayList<>();
                    relative.forEach(part -> parts.add(part.toString()));
                    names.add(String.join("/", parts));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        Collections.sort(names);
        return names;
    }

    private static boolean isHidden(Path path) {
        return String.valueOf(path.getFileName()).startsWith(".");
    }

    private static List<PathMatcher> matchers(List<String> patterns) {
        return patterns.stream()
                .map(pattern -> FileSystems.getDefault().getPathMatcher("glob:" + pattern))
                .toList();
    }

    /** Streams the names of the files in the archive, in its order. */
    public Flux<String> names() {
        return withTar("reading an archive", tar -> {
                    List<String> names = new ArrayList<>();
                    read(tar, (name, size, changed, content) -> names.add(name));
                    return names;
                })
                .flatMapIterable(names -> names);
    }

    /**
     * Unpacks into the folder told when loading, see {@link Experiments#archives}.
     *
     * @signals as {@link #unpack(Path)}; {@link IllegalStateException} if nobody said where
     */
    public Mono<Path> unpack() {
        return Mono.defer(() -> unpack(target.orElseThrow(() -> new IllegalStateException(
                "archive %s: no folder to unpack to (expected: Experiments.archives, or unpack(Path))"
                        .formatted(url())))));
    }

    /**
     * Unpacks into a folder, which may have files; those of the same names are replaced, each at one instant.
     *
     * <p>The whole archive is looked at first: if any entry is absolute, leads out, or is a link or device, nothing is made.
     *
     * @return the folder
     * @signals {@link io.atomflux.error.InvalidNameException}, {@link io.atomflux.error.UnsupportedDataException} at such an
     *     entry; {@link io.atomflux.error.CorruptDataException} if the archive is cut; {@link io.atomflux.error.ArtifactNotFoundException}
     *     naming the address, if it is gone
     */
    public Mono<Path> unpack(Path folder) {
        Path into = folder.toAbsolutePath().normalize();
        return withTar("unpacking", tar -> {
            read(tar, (name, size, changed, content) -> {
                // Looked at by reading its head.
            });
            Files.createDirectories(into);
            read(tar, (name, size, changed, content) -> place(into, name, changed, content));
            return into;
        });
    }

    private static void place(Path into, String name, Instant changed, InputStream content) throws IOException {
        Path parent = into;
        List<String> parts = List.of(name.split("/"));
        for (String part : parts.subList(0, parts.size() - 1)) {
            parent = parent.resolve(part);
            if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(parent); // fails at a link
            }
        }
        Path staged = parent.resolve(".unpacking-" + UUID.randomUUID());
        try {
            Tar.store(staged, content, changed);
            Files.move(staged, parent.resolve(parts.get(parts.size() - 1)), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(staged);
        }
    }

    private void read(Path tar, Tar.Visitor visitor) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar), BUFFER)) {
            Tar.read(in, "archive", url(), visitor);
        }
    }

    private interface TarWork<T> {
        T apply(Path tar) throws IOException;
    }

    /** Brings the archive into a temporary file, verified, and works with it. */
    private <T> Mono<T> withTar(String action, TarWork<T> work) {
        return Mono.defer(() -> {
            Lazy<Object> archive = stored;
            if (archive == null) {
                return Mono.error(new IllegalStateException(
                        "archive of %s: not made yet (expected: to persist its experiment before)".formatted(source)));
            }
            return Mono.usingWhen(
                    temporary(),
                    file -> Flux.using(
                                    () -> FileChannel.open(file, StandardOpenOption.WRITE),
                                    out -> archive.bytes()
                                            .publishOn(Schedulers.boundedElastic(), 4)
                                            .doOnNext(part -> append(out, part)),
                                    ArchiveStore::closeChannel)
                            .then(blocking(action, () -> work.apply(file))),
                    this::removed);
        });
    }

    private void append(FileChannel out, ByteBuffer part) {
        try {
            while (part.hasRemaining()) {
                out.write(part);
            }
        } catch (IOException e) {
            throw new StoreIoException(url(), "writing a temporary file", e);
        }
    }

    private static void closeChannel(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String url() {
        return ref().map(ref -> ref.url().toString()).orElse("of " + source);
    }

    private <T> Mono<T> blocking(String action, Callable<T> work) {
        return Mono.fromCallable(work)
                .onErrorMap(IOException.class, e -> new StoreIoException(url(), action, e))
                .subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public String toString() {
        return "ArchiveStore[" + url() + "]";
    }
}
