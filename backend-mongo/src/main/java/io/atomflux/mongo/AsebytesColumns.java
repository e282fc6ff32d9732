package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.doc;

import io.atomflux.error.StoreIoException;
import io.atomflux.spi.Columns;
import io.atomflux.value.Row;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads only the wanted keys of rows, where the server can.
 *
 * <p>Field names of this layout hold dots, which a plain projection takes for paths (asebytes 0.3, hazard M1); and one into a
 * row of none of the keys looks like one into a reserved row on some servers. So fields are filtered by an aggregation; whether
 * the server has its operators is tried once. Else whole rows come.
 */
final class AsebytesColumns {

    /** Keys under which Python's update leaves what it meant for {@code calc.energy} and its like. */
    private static final Set<String> FOLDED = Set.of("arrays", "calc", "info");

    private final Documents documents;
    private final Mono<Boolean> filters;

    /** What is read, and how. */
    record Query(Columns columns, boolean aggregated, BsonDocument fields) {

        /** Opens a row with only the keys asked for. */
        Row decode(RowCodec codec, RawBsonDocument document, long position) {
            // Python takes a missing field for a null one; and a path into a null leaves the field out.
            if (!document.containsKey("data")) {
                return Row.reserved();
            }
            Row row = codec.decode(document, position);
            return columns.keys().map(row::only).orElse(row);
        }
    }

    AsebytesColumns(Documents documents) {
        this.documents = documents;
        this.filters = Mono.defer(this::probe).cacheInvalidateIf(known -> false);
    }

    private Mono<Boolean> probe() {
        BsonDocument sample = doc("$literal", doc("a.b", new BsonInt32(1)).append("c", new BsonInt32(2)));
        return documents
                .aggregate(List.of(
                        doc("$match", AsebytesDocs.meta()),
                        doc("$project", doc("data", filter(sample, List.of("a.b"))))))
                .next()
                .map(answer -> answer.get("data") instanceof BsonDocument kept
                        && kept.containsKey("a.b")
                        && !kept.containsKey("c"))
                .onErrorResume(StoreIoException.class, unknownOperator -> Mono.just(false))
                .defaultIfEmpty(false);
    }

    /** Filters the entries of a document by literal names; a reserved row's null stays null. */
    private static BsonDocument filter(org.bson.BsonValue input, List<String> names) {
        BsonArray wanted = new BsonArray(names.stream().map(BsonString::new).collect(Collectors.toList()));
        BsonArray isWanted = new BsonArray(List.of(new BsonString("$$entry.k"), doc("$literal", wanted)));
        BsonDocument kept = doc("input", doc("$objectToArray", input))
                .append("as", new BsonString("entry"))
                .append("cond", doc("$in", isWanted));
        BsonDocument orNull = AsebytesDocs.orElse(input, BsonNull.VALUE); // the metadata have no such field
        BsonArray isNull = new BsonArray(List.of(orNull, BsonNull.VALUE));
        return doc(
                "$cond",
                new BsonArray(
                        List.of(doc("$eq", isNull), BsonNull.VALUE, doc("$arrayToObject", doc("$filter", kept)))));
    }

    Mono<Query> query(Columns columns) {
        if (columns.isAll()) {
            return Mono.just(new Query(columns, false, AsebytesDocs.include("data")));
        }
        List<String> keys = columns.keys().orElseThrow();
        return filters.map(able -> able
                ? new Query(columns, true, doc("data", filter(new BsonString("$data"), withFolded(keys))))
                : new Query(columns, false, AsebytesDocs.include("data")));
    }

    private static List<String> withFolded(List<String> keys) {
        Set<String> all = new LinkedHashSet<>(keys);
        all.addAll(FOLDED);
        all.add("pbc"); // tells a row of a structure, in which those are folded, from any other
        return List.copyOf(all);
    }

    /** Reads rows, and the metadata beside them: the head and a slice of the sort keys. */
    Flux<RawBsonDocument> withMeta(long[] ids, Query query, long from, long n) {
        BsonDocument match = AsebytesDocs.byIds(ids, true);
        // Not a find, though that could slice too: the stand-in for MongoDB closes the connection when a document of
        // the
        // answer lacks the array.
        BsonArray slice = new BsonArray(List.of(
                AsebytesDocs.orElse(new BsonString("$" + AsebytesDocs.KEYS), new BsonArray()),
                AsebytesDocs.int32(from),
                AsebytesDocs.int32(Math.max(1, n))));
        BsonDocument project = AsebytesDocs.head().append(AsebytesDocs.KEYS, doc("$slice", slice));
        project.putAll(query.fields);
        return documents.aggregate(List.of(doc("$match", match), doc("$project", project)));
    }

    /** Reads rows. */
    Flux<RawBsonDocument> rows(long[] ids, Query query) {
        BsonDocument match = AsebytesDocs.byIds(ids, false);
        return query.aggregated
                ? documents.aggregate(List.of(doc("$match", match), doc("$project", query.fields.clone())))
                : documents.find(match, query.fields.clone(), 0);
    }
}
