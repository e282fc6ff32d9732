package io.atomflux.mongo;

import java.util.Arrays;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNumber;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/** Names and small documents of the layout of asebytes 0.3 in MongoDB, with the sub-document {@code af} Python ignores. */
final class AsebytesDocs {

    static final String META = "__meta__";
    static final String KEYS = "sort_keys";
    static final String COUNT = "count";
    static final String NEXT = "next_sort_key";

    /** So many changes the metadata remember. */
    static final int LOGGED = 128;

    /** What everything but the sort keys may take of the 16 MiB of the metadata: the log, and what runs just now. */
    private static final long BESIDE = 128 << 10;

    private static final List<String> HEAD =
            List.of(COUNT, NEXT, "af.g", "af.rev", "af.net", "af.keys", "af.young", "af.old", "af.turned");

    private AsebytesDocs() {}

    /** Returns a number as pymongo writes it: of 32 bits if it fits. */
    static BsonValue number(long value) {
        return value == (int) value ? new BsonInt32((int) value) : new BsonInt64(value);
    }

    static long number(@Nullable BsonValue value, long otherwise) {
        return value instanceof BsonNumber number ? number.longValue() : otherwise;
    }

    static BsonDocument doc(String name, BsonValue value) {
        return new BsonDocument(name, value);
    }

    static BsonDocument exists(boolean expected) {
        return doc("$exists", BsonBoolean.valueOf(expected));
    }

    static BsonDocument meta() {
        return doc("_id", new BsonString(META));
    }

    static BsonDocument byIds(long[] ids, boolean andMeta) {
        BsonArray all = numbers(ids);
        if (andMeta) {
            all.add(new BsonString(META));
        }
        return doc("_id", doc("$in", all));
    }

    static BsonArray numbers(long... values) {
        BsonArray array = new BsonArray(values.length + 1);
        for (long value : values) {
            array.add(number(value));
        }
        return array;
    }

    /** Selects the documents of the ids {@code first} to {@code first + n - 1}. */
    static BsonDocument range(long first, long n) {
        return doc("_id", doc("$gte", number(first)).append("$lt", number(first + n)));
    }

    static BsonDocument include(String... names) {
        BsonDocument projection = new BsonDocument();
        for (String name : names) {
            projection.append(name, new BsonInt32(1));
        }
        return projection;
    }

    /** Projects the metadata without sort keys, log and running writes: under 300 bytes. */
    static BsonDocument head() {
        return include(HEAD.toArray(new String[0]));
    }

    static BsonDocument orElse(BsonValue expression, BsonValue otherwise) {
        return doc("$ifNull", new BsonArray(List.of(expression, otherwise)));
    }

    /** Adds some of the sort keys to a projection; counted from the end if {@code from} is negative. */
    static BsonDocument sliced(BsonDocument projection, long from, long n) {
        return projection.append(KEYS, doc("$slice", new BsonArray(List.of(int32(from), int32(Math.max(1, n))))));
    }

    static BsonInt32 int32(long value) {
        return new BsonInt32((int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value)));
    }

    /** Reads the sort keys of a document; walks over its bytes if they are there. */
    static long[] ids(BsonDocument document) {
        if (document instanceof RawBsonDocument raw) {
            return RawIds.of(raw);
        }
        BsonValue keys = document.get(KEYS);
        return keys == null ? new long[0] : numbers(keys.asArray());
    }

    /** Reads an array of numbers; null, for a position beyond the end, becomes -1. */
    static long[] numbers(BsonArray array) {
        long[] numbers = new long[array.size()];
        int at = 0;
        for (BsonValue value : array) {
            numbers[at++] = number(value, -1);
        }
        return numbers;
    }

    /** Walks over the bytes of documents, because a million sort keys as objects are 40 MB. */
    private static final class RawIds {

        private static final byte[] NAME = {'s', 'o', 'r', 't', '_', 'k', 'e', 'y', 's'};

        static long[] of(RawBsonDocument raw) {
            java.nio.ByteBuffer bytes = raw.getByteBuffer().asNIO();
            int start = bytes.arrayOffset() + bytes.position();
            BsonIn in = new BsonIn(bytes.array(), start, start + bytes.remaining());
            while (in.next()) {
                if (in.nameIs(NAME) && in.type() == BsonOut.ARRAY) {
                    return items(new BsonIn(in.buffer, in.valueAt(), in.elementEnd()));
                }
            }
            return new long[0];
        }

        private static long[] items(BsonIn in) {
            long[] ids = new long[64];
            int count = 0;
            while (in.next()) {
                if (count == ids.length) {
                    ids = Arrays.copyOf(ids, 2 * count);
                }
                ids[count++] = switch (in.type()) {
                    case BsonOut.INT32 -> BsonIn.int32(in.buffer, in.valueAt());
                    case BsonOut.INT64 -> BsonIn.int64(in.buffer, in.valueAt());
                    case BsonOut.DOUBLE -> (long) Double.longBitsToDouble(BsonIn.int64(in.buffer, in.valueAt()));
                    default -> -1;
                };
            }
            return Arrays.copyOf(ids, count);
        }
    }

    /** Returns how many rows the metadata can list, when sort keys from {@code next} on are given to new ones. */
    static long mostRows(long next) {
        long width = next > Integer.MAX_VALUE ? 8 : 4;
        long left = RowCodec.LARGEST - BESIDE;
        long rows = 0;
        long end = 10;
        for (int digits = 1; ; digits++, end *= 10) {
            long each = 1 + digits + 1 + width; // type, index as text, NUL, number
            long here = Math.min(end - rows, left / each);
            rows += here;
            left -= here * each;
            if (rows < end) {
                return rows;
            }
        }
    }
}
