package io.atomflux.mongo;

/** Plain values out of BSON bytes whose lengths were checked. */
final class BsonValues {

    private BsonValues() {}

    /** Goes to the one element (type, name, value) that fills these bytes. */
    static BsonIn element(byte[] buffer, int offset, int length) {
        BsonIn in = BsonIn.ofElements(buffer, offset, offset + length);
        if (!in.next() || in.elementEnd() != offset + length) {
            throw new IllegalArgumentException("BSON: not one element of %d bytes".formatted(length));
        }
        return in;
    }

    static String text(byte[] buffer, int at) {
        int length = BsonIn.int32(buffer, at);
        if (buffer[at + 3 + length] != 0) {
            throw new IllegalArgumentException("BSON: text of %d bytes not ended by 0".formatted(length));
        }
        return BsonIn.text(buffer, at + 4, length - 1);
    }

    static boolean flag(byte[] buffer, int at) {
        if (buffer[at] != 0 && buffer[at] != 1) {
            throw new IllegalArgumentException("BSON: boolean %d (expected: 0 or 1)".formatted(buffer[at]));
        }
        return buffer[at] == 1;
    }
}
