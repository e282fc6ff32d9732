package io.atomflux.mongo;

import io.atomflux.codec.NumpyMsgpack;
import org.jspecify.annotations.Nullable;

/**
 * Values of the paged layout, every one without loss: null, booleans, integers (always int64), doubles and texts as such;
 * all else, as msgpack-numpy, in a binary of subtype 0x80.
 */
final class PagedValues implements RowCodec.Layout {

    private static final int SUBTYPE = 0x80;

    @Override
    public String field() {
        return "d";
    }

    @Override
    public String name(String key) {
        return FieldNames.escape(key);
    }

    @Override
    public String key(String name) {
        return FieldNames.unescape(name);
    }

    @Override
    public void write(BsonOut out, String name, @Nullable Object value) {
        if (value == null) {
            out.nothing(name);
        } else if (value instanceof Long number) {
            out.int64(name, number);
        } else if (value instanceof Double number) {
            out.number(name, number);
        } else if (value instanceof String text) {
            out.text(name, text);
        } else if (value instanceof Boolean flag) {
            out.flag(name, flag);
        } else {
            out.binary(name, SUBTYPE, NumpyMsgpack.CODEC.encode(value));
        }
    }

    @Override
    public io.atomflux.value.Row finish(io.atomflux.value.Row row) {
        return row;
    }

    @Override
    public @Nullable Object decode(byte[] buffer, int offset, int length) {
        BsonIn in = BsonValues.element(buffer, offset, length);
        int at = in.valueAt();
        return switch (in.type()) {
            case BsonOut.NULL -> null;
            case BsonOut.INT64 -> BsonIn.int64(buffer, at);
            case BsonOut.DOUBLE -> Double.longBitsToDouble(BsonIn.int64(buffer, at));
            case BsonOut.STRING -> BsonValues.text(buffer, at);
            case BsonOut.BOOLEAN -> BsonValues.flag(buffer, at);
            case BsonOut.BINARY -> {
                int subtype = buffer[at + 4] & 0xff;
                if (subtype != SUBTYPE && subtype != 0) { // servers of other makers may forget which it was
                    throw new IllegalArgumentException(
                            "binary of subtype 0x%02x (expected: 0x%02x)".formatted(subtype, SUBTYPE));
                }
                yield NumpyMsgpack.CODEC.decode(buffer, at + 5, BsonIn.int32(buffer, at));
            }
            default ->
                throw new IllegalArgumentException(
                        "BSON type 0x%02x (expected: a type the paged layout writes)".formatted(in.type()));
        };
    }
}
