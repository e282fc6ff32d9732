package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreIoException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A whole file of the cache folder.
 *
 * <p>Opened anew for each read, so nothing stays open and nobody has to close it; reads run on the {@link FilePool}.
 */
final class LocalFile implements ByteSource {

    private static final int CHUNK = 1 << 20;

    private final String name;
    private final Path path;
    private final long size;

    LocalFile(String name, Path path, long size) {
        this.name = name;
        this.path = path;
        this.size = size;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Mono<ByteBuffer> read(ByteRange range) {
        if (range.end() > size) {
            throw new IllegalArgumentException(
                    "range: %s (expected: within the %d bytes of %s)".formatted(range, size, name));
        }
        return FilePool.call(name, () -> readNow(range));
    }

    @Override
    public Flux<ByteBuffer> stream(long offset) {
        if (offset < 0 || offset > size) {
            throw new IllegalArgumentException("offset: %d (expected: 0 to %d in %s)".formatted(offset, size, name));
        }
        return Flux.<ByteRange, Long>generate(() -> offset, (from, sink) -> {
                    if (from >= size) {
                        sink.complete();
                        return from;
                    }
                    ByteRange range = new ByteRange(from, (int) Math.min(CHUNK, size - from));
                    sink.next(range);
                    return range.end();
                })
                .concatMap(this::read, 0);
    }

    private ByteBuffer readNow(ByteRange range) {
        ByteBuffer bytes = ByteBuffer.allocate(range.length());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, range.offset() + bytes.position()) < 0) {
                    throw new CorruptDataException(
                            name,
                            "its copy in the cache folder",
                            "ends after %d bytes (expected: %d); remove it to have it loaded anew"
                                    .formatted(channel.size(), size),
                            null);
                }
            }
        } catch (IOException e) {
            throw new StoreIoException(name, "reading its copy in the cache folder", e);
        }
        return bytes.flip();
    }
}
