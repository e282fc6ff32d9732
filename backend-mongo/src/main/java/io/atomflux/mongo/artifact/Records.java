package io.atomflux.mongo.artifact;

import static io.atomflux.mongo.artifact.Bson.doc;

import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInvalidOperationException;

/**
 * Records as documents.
 *
 * <p>{@code order} is the key's UTF-8 in hexadecimal digits, and each element of {@code terms} a field, a NUL and the value's
 * hexadecimal digits: MongoDB orders binaries by their length first, but texts of digits as the bytes they stand for.
 */
final class Records {

    private static final HexFormat HEX = HexFormat.of();

    private Records() {}

    static String order(String key) {
        return HEX.formatHex(key.getBytes(StandardCharsets.UTF_8));
    }

    static String term(String field, Bytes value) {
        return field + '\0' + HEX.formatHex(value.toArray());
    }

    /** Returns what a range finds: one and the same term must be behind its beginning and before its end. */
    static BsonDocument within(TermRange range) {
        return doc(
                "terms",
                doc(
                        "$elemMatch",
                        doc("$gte", term(range.field(), range.from()), "$lte", term(range.field(), range.to()))));
    }

    /** Returns the fields of a record that may be absent. */
    static BsonDocument absent(StoredRecord record) {
        BsonDocument absent = doc("gone", "");
        if (record.identity().isEmpty()) {
            absent.putAll(doc("identity", ""));
        }
        if (record.fileSet().isEmpty()) {
            absent.putAll(doc("set", ""));
        }
        return absent;
    }

    static BsonDocument present(StoredRecord record) {
        BsonDocument fields = doc(
                "live", true,
                "order", order(record.key()),
                "key", record.key(),
                "manifest", new BsonBinary(record.manifest().toArray()),
                "terms",
                        record.terms().stream()
                                .map(term -> term(term.field(), term.value()))
                                .toList());
        record.identity().ifPresent(identity -> fields.putAll(doc("identity", identity)));
        record.fileSet().ifPresent(set -> fields.putAll(doc("set", set)));
        return fields;
    }

    static StoredRecord read(String store, BsonDocument document) {
        try {
            List<Term> terms = new ArrayList<>();
            for (String term : Bson.texts(document, "terms")) {
                int nul = term.indexOf('\0');
                terms.add(new Term(term.substring(0, nul), Bytes.wrap(HEX.parseHex(term.substring(nul + 1)))));
            }
            return new StoredRecord(
                    document.getString("key").getValue(),
                    document.getString("state").getValue(),
                    optional(document, "identity"),
                    terms,
                    Bytes.wrap(document.getBinary("manifest").getData()),
                    optional(document, "set"));
        } catch (BsonInvalidOperationException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptDataException(
                    store, "record \"%s\"".formatted(document.get("key")), "it is no record of this library", e);
        }
    }

    static Optional<String> optional(BsonDocument document, String field) {
        return document.containsKey(field)
                ? Optional.of(document.getString(field).getValue())
                : Optional.empty();
    }
}
