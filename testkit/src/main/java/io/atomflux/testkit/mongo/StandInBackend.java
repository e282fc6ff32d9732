package io.atomflux.testkit.mongo;

import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What keeps the rows of the stand-in, with {@code $slice} in projections as MongoDB's manual describes it.
 *
 * <p>mongo-java-server 1.47 refuses one that begins behind the end and closes the connection if a document lacks the array;
 * so whole arrays are asked of it and cut here. It also sends documents that other commands change meanwhile, field by
 * field, so that a reply held the order of before a command and the count of after it; so each command has the server for
 * itself until its reply is copied.
 */
final class StandInBackend extends MemoryBackend {

    private final Object turn = new Object();

    @Override
    public @Nullable Document handleMessage(MongoMessage message) {
        synchronized (turn) {
            Document reply = answer(message);
            return reply == null ? null : reply.cloneDeeply();
        }
    }

    private @Nullable Document answer(MongoMessage message) {
        Document command = message.getDocument();
        Map<String, Object> slices = new LinkedHashMap<>();
        for (String name : List.of("projection", "fields")) {
            if (command.get(name) instanceof Document projection) {
                command.put(name, withoutSlices(projection, slices));
            }
        }
        Document reply = super.handleMessage(message);
        if (slices.isEmpty()) {
            return reply;
        }
        if (reply.get("value") instanceof Document value) {
            reply.put("value", sliced(value, slices));
        }
        if (reply.get("cursor") instanceof Document cursor && cursor.get("firstBatch") instanceof Iterable<?> batch) {
            List<Document> documents = new ArrayList<>();
            batch.forEach(document -> documents.add(sliced((Document) document, slices)));
            cursor.put("firstBatch", documents);
        }
        return reply;
    }

    private static Document withoutSlices(Document projection, Map<String, Object> slices) {
        Document rest = new Document();
        projection.forEach((field, value) -> {
            if (value instanceof Document operator && operator.containsKey("$slice")) {
                slices.put(field, operator.get("$slice"));
            } else {
                rest.put(field, value);
            }
        });
        boolean picks = rest.entrySet().stream()
                .anyMatch(entry -> !entry.getKey().equals("_id")
                        && entry.getValue() instanceof Number number
                        && number.intValue() != 0);
        if (picks) {
            slices.keySet().forEach(field -> rest.put(field, 1));
        }
        return rest;
    }

    private static Document sliced(Document document, Map<String, Object> slices) {
        Document copy = new Document(document);
        slices.forEach((field, slice) -> {
            if (copy.get(field) instanceof List<?> list) {
                copy.put(field, sliced(list, slice));
            }
        });
        return copy;
    }

    private static List<Object> sliced(List<?> list, Object slice) {
        List<Object> copy = new ArrayList<>(list);
        boolean pair = slice instanceof List<?>;
        int first = ((Number) (pair ? ((List<?>) slice).get(0) : slice)).intValue();
        int most = pair ? ((Number) ((List<?>) slice).get(1)).intValue() : Math.abs(first);
        int from = pair || first < 0 ? first : 0;
        int start = Math.min(copy.size(), from < 0 ? Math.max(0, copy.size() + from) : from);
        return new ArrayList<>(copy.subList(start, Math.min(copy.size(), start + most)));
    }
}
