package io.atomflux.mongo;

import io.atomflux.error.ForeignDataException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Looks which layout a collection has.
 *
 * <p>A document {@code __root__} is the paged layout's. A document {@code __meta__} is that of asebytes 0.3 if its fields
 * are numbers, and a guard of the paged layout, written for Python to stumble over, if they are texts.
 */
final class Detection {

    static final String ROOT = "__root__";
    static final String META = "__meta__";

    private static final BsonArray IDS = new BsonArray(List.of(new BsonString(ROOT), new BsonString(META)));
    private static final BsonDocument BOTH = new BsonDocument("_id", new BsonDocument("$in", IDS));
    private static final BsonDocument OTHERS = new BsonDocument("_id", new BsonDocument("$nin", IDS));
    private static final BsonDocument OUTLINE = new BsonDocument("layout", new BsonInt32(1))
            .append("v", new BsonInt32(1))
            .append("next_sort_key", new BsonInt32(1))
            .append("count", new BsonInt32(1)); // not the list of sort keys, which may be megabytes
    private static final BsonDocument ID = new BsonDocument("_id", new BsonInt32(1));

    private Detection() {}

    /**
     * Looks once.
     *
     * @return cold; the layout, or empty if nothing stands there
     * @signals ForeignDataException if something else stands there, or both layouts do
     */
    static Mono<Optional<MongoOptions.Layout>> detect(Documents documents, String store) {
        return once(documents, store)
                .flatMap(found -> found.isPresent()
                        ? Mono.just(found)
                        : documents
                                .findOne(OTHERS, ID)
                                .flatMap(other -> again(documents, store, other))
                                .defaultIfEmpty(Optional.empty()));
    }

    /** What stood there may be the first row of a store that somebody began between the two looks. */
    private static Mono<Optional<MongoOptions.Layout>> again(Documents documents, String store, BsonDocument other) {
        return once(documents, store).map(found -> {
            if (found.isEmpty()) {
                throw foreign(store, "documents such as _id " + other.get("_id") + " without " + ROOT + " and " + META);
            }
            return found;
        });
    }

    private static Mono<Optional<MongoOptions.Layout>> once(Documents documents, String store) {
        return documents.find(BOTH, OUTLINE, 0).collectList().map(found -> {
            Map<String, BsonDocument> byId = new HashMap<>();
            found.forEach(document -> byId.put(document.getString("_id").getValue(), document));
            return layout(byId.get(ROOT), byId.get(META), store);
        });
    }

    private static Optional<MongoOptions.Layout> layout(
            @Nullable BsonDocument root, @Nullable BsonDocument meta, String store) {
        boolean guard = meta != null && meta.isString("next_sort_key");
        if (root != null) {
            if (!new BsonString("paged").equals(root.get("layout"))) {
                throw foreign(store, "a document " + ROOT + " of another program");
            }
            if (!root.isNumber("v") || root.getNumber("v").intValue() != 1) {
                throw foreign(store, "version " + root.get("v") + " of the paged layout; this program knows version 1");
            }
            if (meta != null && !guard) {
                throw foreign(store, "the paged layout and that of asebytes at once");
            }
            return Optional.of(MongoOptions.Layout.PAGED);
        } else if (meta == null || guard) { // a guard alone: begun by somebody who has not written the root yet
            return Optional.empty();
        } else if (meta.isNumber("next_sort_key") || meta.isNumber("count")) {
            return Optional.of(MongoOptions.Layout.ASEBYTES);
        }
        throw foreign(store, "a document " + META + " of another program");
    }

    private static ForeignDataException foreign(String store, String found) {
        return new ForeignDataException(store, found, "an empty collection, or one of Atomflux or asebytes");
    }
}
