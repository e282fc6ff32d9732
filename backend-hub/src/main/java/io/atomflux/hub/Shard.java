package io.atomflux.hub;

import io.atomflux.error.CorruptDataException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.hub.parquet.ParquetFooter;
import java.nio.ByteBuffer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** One Parquet file of a dataset. */
final class Shard {

    /** "PAR1", a footer of one byte, its length, "PAR1". */
    private static final int SMALLEST = 13;

    private final String name;
    private final Mono<ByteSource> source;
    private final Scheduler decoding;

    Shard(String name, Mono<ByteSource> source, Scheduler decoding) {
        this.name = name;
        this.source = source.cacheInvalidateIf(opened -> false);
        this.decoding = decoding;
    }

    /** Returns how messages name it. */
    String name() {
        return name;
    }

    Mono<ByteBuffer> read(ByteRange range) {
        return source.flatMap(opened -> opened.read(range));
    }

    /** Reads the footer by one request, or two if it is long. */
    Mono<ParquetFooter> footer() {
        return source.flatMap(opened -> {
            long size = opened.size();
            if (size < SMALLEST) {
                return Mono.error(new CorruptDataException(
                        name, "footer", "a file of %d bytes (expected: a Parquet file)".formatted(size), null));
            }
            int tail = (int) Math.min(ParquetFooter.TAIL, size);
            return opened.read(new ByteRange(size - tail, tail))
                    .flatMap(end -> {
                        int length = ParquetFooter.length(end, size, name);
                        if (length <= tail) {
                            return Mono.just(end);
                        }
                        return opened.read(new ByteRange(size - length, length - tail))
                                .map(start -> ByteBuffer.allocate(length)
                                        .put(start)
                                        .put(end)
                                        .flip());
                    })
                    .flatMap(footer -> Decoding.call(name, decoding, () -> ParquetFooter.parse(footer, size, name)));
        });
    }
}
