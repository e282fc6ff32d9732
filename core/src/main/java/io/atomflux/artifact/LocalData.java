package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Files of this machine as streams of bytes; links and special files are refused everywhere. */
final class LocalData {

    private static final int BUFFER = 256 << 10;
    private static final int MOST_FILES = 100_000;

    private LocalData() {}

    /**
     * Returns the regular files of a folder and of those in it, by their names in the artifact; folders without files have none.
     *
     * @signals InvalidNameException if there is a link, a special file or a name that is refused
     */
    static Mono<Map<String, Path>> walk(Path folder) {
        return Blocking.call(() -> {
                    Map<String, Path> found = new TreeMap<>();
                    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                        throw new StoreIoException(
                                folder.toString(), "reading files", new NoSuchFileException("not a folder: " + folder));
                    }
                    Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                            String name = folder.relativize(file)
                                    .toString()
                                    .replace(file.getFileSystem().getSeparator(), "/");
                            if (!attributes.isRegularFile()) {
                                throw new InvalidNameException(
                                        "file", name, "a regular file, no link and nothing special");
                            }
                            found.put(ArtifactKey.fileName(name), file);
                            if (found.size() > MOST_FILES) {
                                throw new LimitExceededException(
                                        "files in " + folder, found.size(), MOST_FILES, "pack them into fewer");
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
                    return found;
                })
                .onErrorMap(IOException.class, e -> new StoreIoException(folder.toString(), "reading files", e));
    }

    /** Reads a file in buffers of at most 256 KiB. */
    static Flux<ByteBuffer> read(Path file) {
        return Flux.usingWhen(
                        wanted(Blocking.call(() -> Files.newByteChannel(
                                file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)))),
                        channel -> Blocking.call(() -> next(channel)).repeat().takeWhile(ByteBuffer::hasRemaining),
                        LocalData::closed)
                .onErrorMap(IOException.class, e -> new StoreIoException(file.toString(), "reading", e));
    }

    /** Closes what is opened when nobody waits for it any more. */
    private static Mono<SeekableByteChannel> wanted(Mono<SeekableByteChannel> opening) {
        return opening.doOnDiscard(SeekableByteChannel.class, channel -> {
            var unused = closed(channel).onErrorComplete().subscribe();
        });
    }

    private static ByteBuffer next(SeekableByteChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        int read = 0;
        while (read >= 0 && buffer.hasRemaining()) {
            read = channel.read(buffer);
        }
        return buffer.flip();
    }

    private static Mono<Void> closed(SeekableByteChannel channel) {
        return Blocking.call(() -> {
            channel.close();
            return null;
        });
    }

    /** Writes a new file, folders above it included. */
    static Mono<Void> write(Path file, Publisher<ByteBuffer> content) {
        return Mono.usingWhen(
                        wanted(Blocking.call(() -> {
                            Files.createDirectories(file.toAbsolutePath().getParent());
                            return Files.newByteChannel(
                                    file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
                        })),
                        channel -> Flux.from(content)
                                .concatMap(
                                        buffer -> Blocking.<Void>call(() -> {
                                            while (buffer.hasRemaining()) {
                                                channel.write(buffer);
                                            }
                                            return null;
                                        }),
                                        1)
                                .then(),
                        LocalData::closed)
                .onErrorMap(IOException.class, e -> new StoreIoException(file.toString(), "writing", e));
    }

    /** Makes a temporary folder that only this user can read. */
    static Mono<Path> temporary() {
        return Blocking.call(() -> Files.createTempDirectory("atomflux-artifact"))
                .onErrorMap(IOException.class, e -> new StoreIoException("temporary folder", "making", e))
                .cast(Path.class)
                .doOnDiscard(Path.class, folder -> {
                    var unused = remove(folder).onErrorComplete().subscribe(); // made when nobody waited any more
                });
    }

    /** Removes a folder and all in it; links are removed, not followed. */
    static Mono<Void> remove(Path folder) {
        return Blocking.<Void>call(() -> {
                    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                        Files.walkFileTree(folder, new Removing());
                    }
                    return null;
                })
                .onErrorMap(IOException.class, e -> new StoreIoException(folder.toString(), "removing", e));
    }

    private static final class Removing extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
