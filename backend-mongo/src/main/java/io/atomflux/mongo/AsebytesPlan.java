package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.doc;
import static io.atomflux.mongo.AsebytesDocs.number;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** One round of a change: what it rests on, which documents it needs, and the update that makes it. */
abstract class AsebytesPlan {

    /** Beyond so many positions the condition is that nothing at all happened, not each sort key by itself. */
    static final int MOST_CONDITIONS = 64;

    private static final long CHUNK = 8 << 20;

    /** How many sort keys the rows need. */
    final long newRows;

    /** Rows more than before; needed to refuse what would not fit. */
    final long added;

    AsebytesPlan(long newRows, long added) {
        this.newRows = newRows;
        this.added = added;
    }

    /** Returns the sort keys whose rows nobody needs afterwards. */
    long[] replaced() {
        return new long[0];
    }

    /** Returns the head of the garbage chain this rests on. */
    @Nullable
    Long young() {
        return null;
    }

    /** Makes the documents of the rows, in portions. */
    abstract Flux<List<RawBsonDocument>> documents(long first);

    /** Tells, once the documents were made, whether there is anything to do. */
    boolean isChange() {
        return true;
    }

    abstract BsonDocument condition();

    abstract AsebytesUpdate update(String attempt, long first);

    /** Conditions that positions hold the sort keys read, and the count as far as it bore on which positions. */
    static BsonDocument holds(AsebytesHead head, long[] positions, long[] ids, boolean dependsOnSize) {
        BsonDocument condition = new BsonDocument();
        boolean many = positions.length > MOST_CONDITIONS;
        for (int i = 0; i < positions.length; i += many ? positions.length - 1 : 1) {
            condition.append(AsebytesDocs.KEYS + "." + positions[i], number(ids[i]));
        }
        if (many) {
            // Atomflux moves the revision, and Python's append and insert move the count.
            condition.append("af.rev", new BsonInt64(head.rev()));
        }
        if (many || dependsOnSize) {
            condition.append(AsebytesDocs.COUNT, number(head.count()));
        }
        return condition;
    }

    /** Gives rows that were encoded before their sort keys were known those sort keys, in portions of 8 MiB. */
    static Flux<List<RawBsonDocument>> numbered(List<AsebytesRow> rows, long first) {
        return Flux.generate(() -> 0, (from, sink) -> {
            if (from == rows.size()) {
                sink.complete();
                return from;
            }
            List<RawBsonDocument> portion = new ArrayList<>();
            int at = from;
            for (long bytes = 0; at < rows.size() && (bytes < CHUNK || at == from); at++) {
                RawBsonDocument document = rows.get(at).numbered(first + at);
                bytes += document.getByteBuffer().remaining();
                portion.add(document);
            }
            sink.next(portion);
            return at;
        });
    }

    /** One row, encoded when it was given, before it has a sort key. */
    static final class AsebytesRow {

        private static final int ID_AT = 4 + 1 + 4; // length, type, "_id" and NUL

        private final byte[] bytes;

        AsebytesRow(RowCodec codec, io.atomflux.value.Row row, String place) {
            ByteBuffer encoded = codec.encode(0, row, place).getByteBuffer().asNIO();
            bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
        }

        long size() {
            return bytes.length;
        }

        /** Returns a document of its own, since one that was sent once may be on its way still. */
        RawBsonDocument numbered(long id) {
            ByteBuffer given = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            if (id == (int) id) {
                byte[] copy = bytes.clone();
                ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(ID_AT, (int) id);
                return new RawBsonDocument(copy);
            }
            ByteBuffer wide = ByteBuffer.allocate(bytes.length + 4).order(ByteOrder.LITTLE_ENDIAN);
            wide.putInt(bytes.length + 4)
                    .put((byte) BsonOut.INT64)
                    .put(bytes, 5, 4)
                    .putLong(id);
            wide.put(bytes, ID_AT + 4, given.getInt(0) - ID_AT - 4);
            return new RawBsonDocument(wide.array());
        }
    }

    /** Adds what every change that replaces rows does: it names their list. */
    static void collect(AsebytesUpdate update, long list) {
        update.set("af.young", number(list));
    }

    static BsonDocument youngIs(@Nullable Long young) {
        return doc("af.young", young == null ? org.bson.BsonNull.VALUE : number(young));
    }
}
