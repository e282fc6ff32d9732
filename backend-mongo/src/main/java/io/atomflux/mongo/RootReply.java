package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import org.bson.BsonDocument;

/**
 * What a publish is answered, a few dozen bytes.
 *
 * @param rev counts publishes
 * @param struct counts those that are no pure appends
 * @param size rows
 * @param isNearlyFull whether the open list should be moved into the tree
 * @param want the writer that asks others to wait, or 0
 */
record RootReply(long rev, long struct, long size, boolean isNearlyFull, long want) {

    /** Asks for these fields, and for one entry of the open list if it is longer than it should be. */
    static BsonDocument projection(int sealAbove) {
        return doc("rev", 1, "struct", 1, "size", 1, "want", 1, "open", doc("$slice", Bson.ids32(sealAbove, 1)));
    }

    static RootReply of(BsonDocument reply) {
        return new RootReply(
                Bson.number(reply, "rev"),
                Bson.number(reply, "struct"),
                Bson.number(reply, "size"),
                reply.isArray("open") && !reply.getArray("open").isEmpty(),
                Bson.idOrZero(reply, "want"));
    }
}
