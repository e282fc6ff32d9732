package io.atomflux.file.lmdb;

import io.atomflux.error.CorruptDataException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.MemoryUtil;

/**
 * What one committed transaction left: everything about a group but its cells; immutable.
 *
 * @param txn the id of the transaction
 * @param next the next unused sort key
 * @param index the positions
 * @param fields the schema
 * @param log the head of the change log, or null if no Atomflux program ever wrote here
 */
record State(
        long txn,
        long next,
        Index index,
        Fields fields,
        @Nullable LogHead log) {

    long size() {
        return index.size();
    }

    boolean isRemoved() {
        return log != null && log.removed();
    }

    /** Reads the state in a transaction that sees it, checking that its parts agree. */
    static State load(long txn, NativeCursor cursor, String store) {
        Reading in = new Reading(cursor, store);
        byte @Nullable [] count = in.value(Layout.COUNT);
        byte @Nullable [] next = in.value(Layout.NEXT);
        byte @Nullable [] blocks = in.value(Layout.BLOCKS);
        byte @Nullable [] sizes = in.value(Layout.SIZES);
        byte @Nullable [] schema = in.value(Layout.SCHEMA);
        byte @Nullable [] log = in.value(Layout.LOG_HEAD);
        Fields fields = schema == null ? Fields.NONE : Fields.parse(schema);
        LogHead head = log == null ? null : LogHead.parse(log, store);
        if (count == null && next == null && blocks == null && sizes == null) {
            in.requireNoForeignKeys();
            return new State(txn, 0, Index.EMPTY, fields, head);
        }
        long blockCount = blocks == null ? 0 : in.u32s(blocks, "__blk_count__", 1)[0];
        if (blockCount > Integer.MAX_VALUE / 8) {
            throw in.corrupt("__blk_count__", blockCount + " blocks (expected: fewer than 2^28)");
        }
        long[] starts = new long[1];
        if (blockCount > 0) {
            if (sizes == null) {
                throw in.corrupt("__blk_sizes__", "missing (expected: the sizes of " + blockCount + " blocks)");
            }
            long[] each = in.u32s(sizes, "__blk_sizes__", (int) blockCount);
            starts = new long[each.length + 1];
            for (int i = 0; i < each.length; i++) {
                starts[i + 1] = starts[i] + each[i];
            }
        }
        long rows = in.decimal(count, "__meta__count");
        if (rows != starts[starts.length - 1]) {
            throw in.corrupt(
                    "__meta__count",
                    "%d rows (expected: %d, the sum of the block sizes)".formatted(rows, starts[starts.length - 1]));
        }
        return new State(
                txn,
                in.decimal(next, "__meta__next_sort_key"),
                new Index(starts, new Block[starts.length - 1]),
                fields,
                head);
    }

    /** Returns what loads blocks of this state in a transaction that sees it. */
    Index.Loader loader(NativeCursor cursor, String store) {
        return (number, size) -> loadBlock(cursor, store, number, size, next);
    }

    private static Block loadBlock(NativeCursor cursor, String store, int number, int size, long next) {
        Reading in = new Reading(cursor, store);
        String place = "index block " + number;
        if (!cursor.set(cursor.key(Layout.BLOCK, number))) {
            throw in.corrupt(place, "missing (expected: %d entries)".formatted(size));
        }
        if (cursor.dataSize() != (long) size * Long.BYTES) {
            throw in.corrupt(
                    place, "%d bytes (expected: %d, 8 for each entry)".formatted(cursor.dataSize(), 8L * size));
        }
        long[] keys = new long[size];
        long address = cursor.dataAddress();
        for (int i = 0; i < size; i++) {
            keys[i] = MemoryUtil.memGetLong(address + (long) i * Long.BYTES); // all natives are little-endian
            if (keys[i] < 0 || keys[i] >= next) {
                throw in.corrupt(
                        place,
                        "sort key %s at entry %d (expected: below %d, the next unused one)"
                                .formatted(Long.toUnsignedString(keys[i]), i, next));
            }
        }
        return Block.of(keys);
    }

    /** Reads small values; refuses what is malformed. */
    private record Reading(NativeCursor cursor, String store) {

        private static final int LARGEST = 1 << 30;

        byte @Nullable [] value(byte[] key) {
            if (!cursor.set(cursor.key(key))) {
                return null;
            }
            if (cursor.dataSize() > LARGEST) {
                throw corrupt(new String(key, StandardCharsets.US_ASCII), "larger than 1 GiB");
            }
            return cursor.dataBytes();
        }

        long[] u32s(byte[] bytes, String place, int count) {
            if (bytes.length != 4L * count) {
                throw corrupt(place, "%d bytes (expected: %d)".formatted(bytes.length, 4L * count));
            }
            long[] numbers = new long[count];
            for (int i = 0; i < count; i++) {
                for (int b = 3; b >= 0; b--) {
                    numbers[i] = numbers[i] << 8 | bytes[4 * i + b] & 0xff;
                }
            }
            return numbers;
        }

        long decimal(byte @Nullable [] text, String place) {
            if (text == null || text.length == 0 || text.length > 18) {
                throw corrupt(place, text == null ? "missing" : text.length + " bytes (expected: 1 to 18 digits)");
            }
            long number = 0;
            for (byte digit : text) {
                if (digit < '0' || digit > '9') {
                    throw corrupt(place, "byte %d (expected: decimal digits)".formatted(digit));
                }
                number = number * 10 + digit - '0';
            }
            return number;
        }

        /** Fails on a database of another program, where a change would mix two layouts; all our keys but cells begin so. */
        void requireNoForeignKeys() {
            if (!cursor.first()) {
                return;
            }
            byte[] key = cursor.keyBytes();
            if (key.length < 2 || key[0] != '_' || key[1] != '_') {
                throw corrupt(
                        Layout.DATA_FILE,
                        "a database of another program, with the key \"%s\" (expected: the asebytes layout)"
                                .formatted(new String(key, 0, Math.min(key.length, 40), StandardCharsets.UTF_8)));
            }
        }

        CorruptDataException corrupt(String place, String problem) {
            return new CorruptDataException(store, place, problem, null);
        }
    }
}
