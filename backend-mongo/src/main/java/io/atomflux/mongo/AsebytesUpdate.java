package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.doc;
import static io.atomflux.mongo.AsebytesDocs.number;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** What one update of the metadata does; for one thread. */
final class AsebytesUpdate {

    final BsonDocument set = new BsonDocument();
    private final BsonArray log;
    private final long added;
    private @Nullable BsonDocument push;
    private @Nullable BsonArray pulled;

    /**
     * @param log entries telling followers of it
     * @param added rows added, or removed if negative
     */
    AsebytesUpdate(BsonArray log, long added) {
        this.log = log;
        this.added = added;
    }

    AsebytesUpdate push(BsonArray ids, @Nullable BsonValue position) {
        push = doc("$each", ids);
        if (position != null) {
            push.append("$position", position);
        }
        return this;
    }

    AsebytesUpdate pull(BsonArray ids) {
        pulled = ids;
        return this;
    }

    AsebytesUpdate set(String field, BsonValue value) {
        set.append(field, value);
        return this;
    }

    BsonDocument toDocument(String open, String done, long sequence) {
        BsonDocument increments = doc("af.rev", new BsonInt64(log.size()));
        if (added != 0 && !set.containsKey(AsebytesDocs.COUNT)) {
            increments.append(AsebytesDocs.COUNT, number(added)).append("af.net", new BsonInt64(added));
        }
        BsonDocument pushes = doc("af.log", doc("$each", log).append("$slice", new BsonInt32(-AsebytesDocs.LOGGED)));
        if (push != null) {
            pushes.append(AsebytesDocs.KEYS, push);
        }
        BsonDocument sets = set.clone().append(done + ".m", new BsonInt64(sequence));
        BsonDocument update = doc("$unset", doc(open, new BsonString("")))
                .append("$inc", increments)
                .append("$set", sets)
                .append("$push", pushes)
                .append("$currentDate", doc(done + ".at", BsonBoolean.TRUE));
        if (pulled != null) {
            update.append("$pullAll", doc(AsebytesDocs.KEYS, pulled));
        }
        return update;
    }
}
