package io.atomflux.mongo;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.BlobRow;
import io.atomflux.value.CellDecoder;
import io.atomflux.value.KeySet;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * Rows as documents of one layout, and back; for any thread.
 *
 * <p>A document is {@code {_id: number, <field>: {name: value, …}}}. What is read shares the document's bytes; each value
 * is decoded when first asked for, and rows of the same names share their keys.
 */
final class RowCodec {

    /** What a server takes: 16 MiB for a document ({@code hello.maxBsonObjectSize} of every MongoDB since 1.8). */
    static final int LARGEST = 16 << 20;

    private final String store;
    private final Layout layout;
    private final byte[] field;
    private volatile @Nullable Names lastNames; // racy: any thread's last one serves

    /** What differs between the layouts. */
    interface Layout extends CellDecoder<Object> {

        /** Returns the field that holds the values. */
        String field();

        /** Returns the field name of a key. */
        String name(String key);

        /**
         * Returns the key of a field name.
         *
         * @throws IllegalArgumentException if there is none
         */
        String key(String name);

        /**
         * Writes one value.
         *
         * @throws IllegalArgumentException if the layout cannot hold it without loss
         */
        void write(BsonOut out, String name, @Nullable Object value);

        /** Looks over a row that was read. */
        Row finish(Row row);
    }

    private record Names(byte[][] raw, KeySet keys) {}

    private RowCodec(String store, Layout layout) {
        this.store = store;
        this.layout = layout;
        this.field = layout.field().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Returns the codec of the paged layout: rows in {@code d}, escaped names, every value without loss. */
    static RowCodec paged(String store) {
        return new RowCodec(store, new PagedValues());
    }

    /** Returns the codec of the layout of asebytes 0.3: rows in {@code data}, literal names. */
    static RowCodec asebytes(String store) {
        return new RowCodec(store, new AsebytesValues());
    }

    /** Returns the field of a row's document that holds its values, {@code d} or {@code data}. */
    String field() {
        return layout.field();
    }

    /** Returns the field name of a key; holds no dot and no leading dollar in the paged layout, is literal in the other. */
    String name(String key) {
        return layout.name(key);
    }

    /**
     * Makes a row's document.
     *
     * @param id its {@code _id}
     * @param row the row; a reserved one becomes {@code <field>: null}
     * @param place names the row in messages, e.g. {@code row 12}
     * @throws UnsupportedDataException if the layout cannot hold a value without loss; names the key
     * @throws LimitExceededException if the document would exceed 16 MiB
     */
    RawBsonDocument encode(long id, Row row, String place) {
        BsonOut out = new BsonOut((int) Math.min(LARGEST, 64L + row.byteSize()));
        int document = out.begin();
        if (id == (int) id) {
            out.int32("_id", (int) id);
        } else {
            out.int64("_id", id);
        }
        if (row.isReserved()) {
            out.nothing(layout.field());
        } else {
            int values = out.begin(BsonOut.DOCUMENT, layout.field());
            for (int i = 0; i < row.size(); i++) {
                write(out, row.keySet().name(i), row.valueAt(i), place);
            }
            out.end(values);
        }
        out.end(document);
        if (out.length() > LARGEST) {
            throw new LimitExceededException(
                    "bytes of the document of " + place + " in " + store,
                    out.length(),
                    LARGEST,
                    "MongoDB takes no larger documents; split the row, or keep it in another store");
        }
        return out.toDocument();
    }

    private void write(BsonOut out, String key, @Nullable Object value, String place) {
        try {
            layout.write(out, layout.name(key), value);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedDataException(store, place + ", key " + key, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Opens a row's document; values are decoded when first asked for.
     *
     * @param document may hold the values of all keys or of some; without the field, the row has no keys
     * @param position the row's position, for messages
     * @return the row; the reserved one if the field is null
     * @throws CorruptDataException if the document's outline is damaged
     */
    Row decode(BsonDocument document, long position) {
        RawBsonDocument raw = document instanceof RawBsonDocument given
                ? given
                : new RawBsonDocument(document, new BsonDocumentCodec());
        ByteBuffer bytes = raw.getByteBuffer().asNIO();
        byte[] buffer = bytes.array();
        int start = bytes.arrayOffset() + bytes.position();
        try {
            BsonIn in = new BsonIn(buffer, start, start + bytes.remaining());
            while (in.next()) {
                if (in.nameIs(field)) {
                    return values(in, position);
                }
            }
            return Row.empty();
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(store, "row " + position, String.valueOf(e.getMessage()), e);
        }
    }

    private Row values(BsonIn in, long position) {
        if (in.type() == BsonOut.NULL) {
            return Row.reserved();
        } else if (in.type() != BsonOut.DOCUMENT) {
            throw new IllegalArgumentException("field \"%s\" of BSON type 0x%02x (expected: a document or null)"
                    .formatted(layout.field(), in.type()));
        }
        BsonIn cells = new BsonIn(in.buffer, in.valueAt(), in.elementEnd());
        Names names = lastNames;
        int[] bounds = new int[names == null ? 16 : 2 * names.raw.length];
        List<byte[]> seen = new ArrayList<>();
        int count = 0;
        boolean same = names != null;
        while (cells.next()) {
            if (same && names != null && count < names.raw.length && cells.nameIs(names.raw[count])) {
                seen.add(names.raw[count]);
            } else {
                same = false;
                seen.add(cells.nameBytes());
            }
            if (2 * count == bounds.length) {
                bounds = Arrays.copyOf(bounds, 2 * bounds.length + 2);
            }
            bounds[2 * count] = cells.elementAt();
            bounds[2 * count + 1] = cells.elementEnd();
            count++;
        }
        if (!same || names == null || count != names.raw.length) {
            names = named(seen);
            lastNames = names;
        }
        if (count == 0) {
            return Row.empty();
        }
        BlobRow row = BlobRow.wrap(names.keys, in.buffer, Arrays.copyOf(bounds, 2 * count));
        return layout.finish(Row.decoding(row, layout, store, position));
    }

    private Names named(List<byte[]> raw) {
        List<String> keys = new ArrayList<>(raw.size());
        for (byte[] name : raw) {
            keys.add(layout.key(BsonIn.text(name, 0, name.length)));
        }
        return new Names(raw.toArray(new byte[0][]), KeySet.of(keys));
    }
}
