package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.ArtifactNotFoundException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The files of one artifact in memory: what is written to it can be read from it, and damaged in between. */
final class MemoryFiles implements FileSink, FileSource {

    final Map<String, byte[]> content = new TreeMap<>();
    final AtomicInteger open = new AtomicInteger();
    private final int piece;

    MemoryFiles() {
        this(1 << 16);
    }

    /** Reads in buffers of at most so many bytes. */
    MemoryFiles(int piece) {
        this.piece = piece;
    }

    @Override
    public Mono<Void> write(String name, Publisher<ByteBuffer> bytes) {
        ArtifactKey.fileName(name);
        return Flux.from(bytes)
                .collect(ByteArrayOutputStream::new, (out, part) -> {
                    byte[] copy = new byte[part.remaining()];
                    part.get(copy);
                    out.write(copy, 0, copy.length);
                })
                .doOnNext(out -> content.put(name, out.toByteArray()))
                .then();
    }

    @Override
    public Mono<Void> folder(Function<Path, Mono<Void>> work) {
        return Mono.defer(() -> {
            Path folder = temporary();
            return work.apply(folder).then(Mono.fromRunnable(() -> takeAll(folder)));
        });
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("atomflux-codec");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void takeAll(Path folder) {
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                content.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
            delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path path : found.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public List<FileEntry> entries() {
        List<FileEntry> entries = new ArrayList<>();
        content.forEach((name, bytes) -> entries.add(new FileEntry(name, bytes.length, Optional.empty())));
        return entries;
    }

    @Override
    public Flux<ByteBuffer> read(String name) {
        return read(name, 0, Long.MAX_VALUE);
    }

    @Override
    public Flux<ByteBuffer> read(String name, long offset, long length) {
        return Flux.defer(() -> {
            byte[] bytes = content.get(name);
            if (bytes == null) {
                return Flux.error(new ArtifactNotFoundException("memory", name));
            }
            int from = (int) Math.min(bytes.length, offset);
            int to = (int) Math.min(bytes.length, length > bytes.length ? bytes.length : from + length);
            List<ByteBuffer> parts = new ArrayList<>();
            for (int at = from; at < to; at += piece) {
                parts.add(ByteBuffer.wrap(bytes, at, Math.min(piece, to - at)).slice());
            }
            return Flux.fromIterable(parts);
        });
    }

    @Override
    public Mono<LocalFiles> local() {
        return Mono.fromCallable(() -> {
            Path folder = temporary();
            for (Map.Entry<String, byte[]> entry : content.entrySet()) {
                Path file = folder.resolve(entry.getKey());
                Files.createDirectories(file.getParent());
                Files.write(file, entry.getValue());
            }
            open.incrementAndGet();
            return new LocalFiles() {
                @Override
                public Path path() {
                    return folder;
                }

                @Override
                public Mono<Void> close() {
                    return Mono.fromCallable(() -> {
                                open.decrementAndGet();
                                delete(folder);
                                return folder;
                            })
                            .then();
                }
            };
        });
    }
}
