package io.atomflux.mongo;

import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Writes commands and reads replies of the paged layout. */
final class Bson {

    static final BsonDocument EMPTY = new BsonDocument();

    private Bson() {}

    /** Makes a document of names and values in turn. */
    static BsonDocument doc(@Nullable Object... namesAndValues) {
        BsonDocument document = new BsonDocument();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            document.append(String.valueOf(namesAndValues[i]), value(namesAndValues[i + 1]));
        }
        return document;
    }

    private static BsonValue value(@Nullable Object value) {
        if (value == null) {
            return BsonNull.VALUE;
        } else if (value instanceof BsonValue bson) {
            return bson;
        } else if (value instanceof Long number) {
            return new BsonInt64(number);
        } else if (value instanceof Integer number) {
            return new BsonInt32(number);
        } else if (value instanceof Boolean flag) {
            return BsonBoolean.valueOf(flag);
        } else if (value instanceof String text) {
            return new BsonString(text);
        }
        throw new IllegalArgumentException("value of " + value.getClass());
    }

    static BsonArray array(List<? extends BsonValue> values) {
        return new BsonArray(values);
    }

    static BsonArray ids(long... ids) {
        BsonArray array = new BsonArray();
        for (long id : ids) {
            array.add(new BsonInt64(id));
        }
        return array;
    }

    static BsonArray ids32(int... numbers) {
        BsonArray array = new BsonArray();
        for (int number : numbers) {
            array.add(new BsonInt32(number));
        }
        return array;
    }

    /** Adds to an operator of an update. */
    static void add(BsonDocument update, String operator, String path, @Nullable Object value) {
        BsonDocument operand = update.containsKey(operator) ? update.getDocument(operator) : new BsonDocument();
        update.put(operator, operand.append(path, value(value)));
    }

    /**
     * Returns a whole number of a document.
     *
     * @throws IllegalArgumentException if it is missing or of another type
     */
    static long number(BsonDocument document, String name) {
        BsonValue value = document.get(name);
        if (value == null || !value.isNumber()) {
            throw new IllegalArgumentException("field \"%s\": %s (expected: a number)"
                    .formatted(name, value == null ? "missing" : value.getBsonType()));
        }
        if (value.isDouble()
                && value.asDouble().getValue() != (double) value.asNumber().longValue()) {
            throw new IllegalArgumentException("field \"%s\": %s (expected: a whole number)"
                    .formatted(name, value.asDouble().getValue()));
        }
        return value.asNumber().longValue();
    }

    /** Returns an id of a document, 0 for null or a missing one. */
    static long idOrZero(BsonDocument document, String name) {
        BsonValue value = document.get(name);
        return value == null || value.isNull() ? 0 : number(document, name);
    }
}
