package io.atomflux.mongo.artifact;

import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Short ways to write conditions and updates. */
final class Bson {

    private Bson() {}

    /** Makes a document of names and values in turn; texts, numbers and truth values may be Java's. */
    static BsonDocument doc(Object... namesAndValues) {
        BsonDocument made = new BsonDocument();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            made.append((String) namesAndValues[i], value(namesAndValues[i + 1]));
        }
        return made;
    }

    private static BsonValue value(Object value) {
        if (value instanceof BsonValue bson) {
            return bson;
        } else if (value instanceof String text) {
            return new BsonString(text);
        } else if (value instanceof Boolean truth) {
            return BsonBoolean.valueOf(truth);
        } else if (value instanceof Long number) {
            return new BsonInt64(number);
        } else if (value instanceof List<?> list) {
            return new BsonArray(list.stream().map(Bson::value).toList());
        }
        throw new IllegalArgumentException("value: " + value.getClass().getName() + " (expected: a simple one)");
    }

    static BsonDateTime time(long millis) {
        return new BsonDateTime(millis);
    }

    static String text(BsonDocument document, String field) {
        return document.getString(field, new BsonString("")).getValue();
    }

    static long number(BsonDocument document, String field) {
        return document.containsKey(field) && document.isNumber(field)
                ? document.getNumber(field).longValue()
                : 0;
    }

    static long time(BsonDocument document, String field) {
        return document.isDateTime(field) ? document.getDateTime(field).getValue() : 0;
    }

    static List<String> texts(BsonDocument document, String field) {
        return document.getArray(field, new BsonArray()).stream()
                .map(value -> value.asString().getValue())
                .toList();
    }

    /** Returns the moments of a document of them. */
    static List<Long> times(BsonDocument document, String field) {
        return document.getDocument(field, new BsonDocument()).entrySet().stream()
                .map(Map.Entry::getValue)
                .map(value -> value.asDateTime().getValue())
                .toList();
    }
}
