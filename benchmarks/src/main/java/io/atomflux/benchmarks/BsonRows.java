package io.atomflux.benchmarks;

import io.atomflux.codec.NumpyMsgpack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What a program on the bare driver does with the documents of a reply: turns every value of their rows into the object that
 * ours gives, and uses it.
 *
 * <p>Understands rows of this comparison in both layouts, and nothing else; makes no structures of them, which ours does.
 */
final class BsonRows {

    private static final List<String> FIELDS = List.of("d", "data");

    private BsonRows() {}

    /** Touches every value of every row of a reply to {@code find} or {@code getMore}. */
    static long touch(BsonDocument reply) {
        if (!reply.containsKey("cursor")) {
            return 0;
        }
        BsonDocument cursor = reply.getDocument("cursor");
        String batch = cursor.containsKey("firstBatch") ? "firstBatch" : "nextBatch";
        long sum = 0;
        for (BsonValue document : cursor.getArray(batch)) {
            sum += touchDocument(document.asDocument());
        }
        return sum;
    }

    /** Touches every value of the row a document holds, if it holds one. */
    static long touchDocument(BsonDocument document) {
        long sum = 0;
        for (String field : FIELDS) {
            BsonValue row = document.get(field);
            if (row != null && row.isDocument()) {
                for (BsonValue value : row.asDocument().values()) {
                    sum += Touch.value(plain(value));
                }
            }
        }
        return sum;
    }

    private static @Nullable Object plain(BsonValue value) {
        switch (value.getBsonType()) {
            case BINARY -> {
                byte[] data = value.asBinary().getData();
                return NumpyMsgpack.CODEC.decode(data, 0, data.length);
            }
            case DOUBLE -> {
                return value.asDouble().getValue();
            }
            case INT32, INT64 -> {
                return value.asNumber().longValue();
            }
            case STRING -> {
                return value.asString().getValue();
            }
            case BOOLEAN -> {
                return value.asBoolean().getValue();
            }
            case NULL -> {
                return null;
            }
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                value.asArray().forEach(item -> list.add(plain(item)));
                return list;
            }
            case DOCUMENT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                value.asDocument().forEach((key, item) -> map.put(key, plain(item)));
                return map;
            }
            default -> throw new IllegalStateException("BSON type %s in a row".formatted(value.getBsonType()));
        }
    }
}
