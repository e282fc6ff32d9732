package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.number;

import io.atomflux.error.ForeignDataException;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a group at one moment, without its sort keys.
 *
 * @param count rows; -1 if the field is missing
 * @param next the next sort key
 * @param rev entries ever written to the log
 * @param net rows added less rows removed by Atomflux; the rest of {@code count} is Python's doing
 * @param keys sort keys taken by Atomflux; the rest of {@code next} is Python's doing
 * @param group a random name of this incarnation; null before Atomflux first wrote
 * @param young head of the garbage chain that grows
 * @param old head of the garbage chain that ages
 * @param turned when {@code young} became {@code old}
 */
record AsebytesHead(
        long count,
        long next,
        long rev,
        long net,
        long keys,
        @Nullable String group,
        @Nullable Long young,
        @Nullable Long old,
        @Nullable BsonDateTime turned) {

    static AsebytesHead of(BsonDocument meta, String store) {
        BsonValue count = meta.get(AsebytesDocs.COUNT);
        BsonValue next = meta.get(AsebytesDocs.NEXT);
        if (count instanceof BsonString || next instanceof BsonString) {
            throw new ForeignDataException(store, "the paged layout", "the layout of asebytes");
        }
        BsonDocument af = meta.get("af") instanceof BsonDocument ours ? ours : new BsonDocument();
        return new AsebytesHead(
                number(count, -1),
                number(next, 0),
                number(af.get("rev"), 0),
                number(af.get("net"), 0),
                number(af.get("keys"), 0),
                af.get("g") instanceof BsonString group ? group.getValue() : null,
                id(af.get("young")),
                id(af.get("old")),
                af.get("turned") instanceof BsonDateTime turned ? turned : null);
    }

    private static @Nullable Long id(@Nullable BsonValue value) {
        return value == null || !value.isNumber() ? null : value.asNumber().longValue();
    }

    AsebytesHead counted(long rows) {
        return new AsebytesHead(rows, next, rev, net, keys, group, young, old, turned);
    }

    /** What of the numbers is Python's doing: moves whenever Python appends, inserts, deletes or clears. */
    String foreign() {
        return (count - net) + "." + (next - keys);
    }
}
