package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.value.DType;
import java.util.ArrayList;
import java.util.List;

/** Chunks of elements of a fixed size: order of axes, byte order, then steps from bytes to bytes. */
final class FixedChunkCodec implements ChunkCodec {

    private static final int LARGEST = Integer.MAX_VALUE - 64;

    private final DType type;
    private final Shape chunk;
    private final Transposition order;
    private final boolean swapped;
    private final List<BytesCodec> steps;
    private final List<String> names;
    private final int size;

    FixedChunkCodec(
            DType type, Shape chunk, Transposition order, boolean bigEndian, List<BytesCodec> steps, int version) {
        this.type = type;
        this.chunk = chunk;
        this.order = order;
        this.swapped = bigEndian && ByteOrders.unit(type) > 1;
        this.steps = List.copyOf(steps);
        this.names = names(bigEndian, version);
        this.size = size(type, chunk);
    }

    private static int size(DType type, Shape chunk) {
        long size;
        try {
            size = Math.multiplyExact(chunk.count(), (long) type.itemSize());
        } catch (ArithmeticException e) {
            size = Long.MAX_VALUE;
        }
        if (size > LARGEST) {
            throw new UnsupportedOperationException(
                    "chunks of %s elements of %d bytes (expected: below 2 GiB)".formatted(chunk, type.itemSize()));
        }
        return (int) size;
    }

    private List<String> names(boolean bigEndian, int version) {
        List<String> all = new ArrayList<>();
        if (!order.isNone()) {
            all.add(version == 2 ? "order F" : "transpose(" + order + ")");
        }
        if (version == 3 || swapped) {
            all.add(ByteOrders.unit(type) == 1 ? "bytes" : "bytes(" + (bigEndian ? "big" : "little") + ")");
        }
        steps.forEach(step -> all.add(step.name()));
        return List.copyOf(all);
    }

    @Override
    public Chunk decode(byte[] stored) {
        byte[] bytes = Steps.decode(steps, stored, size, true).toArray();
        if (swapped) {
            bytes = ByteOrders.swapped(bytes, ByteOrders.unit(type));
        }
        if (!order.isNone()) {
            bytes = order.toChunk(bytes, chunk, type.itemSize());
        }
        return Chunk.of(type.kind() == DType.Kind.BOOL ? bools(bytes) : bytes);
    }

    /** Makes every true a 1, as the contract of chunks asks for; hardly any file has another. */
    private static byte[] bools(byte[] bytes) {
        int all = 0;
        for (byte b : bytes) {
            all |= b;
        }
        if ((all & ~1) == 0) {
            return bytes;
        }
        byte[] plain = new byte[bytes.length];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = (byte) (bytes[i] == 0 ? 0 : 1);
        }
        return plain;
    }

    @Override
    public byte[] encode(Chunk plain) {
        byte[] bytes = plain.bytes();
        if (bytes.length != size) {
            throw new IllegalArgumentException("chunk of %d bytes (expected: %d, %s elements of %s)"
                    .formatted(bytes.length, size, chunk, type.code()));
        }
        if (!order.isNone()) {
            bytes = order.toStored(bytes, chunk, type.itemSize());
        }
        if (swapped) {
            bytes = ByteOrders.swapped(bytes, ByteOrders.unit(type));
        }
        return Steps.encode(steps, bytes);
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public boolean writable() {
        return true;
    }
}
