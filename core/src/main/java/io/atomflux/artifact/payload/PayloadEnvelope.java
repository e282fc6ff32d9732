package io.atomflux.artifact.payload;

import io.atomflux.artifact.codec.DataPak;
import io.atomflux.artifact.payload.PayloadFormat.Compression;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The header that makes a payload tell how to read it, whatever the options of the reader are.
 *
 * <p>Integers are big-endian: {@code 93 41 46 50} ("AFP"), version (1 byte, 1), compression (1 byte, 0 or 1 for zlib), length
 * of the codec's name (1 byte), the name (ASCII), length of the encoded value before compression (8 bytes), its SHA-256 (32
 * bytes), then the encoded value, compressed or not. No pickle begins with the first byte.
 */
final class PayloadEnvelope {

    private static final byte[] MAGIC = {(byte) 0x93, 'A', 'F', 'P'};
    private static final int VERSION = 1;
    private static final int HASH = 32;

    private PayloadEnvelope() {}

    static Bytes write(@Nullable Object value, PayloadFormat format) {
        PayloadCodec codec = PayloadCodec.of(format.codec());
        Bytes encoded = codec.encode(value);
        if (!codec.header()) {
            return format.compression() == Compression.ZLIB ? DataPak.compressed(encoded) : encoded;
        }
        byte[] body = encoded.toArray();
        byte[] hash = sha256().digest(body);
        int length = body.length;
        if (format.compression() == Compression.ZLIB) {
            body = deflated(body);
        }
        byte[] name = codec.id().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(MAGIC.length + 3 + name.length + 8 + HASH + body.length);
        all.put(MAGIC)
                .put((byte) VERSION)
                .put((byte) format.compression().ordinal())
                .put((byte) name.length)
                .put(name)
                .putLong(length)
                .put(hash)
                .put(body);
        return Bytes.wrap(all.array());
    }

    /** Tells whether bytes begin with a header of ours. */
    static boolean marks(Bytes stored) {
        if (stored.length() < MAGIC.length) {
            return false;
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (stored.at(i) != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    /** A value and how it was encoded. */
    record Opened(@Nullable Object value, String codec) {}

    /**
     * Reads a value behind a header.
     *
     * @param limit largest length of the encoded value
     */
    static Opened read(Bytes stored, long limit, String store, String url) {
        ByteBuffer in = stored.asBuffer();
        byte[] name;
        int compression;
        long length;
        byte[] hash = new byte[HASH];
        try {
            in.position(MAGIC.length);
            int version = in.get();
            if (version != VERSION) {
                throw new UnsupportedDataException(
                        store,
                        url,
                        "a header of version %d (expected: %d); read it with the program that wrote it"
                                .formatted(version, VERSION),
                        null);
            }
            compression = in.get();
            name = new byte[Byte.toUnsignedInt(in.get())];
            in.get(name);
            length = in.getLong();
            in.get(hash);
        } catch (BufferUnderflowException e) {
            throw new CorruptDataException(store, url, "it ends within its header", e);
        }
        if (compression < 0 || compression >= Compression.values().length || length < 0) {
            throw new CorruptDataException(
                    store, url, "a header with compression %d, length %d".formatted(compression, length), null);
        }
        if (length > limit) {
            throw new LimitExceededException(
                    "value of " + url, length, limit, "read it as a stream, or open the store with a greater limit");
        }
        byte[] body = new byte[in.remaining()];
        in.get(body);
        if (Compression.values()[compression] == Compression.ZLIB) {
            body = inflated(body, (int) length, store, url);
        }
        if (body.length != length || !Arrays.equals(sha256().digest(body), hash)) {
            throw new CorruptDataException(
                    store, url, "its content is not what was written: length or SHA-256 differ", null);
        }
        String codec = new String(name, StandardCharsets.US_ASCII);
        return new Opened(decode(codec, Bytes.wrap(body), store, url), codec);
    }

    /** Decodes by a codec's name; whatever goes wrong is named with the address. */
    static @Nullable Object decode(String codec, Bytes body, String store, String url) {
        PayloadCodec known;
        try {
            known = PayloadCodec.of(codec);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedDataException(store, url, String.valueOf(e.getMessage()), e);
        }
        try {
            return known.decode(body);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedDataException(store, url, String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | BufferUnderflowException e) {
            throw new CorruptDataException(store, url, "it does not decode: " + e.getMessage(), e);
        }
    }

    private static byte[] deflated(byte[] body) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(body);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(64 + body.length / 2);
            byte[] part = new byte[8192];
            while (!deflater.finished()) {
                out.write(part, 0, deflater.deflate(part));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflated(byte[] body, int length, String store, String url) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(body);
            // Grows with what is there, so a header that lies about the length costs no memory.
            ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(length, 1 << 16));
            byte[] part = new byte[8192];
            while (!inflater.finished()) {
                int count = inflater.inflate(part);
                if (out.size() + count > length
                        || count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new CorruptDataException(store, url, "its compressed content is cut or too long", null);
                }
                out.write(part, 0, count);
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new CorruptDataException(store, url, "its compressed content does not decode", e);
        } finally {
            inflater.end();
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing, which every Java has", e);
        }
    }
}
