package io.atomflux.redis;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import java.util.Arrays;
import java.util.List;

/**
 * Writes what scripts unpack with {@code cmsgpack}, the MessagePack library of Redis.
 *
 * <p>Byte strings go out as its family {@code str}, which every version of that library reads as they are.
 */
final class Pack {

    private byte[] buffer;
    private int used;

    private Pack(int guess) {
        this.buffer = new byte[guess];
    }

    /** Packs rows: false for a reserved one, else keys and values in turn. */
    static byte[] rows(List<BlobRow> rows) {
        long guess = 16;
        for (BlobRow row : rows) {
            guess += row.byteSize() + 16L * row.size();
        }
        Pack pack = new Pack((int) Math.min(guess, 1 << 30));
        pack.array(rows.size());
        for (BlobRow row : rows) {
            if (row.isReserved()) {
                pack.put(0xc2);
            } else {
                pack.array(2 * row.size());
                for (int i = 0; i < row.size(); i++) {
                    pack.string(row.keySet().encoded(i));
                    pack.string(row.valueAt(i));
                }
            }
        }
        return pack.done();
    }

    /** Packs keys. */
    static byte[] keys(List<String> keys) {
        Pack pack = new Pack(16 + 32 * keys.size());
        pack.array(keys.size());
        keys.forEach(key -> pack.string(Bytes.ofKey(key)));
        return pack.done();
    }

    static byte[] numbers(long[] numbers) {
        Pack pack = new Pack(16 + 9 * numbers.length);
        pack.array(numbers.length);
        for (long number : numbers) {
            pack.number(number);
        }
        return pack.done();
    }

    /** Packs a sort key, a digest, and the fields it is of. */
    static byte[] version(byte[] sortKey, byte[] digest, List<Bytes> fields) {
        Pack pack = new Pack(64 + 32 * fields.size());
        pack.array(3);
        pack.string(Bytes.wrap(sortKey));
        pack.string(Bytes.wrap(digest));
        pack.array(fields.size());
        fields.forEach(pack::string);
        return pack.done();
    }

    private byte[] done() {
        return used == buffer.length ? buffer : Arrays.copyOf(buffer, used);
    }

    private void need(int more) {
        if (more > buffer.length - used) {
            buffer = Arrays.copyOf(buffer, Math.max(Math.addExact(used, more), (int) Math.min(2L * used, 1 << 30)));
        }
    }

    private void put(int value) {
        need(1);
        buffer[used++] = (byte) value;
    }

    private void bigEndian(long value, int bytes) {
        need(bytes);
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            buffer[used++] = (byte) (value >>> shift);
        }
    }

    private void array(int size) {
        if (size < 16) {
            put(0x90 | size);
        } else if (size < 1 << 16) {
            put(0xdc);
            bigEndian(size, 2);
        } else {
            put(0xdd);
            bigEndian(size, 4);
        }
    }

    private void number(long number) {
        if (number >= 0 && number < 128) {
            put((int) number);
        } else if (number >= 0 && number < 1L << 32) {
            put(0xce);
            bigEndian(number, 4);
        } else {
            put(0xd3);
            bigEndian(number, 8);
        }
    }

    private void string(Bytes bytes) {
        int length = bytes.length();
        if (length < 32) {
            put(0xa0 | length);
        } else if (length < 1 << 16) {
            put(0xda);
            bigEndian(length, 2);
        } else {
            put(0xdb);
            bigEndian(length, 4);
        }
        need(length);
        bytes.copyTo(buffer, used);
        used += length;
    }
}
