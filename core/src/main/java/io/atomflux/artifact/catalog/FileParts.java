package io.atomflux.artifact.catalog;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Cuts files into parts of one size, for engines that keep them so; holds one back, so that the last is known to be it. */
public final class FileParts {

    /**
     * One part.
     *
     * @param index of it, from 0
     * @param bytes at most as many as a part has
     * @param total size of the whole stream if this is its last part, else -1; an empty stream has one empty part
     */
    public record Part(long index, byte[] bytes, long total) {

        /** Tells whether it is the last. */
        public boolean last() {
            return total >= 0;
        }
    }

    private final int size;
    private byte[] pending;
    private int filled;
    private long index;
    private long total;

    private FileParts(int size) {
        this.size = size;
        this.pending = new byte[Math.min(size, 8192)];
    }

    /** Cuts a stream; asks it for one buffer at a time. */
    public static Flux<Part> of(Publisher<ByteBuffer> content, int size) {
        return Flux.defer(() -> {
            FileParts parts = new FileParts(size);
            return Flux.from(content)
                    .concatMapIterable(buffer -> () -> parts.full(buffer), 1)
                    .concatWith(Mono.fromSupplier(parts::rest));
        });
    }

    private Part rest() {
        return new Part(index, Arrays.copyOf(pending, filled), total);
    }

    /** Takes a buffer in; each step copies what one part holds. */
    private Iterator<Part> full(ByteBuffer buffer) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                fill(buffer);
                return buffer.hasRemaining();
            }

            @Override
            public Part next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Part part = new Part(index++, pending, -1);
                pending = new byte[size];
                filled = 0;
                return part;
            }
        };
    }

    private void fill(ByteBuffer buffer) {
        int taken = Math.min(buffer.remaining(), size - filled);
        if (filled + taken > pending.length) {
            pending = Arrays.copyOf(pending, Math.min(size, Math.max(filled + taken, 2 * pending.length)));
        }
        buffer.get(pending, filled, taken);
        filled += taken;
        total += taken;
    }
}
