package io.atomflux.mongo;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonNumber;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * One collection with the operators the layout of asebytes uses, each command at one instant, for one thread.
 *
 * <p>Stricter than a server where that finds mistakes: an update whose paths overlap is refused, as MongoDB does ("Updating
 * the path would create a conflict").
 */
final class ModelCollection {

    private final Map<String, BsonDocument> documents = new TreeMap<>();
    private long clock = 1_000_000;

    Instant now() {
        return Instant.ofEpochMilli(clock++);
    }

    void pass(long milliseconds) {
        clock += milliseconds;
    }

    List<BsonDocument> all() {
        return new ArrayList<>(documents.values());
    }

    @Nullable
    BsonDocument byId(BsonValue id) {
        return documents.get(key(id));
    }

    private static String key(BsonValue id) {
        return id instanceof BsonNumber number ? "%020d".formatted(number.longValue()) : "x" + id;
    }

    static RawBsonDocument raw(BsonDocument document) {
        RawBsonDocument raw = document instanceof RawBsonDocument given
                ? given
                : new RawBsonDocument(document, new BsonDocumentCodec());
        ByteBuffer bytes = raw.getByteBuffer().asNIO();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return new RawBsonDocument(copy);
    }

    private static BsonDocument tree(BsonDocument document) {
        return BsonDocument.parse(raw(document)
                .toJson(org.bson.json.JsonWriterSettings.builder()
                        .outputMode(org.bson.json.JsonMode.EXTENDED)
                        .build()));
    }

    List<RawBsonDocument> find(BsonDocument filter, BsonDocument projection) {
        List<RawBsonDocument> found = new ArrayList<>();
        for (BsonDocument document : documents.values()) {
            if (matches(document, filter)) {
                found.add(raw(projection.isEmpty() ? document : projected(document, projection)));
            }
        }
        return found;
    }

    List<BsonValue> insert(List<? extends BsonDocument> given) {
        List<BsonValue> taken = new ArrayList<>();
        for (BsonDocument document : given) {
            BsonDocument tree = tree(document);
            if (documents.putIfAbsent(key(tree.get("_id")), tree) != null) {
                taken.add(tree.get("_id"));
            }
        }
        return taken;
    }

    void replace(BsonDocument document) {
        documents.put(key(document.get("_id")), tree(document));
    }

    long delete(BsonDocument filter) {
        int before = documents.size();
        documents.values().removeIf(document -> matches(document, filter));
        return before - documents.size();
    }

    void drop() {
        documents.clear();
    }

    @Nullable
    BsonDocument change(BsonDocument condition, BsonDocument update, BsonDocument projection) {
        for (BsonDocument document : documents.values()) {
            if (matches(document, condition)) {
                update(document, update);
                return raw(projection.isEmpty() ? document : projected(document, projection));
            }
        }
        return null;
    }

    // --- conditions

    static @Nullable BsonValue at(BsonValue value, String path) {
        BsonValue current = value;
        for (String name : path.split("\\.", -1)) {
            if (current instanceof BsonDocument document) {
                current = document.get(name);
            } else if (current instanceof BsonArray array && name.matches("\\d+")) {
                int index = Integer.parseInt(name);
                current = index < array.size() ? array.get(index) : null;
            } else {
                return null;
            }
        }
        return current;
    }

    private static boolean same(@Nullable BsonValue a, @Nullable BsonValue b) {
        if (a == null || a.isNull()) {
            return b == null || b.isNull();
        } else if (a instanceof BsonNumber x && b instanceof BsonNumber y) {
            return x.longValue() == y.longValue();
        }
        return a.equals(b);
    }

    private static boolean holds(@Nullable BsonValue value, BsonValue expected) {
        return same(value, expected)
                || value instanceof BsonArray array && array.stream().anyMatch(item -> same(item, expected));
    }

    static boolean matches(BsonDocument document, BsonDocument filter) {
        for (Map.Entry<String, BsonValue> entry : filter.entrySet()) {
            if (entry.getKey().equals("$or")) {
                if (entry.getValue().asArray().stream().noneMatch(option -> matches(document, option.asDocument()))) {
                    return false;
                }
                continue;
            }
            BsonValue value = at(document, entry.getKey());
            if (entry.getValue() instanceof BsonDocument operators
                    && !operators.isEmpty()
                    && operators.getFirstKey().startsWith("$")) {
                for (Map.Entry<String, BsonValue> operator : operators.entrySet()) {
                    if (!holds(value, operator.getKey(), operator.getValue())) {
                        return false;
                    }
                }
            } else if (!holds(value, entry.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(@Nullable BsonValue value, String operator, BsonValue operand) {
        return switch (operator) {
            case "$exists" -> (value != null) == operand.asBoolean().getValue();
            case "$in" -> operand.asArray().stream().anyMatch(option -> holds(value, option));
            case "$gte" -> isComparable(value, operand) && compared(value) >= compared(operand);
            case "$lt" -> isComparable(value, operand) && compared(value) < compared(operand);
            case "$size" ->
                value instanceof BsonArray array
                        && array.size() == operand.asNumber().intValue();
            default -> throw new IllegalArgumentException("operator " + operator);
        };
    }

    /** Only values of one kind are in an order. */
    private static boolean isComparable(@Nullable BsonValue value, BsonValue operand) {
        return value != null && (value.isNumber() && operand.isNumber() || value.isDateTime() && operand.isDateTime());
    }

    private static long compared(@Nullable BsonValue value) {
        return value instanceof BsonDateTime time
                ? time.getValue()
                : Objects.requireNonNull(value).asNumber().longValue();
    }

    // --- updates

    private void update(BsonDocument document, BsonDocument update) {
        List<String> paths = new ArrayList<>();
        update.values().forEach(fields -> paths.addAll(fields.asDocument().keySet()));
        for (int i = 0; i < paths.size(); i++) {
            for (int j = 0; j < paths.size(); j++) {
                if (i != j && (paths.get(j) + ".").startsWith(paths.get(i) + ".")) {
                    throw new IllegalArgumentException("Updating the path '%s' would create a conflict at '%s'"
                            .formatted(paths.get(j), paths.get(i)));
                }
            }
        }
        update.forEach((operator, fields) ->
                fields.asDocument().forEach((path, value) -> apply(document, operator, path, value)));
    }

    private void apply(BsonDocument document, String operator, String path, BsonValue operand) {
        BsonValue before = at(document, path);
        switch (operator) {
            case "$set" -> put(document, path, operand);
            case "$unset" -> put(document, path, null);
            case "$currentDate" -> put(document, path, new BsonDateTime(now().toEpochMilli()));
            case "$inc" -> {
                long sum = (before == null ? 0 : before.asNumber().longValue())
                        + operand.asNumber().longValue();
                put(
                        document,
                        path,
                        operand.isInt64() || sum != (int) sum ? new BsonInt64(sum) : new BsonInt32((int) sum));
            }
            case "$pullAll" -> {
                if (before != null) {
                    before.asArray().removeIf(item -> operand.asArray().stream().anyMatch(gone -> same(item, gone)));
                }
            }
            case "$push" -> push(document, path, before, operand.asDocument());
            default -> throw new IllegalArgumentException("operator " + operator);
        }
    }

    private static void push(BsonDocument document, String path, @Nullable BsonValue before, BsonDocument operand) {
        BsonArray array = before == null ? new BsonArray() : before.asArray();
        int at = operand.containsKey("$position")
                ? operand.getNumber("$position").intValue()
                : array.size();
        array.addAll(at < 0 ? Math.max(0, array.size() + at) : Math.min(array.size(), at), operand.getArray("$each"));
        if (operand.containsKey("$slice")) {
            int kept = -operand.getNumber("$slice").intValue();
            while (array.size() > kept) {
                array.remove(0);
            }
        }
        put(document, path, array);
    }

    private static void put(BsonDocument document, String path, @Nullable BsonValue value) {
        String[] names = path.split("\\.", -1);
        BsonValue current = document;
        for (int i = 0; i < names.length - 1; i++) {
            BsonValue next = at(current, names[i]);
            if (next == null) {
                if (value == null) {
                    return;
                }
                next = new BsonDocument();
                ((BsonDocument) current).put(names[i], next);
            }
            current = next;
        }
        String last = names[names.length - 1];
        if (current instanceof BsonArray array) {
            array.set(Integer.parseInt(last), value == null ? BsonNull.VALUE : value);
        } else if (value == null) {
            current.asDocument().remove(last);
        } else {
            current.asDocument().put(last, value);
        }
    }

    // --- projections and aggregations

    private static BsonDocument projected(BsonDocument document, BsonDocument projection) {
        BsonDocument result = new BsonDocument("_id", document.get("_id"));
        projection.forEach((path, wanted) -> {
            if (wanted instanceof BsonDocument slice) {
                BsonValue array = document.get(path);
                if (array instanceof BsonArray items) {
                    BsonArray bounds = slice.getArray("$slice");
                    result.put(
                            path,
                            slice(
                                    items,
                                    bounds.get(0).asNumber().intValue(),
                                    bounds.get(1).asNumber().intValue()));
                }
            } else {
                copy(document, result, path);
            }
        });
        return result;
    }

    private static void copy(BsonDocument from, BsonDocument to, String path) {
        int dot = path.indexOf('.');
        String name = dot < 0 ? path : path.substring(0, dot);
        BsonValue value = from.get(name);
        if (value == null) {
            return;
        } else if (dot < 0) {
            to.put(name, value);
        } else if (value instanceof BsonDocument inner) {
            BsonDocument target = to.get(name) instanceof BsonDocument known ? known : new BsonDocument();
            to.put(name, target);
            copy(inner, target, path.substring(dot + 1));
        }
    }

    private static BsonArray slice(BsonArray items, int from, int count) {
        int start = from < 0 ? Math.max(0, items.size() + from) : Math.min(items.size(), from);
        return new BsonArray(items.subList(start, (int) Math.min(items.size(), (long) start + count)));
    }

    List<RawBsonDocument> aggregate(List<BsonDocument> stages) {
        List<RawBsonDocument> results = new ArrayList<>();
        for (BsonDocument document : documents.values()) {
            if (matches(document, stages.get(0).getDocument("$match"))) {
                BsonDocument result = new BsonDocument("_id", document.get("_id"));
                stages.get(1).getDocument("$project").forEach((path, expression) -> {
                    if (expression instanceof BsonNumber) {
                        copy(document, result, path);
                    } else {
                        BsonValue value = evaluate(expression, document, BsonNull.VALUE);
                        if (value != null) {
                            result.put(path, value);
                        }
                    }
                });
                results.add(raw(result));
            }
        }
        return results;
    }

    private static @Nullable BsonValue evaluate(BsonValue expression, BsonDocument document, BsonValue variable) {
        if (expression instanceof BsonString text && text.getValue().startsWith("$$")) {
            String path = text.getValue();
            return path.indexOf('.') < 0 ? variable : at(variable, path.substring(path.indexOf('.') + 1));
        } else if (expression instanceof BsonString text && text.getValue().startsWith("$")) {
            return at(document, text.getValue().substring(1));
        }
        if (!(expression instanceof BsonDocument operation)) {
            return expression;
        }
        String operator = operation.getFirstKey();
        if (!operator.startsWith("$")) {
            BsonDocument made = new BsonDocument();
            operation.forEach((name, part) -> {
                BsonValue value = evaluate(part, document, variable);
                if (value != null) {
                    made.put(name, value);
                }
            });
            return made;
        }
        BsonValue operand = operation.get(operator);
        if (operator.equals("$literal")) {
            return operand;
        } else if (operator.equals("$map") || operator.equals("$filter")) {
            BsonDocument given = operand.asDocument();
            BsonArray result = new BsonArray();
            for (BsonValue item :
                    evaluate(given.get("input"), document, variable).asArray()) {
                if (operator.equals("$map")) {
                    BsonValue value = evaluate(given.get("in"), document, item);
                    result.add(value == null ? BsonNull.VALUE : value);
                } else if (evaluate(given.get("cond"), document, item)
                        .asBoolean()
                        .getValue()) {
                    result.add(item);
                }
            }
            return result;
        }
        List<@Nullable BsonValue> given = new ArrayList<>();
        if (operator.equals("$cond")) { // lazily
            boolean yes = evaluate(operand.asArray().get(0), document, variable)
                    .asBoolean()
                    .getValue();
            return evaluate(operand.asArray().get(yes ? 1 : 2), document, variable);
        }
        for (BsonValue item : operand instanceof BsonArray array ? array : new BsonArray(List.of(operand))) {
            given.add(item instanceof BsonArray ? item : evaluate(item, document, variable));
        }
        return function(operator, given);
    }

    private static @Nullable BsonValue function(String operator, List<@Nullable BsonValue> given) {
        BsonValue first = given.get(0);
        return switch (operator) {
            case "$size" -> new BsonInt32(first.asArray().size());
            case "$ifNull" -> first == null || first.isNull() ? given.get(1) : first;
            case "$eq" -> BsonBoolean.valueOf(same(first, given.get(1)));
            case "$in" -> BsonBoolean.valueOf(given.get(1).asArray().stream().anyMatch(item -> same(item, first)));
            case "$type" ->
                new BsonString(
                        first == null ? "missing" : first.isDocument() ? "object" : first.isNull() ? "null" : "other");
            case "$slice" ->
                first == null
                        ? BsonNull.VALUE
                        : slice(
                                first.asArray(),
                                given.get(1).asNumber().intValue(),
                                given.get(2).asNumber().intValue());
            case "$arrayElemAt" -> {
                int index = given.get(1).asNumber().intValue();
                yield index < first.asArray().size() ? first.asArray().get(index) : null;
            }
            case "$objectToArray" -> {
                BsonArray entries = new BsonArray();
                first.asDocument()
                        .forEach((k, v) -> entries.add(new BsonDocument("k", new BsonString(k)).append("v", v)));
                yield entries;
            }
            case "$arrayToObject" -> {
                BsonDocument object = new BsonDocument();
                first.asArray()
                        .forEach(entry -> object.put(
                                entry.asDocument().getString("k").getValue(),
                                entry.asDocument().get("v")));
                yield object;
            }
            default -> throw new IllegalArgumentException("operator " + operator);
        };
    }
}
