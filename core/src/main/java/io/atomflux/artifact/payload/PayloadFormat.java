package io.atomflux.artifact.payload;

import java.util.Objects;

/**
 * How a value becomes the bytes of a payload. Which one was used stands in each payload, so reading needs none.
 *
 * @param codec {@code msgpack} (any value, compact; the default), {@code json} (any value, for people), {@code bytes} (a
 *     {@code Bytes} as it is) or {@code datapak-0} (what MLtraq 0.1 reads, if it is not compressed; it has no header)
 * @param compression of the encoded bytes
 */
public record PayloadFormat(String codec, Compression compression) {

    /** The default: msgpack, not compressed. */
    public static final PayloadFormat DEFAULT = new PayloadFormat("msgpack", Compression.NONE);

    public PayloadFormat {
        Objects.requireNonNull(compression, "compression");
        PayloadCodec.of(codec);
    }

    /** Returns a format by the name of its codec, not compressed. */
    public static PayloadFormat of(String codec) {
        return new PayloadFormat(codec, Compression.NONE);
    }

    /** Returns this format with a compression. */
    public PayloadFormat compressed(Compression value) {
        return new PayloadFormat(codec, value);
    }

    /** How bytes are compressed. */
    public enum Compression {
        /** Not at all. */
        NONE,
        /** By deflate, with the header and sum of RFC 1950. */
        ZLIB
    }
}
