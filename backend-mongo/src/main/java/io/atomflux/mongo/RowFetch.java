package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.spi.Columns;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import reactor.core.publisher.Mono;

/** Fetches rows' documents by id, only the wanted columns. */
final class RowFetch {

    private final Paged paged;

    RowFetch(Paged paged) {
        this.paged = paged;
    }

    /** Adds the wanted columns to a projection. */
    BsonDocument wanted(Columns columns, BsonDocument projection) {
        String field = paged.codec.field();
        if (columns.isAll()) {
            return projection.append(field, doc("", 1).get(""));
        }
        for (String key : columns.keys().orElseThrow()) {
            projection.append(field + "." + paged.codec.name(key), doc("", 1).get(""));
        }
        return projection;
    }

    /**
     * Fetches documents in one command.
     *
     * @param ids distinct, none of them 0
     * @param mostBytes stops soon after so many bytes; the documents that came are answered
     */
    Mono<Map<Long, RawBsonDocument>> documents(long[] ids, Columns columns, long mostBytes) {
        if (ids.length == 0) {
            return Mono.just(Map.of());
        }
        return Mono.defer(() -> {
            Map<Long, RawBsonDocument> found = new HashMap<>();
            long[] bytes = {0};
            return paged.documents
                    .find(Paged.among(ids), wanted(columns, doc("_id", 1)), 0)
                    .doOnNext(document -> {
                        found.put(Paged.idOf(document), document);
                        bytes[0] += document.getByteBuffer().remaining();
                    })
                    .takeUntil(document -> bytes[0] > mostBytes)
                    .then(Mono.just(found));
        });
    }

    /** Fetches the whole documents of those rows that have any of some keys. */
    Mono<Map<Long, RawBsonDocument>> having(long[] ids, List<String> keys) {
        BsonArray any = new BsonArray();
        for (String key : keys) {
            any.add(doc(paged.codec.field() + "." + paged.codec.name(key), doc("$exists", true)));
        }
        BsonDocument filter = Paged.among(ids).append("$or", any);
        return Mono.defer(() -> {
            Map<Long, RawBsonDocument> found = new HashMap<>();
            return paged.documents
                    .find(filter, Bson.EMPTY, 0)
                    .doOnNext(document -> found.put(Paged.idOf(document), document))
                    .then(Mono.just(found));
        });
    }
}
