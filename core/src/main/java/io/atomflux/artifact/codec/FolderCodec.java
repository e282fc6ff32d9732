package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.artifact.spi.FileSource.LocalFiles;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Files of this machine, copied as they are: a {@link Path} to a folder, with the folders in it, or to one file.
 *
 * <p>Links and whatever is no regular file are refused; folders without any file are not kept. Read as {@code FileSource.class}
 * it is the artifact's files; as {@code LocalFiles.class} a folder that is valid until it is closed; as {@code Path.class}, or
 * no type in particular, a path to the folder or the one file that is valid as long as the store's retention, which nobody
 * can prolong: for more take {@code LocalFiles}.
 */
public final class FolderCodec implements ArtifactCodec {

    private static final int PIECE = 1 << 18;

    /** For {@link java.util.ServiceLoader}. */
    public FolderCodec() {}

    @Override
    public String id() {
        return "folder";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        return value instanceof Path;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        CodecOptions.none(id(), options);
        if (!(value instanceof Path path)) {
            return Mono.error(() -> Damage.refused("", value.getClass().getName() + " (expected: a Path)"));
        }
        return Mono.fromCallable(() -> found(path))
                .onErrorMap(IOException.class, e -> failed(path, e))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(found -> Flux.fromIterable(found.entrySet())
                        .concatMap(entry -> files.write(entry.getKey(), content(entry.getValue())), 1)
                        .then(Mono.fromSupplier(() -> parameters(path, found))));
    }

    private static Map<String, @Nullable Object> parameters(Path path, Map<String, Path> found) {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        if (found.containsValue(path)) {
            parameters.put(CodecOptions.FILE, found.keySet().iterator().next());
        }
        return parameters;
    }

    private static RuntimeException failed(Path path, IOException e) {
        return e instanceof NoSuchFileException
                ? new StoreNotFoundException(path.toString(), "give the path of a folder or file that is there")
                : new StoreIoException(path.toString(), "read files", e);
    }

    /** Finds all regular files by the name they get. */
    private static Map<String, Path> found(Path path) throws IOException {
        Map<String, Path> found = new TreeMap<>();
        if (Files.isRegularFile(path)) {
            found.put(
                    ArtifactKey.fileName(
                            String.valueOf(path.toAbsolutePath().normalize().getFileName())),
                    path);
            return found;
        }
        Path folder = path.toRealPath();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = folder.relativize(file)
                        .toString()
                        .replace(file.getFileSystem().getSeparator(), "/");
                if (!attributes.isRegularFile()) {
                    throw Damage.refused(name, "is a link or no regular file (expected: regular files)");
                }
                found.put(ArtifactKey.fileName(name), file);
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    private static Flux<ByteBuffer> content(Path file) {
        return Flux.using(
                        () -> Files.newByteChannel(file, LinkOption.NOFOLLOW_LINKS),
                        channel -> Flux.<ByteBuffer>generate(sink -> {
                            try {
                                ByteBuffer room = ByteBuffer.allocate(PIECE);
                                if (channel.read(room) < 0) {
                                    sink.complete();
                                } else {
                                    sink.next(room.flip());
                                }
                            } catch (IOException e) {
                                sink.error(new StoreIoException(file.toString(), "read", e));
                            }
                        }),
                        FolderCodec::close)
                .onErrorMap(IOException.class, e -> failed(file, e))
                .subscribeOn(Schedulers.boundedElastic());
    }

    private static void close(SeekableByteChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StoreIoException("a file", "close", e);
        }
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecOptions.none(id(), options);
        if (wanted == FileSource.class) {
            return Mono.just(files);
        }
        return files.local().map(local -> wanted == LocalFiles.class ? local : path(local, parameters));
    }

    private static Path path(LocalFiles local, Map<String, @Nullable Object> parameters) {
        return parameters.get(CodecOptions.FILE) == null
                ? local.path()
                : local.path().resolve(ValueFile.name("", parameters));
    }
}
