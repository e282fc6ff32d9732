package io.atomflux.artifact;

import io.atomflux.artifact.catalog.Commit;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Objects of a {@link SimpleCatalog}: the version 1, the number of changes, and each as its key and value, big-endian lengths
 * before them, -1 for no value. The object {@code index} is the version and two numbers.
 */
final class SimpleFormat {

    private static final int VERSION = 1;

    private SimpleFormat() {}

    static Bytes write(List<Commit.Change> changes) {
        int size = 2 * Integer.BYTES;
        for (Commit.Change change : changes) {
            size += 2 * Integer.BYTES
                    + change.key().length()
                    + change.value().map(Bytes::length).orElse(0);
        }
        ByteBuffer out = ByteBuffer.allocate(size).putInt(VERSION).putInt(changes.size());
        for (Commit.Change change : changes) {
            out.putInt(change.key().length()).put(change.key().asBuffer());
            out.putInt(change.value().map(Bytes::length).orElse(-1));
            change.value().ifPresent(value -> out.put(value.asBuffer()));
        }
        return Bytes.wrap(out.array());
    }

    static List<Commit.Change> read(String store, String object, Bytes bytes) {
        ByteBuffer in = bytes.asBuffer();
        try {
            version(in);
            int count = in.getInt();
            List<Commit.Change> changes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Bytes key = part(in, in.getInt());
                int length = in.getInt();
                changes.add(new Commit.Change(key, length < 0 ? Optional.empty() : Optional.of(part(in, length))));
            }
            return changes;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new CorruptDataException(store, "object " + object, "it does not decode", e);
        }
    }

    private static void version(ByteBuffer in) {
        int version = in.getInt();
        if (version != VERSION) {
            throw new IllegalArgumentException("version: %d (expected: %d)".formatted(version, VERSION));
        }
    }

    private static Bytes part(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("length: " + length);
        }
        byte[] part = new byte[length];
        in.get(part);
        return Bytes.wrap(part);
    }

    static Bytes numbers(long first, long second) {
        return Bytes.wrap(ByteBuffer.allocate(Integer.BYTES + 2 * Long.BYTES)
                .putInt(VERSION)
                .putLong(first)
                .putLong(second)
                .array());
    }

    static long[] numbers(String store, Bytes bytes) {
        ByteBuffer in = bytes.asBuffer();
        try {
            version(in);
            return new long[] {in.getLong(), in.getLong()};
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new CorruptDataException(store, "object index", "it does not decode", e);
        }
    }
}
