package io.atomflux.mongo;

import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;

/**
 * One entry of the root's open list: a row id, {@code {p: page, n: rows}} for a batch, or {@code {r: id, n}} for reserved
 * rows, whose id makes equal runs distinct.
 *
 * @param kind what it is
 * @param id of the row, the page, or the run
 * @param rows how many rows
 */
record Entry(Kind kind, long id, long rows) {

    enum Kind {
        ROW,
        PAGE,
        RUN
    }

    static Entry row(long id) {
        return new Entry(Kind.ROW, id, 1);
    }

    static Entry page(long id, long rows) {
        return new Entry(Kind.PAGE, id, rows);
    }

    static Entry run(long id, long rows) {
        return new Entry(Kind.RUN, id, rows);
    }

    BsonValue toBson() {
        return switch (kind) {
            case ROW -> new BsonInt64(id);
            case PAGE -> Bson.doc("p", id, "n", rows);
            case RUN -> Bson.doc("r", id, "n", rows);
        };
    }

    /**
     * Reads an entry.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Entry of(BsonValue value) {
        if (value.isNumber()) {
            return row(value.asNumber().longValue());
        } else if (!value.isDocument()) {
            throw new IllegalArgumentException(
                    "entry of \"open\": %s (expected: a number or a document)".formatted(value.getBsonType()));
        }
        BsonDocument document = value.asDocument();
        long rows = Bson.number(document, "n");
        if (rows <= 0) {
            throw new IllegalArgumentException("rows of an entry of \"open\": " + rows + " (expected: at least one)");
        }
        return document.containsKey("p")
                ? page(Bson.number(document, "p"), rows)
                : run(Bson.number(document, "r"), rows);
    }
}
