package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import org.bson.BsonDocument;

/**
 * What a publish is answered, a few dozen bytes.
 *
 * @param rev counts publishes
 * @param struct counts those that are no pure appends
 * @param size rows
 * @param want the writer that asks others to wait, or 0
 */
record RootReply(long rev, long struct, long size, long want) {

    /** Asks for these fields. */
    static BsonDocument projection() {
        return doc("rev", 1, "struct", 1, "size", 1, "want", 1);
    }

    static RootReply of(BsonDocument reply) {
        return new RootReply(
                Bson.number(reply, "rev"),
                Bson.number(reply, "struct"),
                Bson.number(reply, "size"),
                Bson.idOrZero(reply, "want"));
    }
}
