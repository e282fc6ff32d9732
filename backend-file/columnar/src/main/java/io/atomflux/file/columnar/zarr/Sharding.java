package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chunks that hold many smaller ones and an index of them, so that one can be read by itself; only read.
 *
 * <p>To read one: read {@link #indexLength} bytes at the beginning ({@link #indexFirst}) or the end of the file, find its place
 * with {@link #index}, read those bytes, decode them with {@link #codec}.
 *
 * <p>Source: "Sharding codec" (version 1.0) of the Zarr specification 3.0.
 *
 * @param inner the lengths of a small chunk
 * @param perShard how many small chunks there are in a chunk along each axis
 * @param codec decodes a small chunk
 * @param indexFirst whether the index is at the beginning
 * @param indexLength its length in bytes
 * @param checked whether a checksum ends it
 * @param bigEndian how its numbers are stored
 */
record Sharding(
        Shape inner,
        Shape perShard,
        ChunkCodec codec,
        boolean indexFirst,
        int indexLength,
        boolean checked,
        boolean bigEndian) {

    private static final int ENTRY = 16;

    /**
     * Looks whether an array is sharded.
     *
     * @param codecs the member {@code codecs} of the array's document, as parsed
     * @param element what the array holds
     * @param chunk the lengths of a chunk, that is of a shard
     * @return empty if it is not
     * @throws UnsupportedOperationException if it is in a way that is not known; names it
     * @throws IllegalArgumentException if it contradicts itself
     */
    static Optional<Sharding> find(@Nullable Object codecs, ElementType element, Shape chunk) {
        List<?> list = CodecJson.list("codecs", codecs);
        boolean there = list.stream().anyMatch(codec -> CodecJson.name(codec).equals("sharding_indexed"));
        if (!there) {
            return Optional.empty();
        }
        if (list.size() != 1) {
            throw new UnsupportedOperationException("sharding_indexed beside other codecs (expected: alone)");
        }
        Map<?, ?> config = CodecJson.configuration(list.get(0));
        Shape inner = CodecJson.shape("chunk_shape of sharding_indexed", config.get("chunk_shape"));
        if (inner.rank() != chunk.rank()) {
            throw new IllegalArgumentException(
                    "chunk_shape of sharding_indexed: %s (expected: as many axes as %s)".formatted(inner, chunk));
        }
        long[] counts = new long[inner.rank()];
        for (int i = 0; i < counts.length; i++) {
            if (inner.at(i) < 1 || chunk.at(i) % inner.at(i) != 0) {
                throw new IllegalArgumentException(
                        "chunk_shape of sharding_indexed: %s (expected: to divide %s)".formatted(inner, chunk));
            }
            counts[i] = chunk.at(i) / inner.at(i);
        }
        String location = CodecJson.text("index_location of sharding_indexed", config.get("index_location"), "end");
        if (!location.equals("start") && !location.equals("end")) {
            throw new IllegalArgumentException(
                    "index_location of sharding_indexed: %s (expected: start or end)".formatted(location));
        }
        boolean checked = false;
        boolean big = false;
        for (Object codec : CodecJson.list("index_codecs of sharding_indexed", config.get("index_codecs"))) {
            switch (CodecJson.name(codec)) {
                case "bytes" -> big = CodecJson.bigEndian(codec);
                case "crc32c" -> checked = true;
                default ->
                    throw new UnsupportedOperationException(
                            "index_codecs of sharding_indexed: %s (known: bytes, crc32c)"
                                    .formatted(CodecJson.name(codec)));
            }
        }
        Shape perShard = Shape.of(counts);
        long length = indexLength(perShard) + (checked ? 4 : 0);
        if (length > Integer.MAX_VALUE - 64) {
            throw new UnsupportedOperationException(
                    "sharding_indexed with %s chunks in one (expected: an index below 2 GiB)".formatted(perShard));
        }
        ChunkCodec codec = ChunkCodec.v3(config.get("codecs"), element, inner);
        return Optional.of(new Sharding(inner, perShard, codec, location.equals("start"), (int) length, checked, big));
    }

    /**
     * Decodes an index.
     *
     * @param stored {@link #indexLength} bytes
     * @param fileLength the length of the file it is from
     * @throws IllegalArgumentException if it is damaged, or names a place outside the file
     */
    Index index(byte[] stored, long fileLength) {
        if (stored.length != indexLength) {
            throw new IllegalArgumentException(
                    "index of %d bytes (expected: %d)".formatted(stored.length, indexLength));
        }
        Span plain = Span.of(stored);
        if (checked) {
            plain = Crc32cCodec.INSTANCE.decode(plain, indexLength - 4, true);
        }
        ByteBuffer numbers = ByteBuffer.wrap(plain.array(), plain.from(), plain.length())
                .slice()
                .order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        long[] places = new long[numbers.remaining() / 8];
        numbers.asLongBuffer().get(places);
        for (int i = 0; i < places.length; i += 2) {
            long offset = places[i];
            long length = places[i + 1];
            boolean absent = offset == -1 && length == -1;
            if (!absent && (offset < 0 || length < 0 || offset > fileLength || length > fileLength - offset)) {
                throw new IllegalArgumentException(
                        "index entry %d: %s bytes at %s (expected: within a file of %d bytes)"
                                .formatted(
                                        i / 2,
                                        Long.toUnsignedString(length),
                                        Long.toUnsignedString(offset),
                                        fileLength));
            }
        }
        return new Index(places);
    }

    private static long indexLength(Shape perShard) {
        try {
            return Math.multiplyExact(ENTRY, perShard.count());
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE - 4;
        }
    }

    /** Where the small chunks of one file are, by their number in row-major order. */
    static final class Index {

        private final long[] places;

        private Index(long[] places) {
            this.places = places;
        }

        /** Tells whether there is one; else it is the fill. */
        boolean has(int chunk) {
            return places[2 * chunk] != -1 || places[2 * chunk + 1] != -1;
        }

        /** Returns where in the file it begins. */
        long offset(int chunk) {
            return places[2 * chunk];
        }

        /** Returns how many bytes it takes. */
        long length(int chunk) {
            return places[2 * chunk + 1];
        }
    }
}
