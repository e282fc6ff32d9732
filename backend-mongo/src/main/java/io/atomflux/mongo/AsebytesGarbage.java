package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.doc;
import static io.atomflux.mongo.AsebytesDocs.number;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonNumber;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * Lists of replaced rows, each naming the one before it: {@code {_id, garbage: sort keys as little-endian int64, prev}}.
 *
 * <p>They bear sort keys of the change they belong to, so that whatever sweeps its rows sweeps them.
 */
final class AsebytesGarbage {

    private static final int MOST_IDS = 1_000_000; // 8 MB

    private AsebytesGarbage() {}

    static int documents(long ids) {
        return (int) ((ids + MOST_IDS - 1) / MOST_IDS);
    }

    /** Makes the lists of so many ids; the last one is the new head. */
    static List<RawBsonDocument> of(long firstId, long[] ids, @Nullable Long previous) {
        List<RawBsonDocument> lists = new ArrayList<>();
        BsonValue before = previous == null ? BsonNull.VALUE : number(previous);
        for (int from = 0; from < ids.length; from += MOST_IDS) {
            int to = Math.min(ids.length, from + MOST_IDS);
            ByteBuffer bytes = ByteBuffer.allocate(8 * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asLongBuffer().put(ids, from, to - from);
            BsonValue id = number(firstId + lists.size());
            lists.add(new RawBsonDocument(
                    new BsonDocument("_id", id)
                            .append("garbage", new BsonBinary(bytes.array()))
                            .append("prev", before),
                    new BsonDocumentCodec()));
            before = id;
        }
        return lists;
    }

    static long[] ids(BsonDocument list) {
        if (!(list.get("garbage") instanceof BsonBinary binary)) {
            return new long[0];
        }
        long[] ids = new long[binary.getData().length / 8];
        ByteBuffer.wrap(binary.getData())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .get(ids);
        return ids;
    }

    static @Nullable Long previous(BsonDocument list) {
        return list.get("prev") instanceof BsonNumber id ? id.longValue() : null;
    }

    /** Narrows what is to be deleted to documents of this layout, should another one stand there by now. */
    static BsonDocument ours(BsonDocument which) {
        BsonDocument row = doc("data", AsebytesDocs.exists(true));
        BsonDocument list = doc("garbage", AsebytesDocs.exists(true));
        return which.clone().append("$or", new BsonArray(Arrays.asList(row, list)));
    }
}
