package io.atomflux.mongo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A page of the index of the paged layout; never changed once written.
 *
 * <p>A leaf holds row ids, 0 for a reserved row: {@code {_id, k: "l", ids}}. An inner page holds pairs of a page id and
 * the rows below it, id 0 for a run of reserved rows: {@code {_id, k: "i", kids}}. Both are binary fields of
 * little-endian 64-bit integers.
 */
sealed interface Page {

    /** Returns how many ids or pages this one lists. */
    int entries();

    /** Returns how many rows are below this page. */
    long rows();

    /** Returns the bytes this page takes in memory, about. */
    int bytes();

    /** Row ids in order. */
    record Leaf(long[] ids) implements Page {
        @Override
        public int entries() {
            return ids.length;
        }

        @Override
        public long rows() {
            return ids.length;
        }

        @Override
        public int bytes() {
            return 64 + Long.BYTES * ids.length;
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof Leaf other && Arrays.equals(ids, other.ids);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(ids);
        }

        @Override
        public String toString() {
            return "Leaf" + Arrays.toString(ids);
        }
    }

    /** Pages in order, and where each ends; those not written yet are in {@code fresh}. */
    final class Inner implements Page {
        private final long[] ids;
        private final long[] ends;
        private final @Nullable Page @Nullable [] fresh;

        private Inner(long[] ids, long[] ends, @Nullable Page @Nullable [] fresh) {
            this.ids = ids;
            this.ends = ends;
            this.fresh = fresh;
        }

        static Inner of(List<Ref> kids) {
            int count = kids.size();
            long[] ids = new long[count];
            long[] ends = new long[count];
            @Nullable Page @Nullable [] fresh = null;
            long end = 0;
            for (int i = 0; i < count; i++) {
                Ref kid = kids.get(i);
                ids[i] = kid.id();
                end += kid.rows();
                ends[i] = end;
                if (kid.fresh() != null) {
                    fresh = fresh == null ? new @Nullable Page[count] : fresh;
                    fresh[i] = kid.fresh();
                }
            }
            return new Inner(ids, ends, fresh);
        }

        Ref kid(int index) {
            return new Ref(ids[index], ends[index] - start(index), fresh == null ? null : fresh[index]);
        }

        /** Returns how many rows come before a kid. */
        long start(int index) {
            return index == 0 ? 0 : ends[index - 1];
        }

        /** Returns the kid that holds a row, which must be here. */
        int kidOf(long offset) {
            int found = Arrays.binarySearch(ends, offset + 1);
            return found >= 0 ? found : -found - 1;
        }

        @Override
        public int entries() {
            return ids.length;
        }

        @Override
        public long rows() {
            return ends.length == 0 ? 0 : ends[ends.length - 1];
        }

        @Override
        public int bytes() {
            return 80 + 2 * Long.BYTES * ids.length;
        }
    }

    /** Returns this page as a document; all its kids must have been written. */
    static BsonDocument toBson(long id, Page page) {
        BsonDocument document = new BsonDocument("_id", new BsonInt64(id));
        if (page instanceof Leaf leaf) {
            return document.append("k", new BsonString("l")).append("ids", Longs.toBson(leaf.ids));
        }
        Inner inner = (Inner) page;
        long[] pairs = new long[2 * inner.ids.length];
        for (int i = 0; i < inner.ids.length; i++) {
            pairs[2 * i] = inner.ids[i];
            pairs[2 * i + 1] = inner.ends[i] - inner.start(i);
        }
        return document.append("k", new BsonString("i")).append("kids", Longs.toBson(pairs));
    }

    /**
     * Reads a page's document.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Page fromBson(BsonDocument document) {
        BsonValue kind = document.get("k");
        if (kind != null && kind.isString() && kind.asString().getValue().equals("l")) {
            return new Leaf(Longs.fromBson(document, "ids"));
        }
        if (kind == null || !kind.isString() || !kind.asString().getValue().equals("i")) {
            throw new IllegalArgumentException("field \"k\": " + kind + " (expected: \"l\" or \"i\")");
        }
        long[] pairs = Longs.fromBson(document, "kids");
        if (pairs.length % 2 != 0) {
            throw new IllegalArgumentException("numbers in \"kids\": " + pairs.length + " (expected: pairs)");
        }
        long[] ids = new long[pairs.length / 2];
        long[] ends = new long[ids.length];
        long end = 0;
        for (int i = 0; i < ids.length; i++) {
            ids[i] = pairs[2 * i];
            long rows = pairs[2 * i + 1];
            if (ids[i] < 0 || rows <= 0 || rows > (1L << 60) - end) {
                throw new IllegalArgumentException(
                        "kid %d: page %d of %d rows (expected: at least one row)".formatted(i, ids[i], rows));
            }
            end += rows;
            ends[i] = end;
        }
        return new Inner(ids, ends, null);
    }

    /** Lists of 64-bit integers as binary fields. */
    final class Longs {
        private Longs() {}

        static BsonBinary toBson(long[] values) {
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asLongBuffer().put(values);
            return new BsonBinary(bytes.array());
        }

        static long[] fromBson(BsonDocument document, String field) {
            BsonValue value = document.get(field);
            if (value == null || !value.isBinary()) {
                throw new IllegalArgumentException("field \"%s\": %s (expected: binary)"
                        .formatted(field, value == null ? "missing" : value.getBsonType()));
            }
            byte[] bytes = value.asBinary().getData();
            if (bytes.length % Long.BYTES != 0) {
                throw new IllegalArgumentException(
                        "bytes of field \"%s\": %d (expected: a multiple of 8)".formatted(field, bytes.length));
            }
            long[] values = new long[bytes.length / Long.BYTES];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
            return values;
        }
    }
}
