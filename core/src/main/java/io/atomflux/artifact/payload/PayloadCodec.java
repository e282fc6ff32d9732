package io.atomflux.artifact.payload;

import io.atomflux.artifact.codec.DataPak;
import io.atomflux.codec.Json;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The closed set of ways a value becomes the bytes of a payload; a header names one by id, never a class. */
enum PayloadCodec {
    MSGPACK("msgpack", true) {
        @Override
        Bytes encode(@Nullable Object value) {
            return NumpyMsgpack.CODEC.encode(value);
        }

        @Override
        @Nullable
        Object decode(Bytes bytes) {
            byte[] array = bytes.toArray();
            return NumpyMsgpack.CODEC.decode(array, 0, array.length);
        }
    },
    /** Msgpack of values with marks, see {@link Marks}. */
    MARKED("msgpack-marked", true) {
        @Override
        Bytes encode(@Nullable Object value) {
            return MSGPACK.encode(value);
        }

        @Override
        @Nullable
        Object decode(Bytes bytes) {
            return MSGPACK.decode(bytes);
        }
    },
    JSON("json", true) {
        @Override
        Bytes encode(@Nullable Object value) {
            return Bytes.ofText(Json.write(value));
        }

        @Override
        @Nullable
        Object decode(Bytes bytes) {
            try {
                ByteBuffer buffer = bytes.asBuffer();
                return Json.read(
                        StandardCharsets.UTF_8.newDecoder().decode(buffer).toString());
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("text that is no UTF-8", e);
            }
        }
    },
    /** What MLtraq 0.1 writes and reads, so it has no header of ours. */
    DATAPAK("datapak-0", false) {
        @Override
        Bytes encode(@Nullable Object value) {
            return DataPak.write(value);
        }

        @Override
        @Nullable
        Object decode(Bytes bytes) {
            return DataPak.read(bytes);
        }
    },
    BYTES("bytes", true) {
        @Override
        Bytes encode(@Nullable Object value) {
            if (value instanceof Bytes bytes) {
                return bytes;
            }
            throw new IllegalArgumentException("payload: %s (expected: bytes, as codec \"bytes\" was asked for)"
                    .formatted(value == null ? "null" : value.getClass().getSimpleName()));
        }

        @Override
        Object decode(Bytes bytes) {
            return bytes;
        }
    };

    private final String id;
    private final boolean header;

    PayloadCodec(String id, boolean header) {
        this.id = id;
        this.header = header;
    }

    /**
     * Finds a codec.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    static PayloadCodec of(String id) {
        for (PayloadCodec codec : values()) {
            if (codec.id.equals(id)) {
                return codec;
            }
        }
        throw new IllegalArgumentException(
                "codec of payloads: \"%s\" (expected: msgpack, json, bytes or datapak-0)".formatted(id));
    }

    String id() {
        return id;
    }

    /** Tells whether its bytes follow a header of ours; formats of others have none. */
    boolean header() {
        return header;
    }

    /** Encodes a value of the closed set. */
    abstract Bytes encode(@Nullable Object value);

    /**
     * Decodes.
     *
     * @throws RuntimeException of any kind, if the bytes do not decode
     */
    abstract @Nullable Object decode(Bytes bytes);
}
