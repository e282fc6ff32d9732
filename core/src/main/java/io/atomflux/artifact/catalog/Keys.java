package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.value.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The keys of a catalog, see {@link CatalogStorage} for what stands under them; all have at most 500 bytes. */
final class Keys {

    static final Bytes ID = Bytes.of((byte) 'i');
    static final Bytes SWEPT_UP_TO = Bytes.of((byte) 'o');
    static final Bytes TOKEN_FLOOR = Bytes.of((byte) 'f');

    static final char RECORD = 'r';
    static final char LIVE = 'l';
    static final char TICKET = 'w';
    static final char GARBAGE = 'g';
    static final char HOLD = 'h';
    static final char LOCK = 'k';

    private static final char IDENTITY = 'n';
    private static final char TERM = 't';
    private static final int FIELD_BYTES = 8;
    private static final int MOST_VALUE_BYTES = 440;
    private static final int KEY_BYTES = 16;
    private static final int LONGEST_KEY = 490;

    private Keys() {}

    static Bytes record(String key) {
        byte[] text = key.getBytes(StandardCharsets.UTF_8);
        if (text.length > LONGEST_KEY) {
            throw new IllegalArgumentException(
                    "key: %d bytes (expected: at most %d)".formatted(text.length, LONGEST_KEY));
        }
        return join(RECORD, text);
    }

    static Bytes identity(String identity) {
        return join(IDENTITY, sha256(identity.getBytes(StandardCharsets.UTF_8)));
    }

    static Bytes of(char space, String id) {
        return join(space, id.getBytes(StandardCharsets.UTF_8));
    }

    static Bytes hold(String set, String hold) {
        return of(HOLD, set + hold);
    }

    static Bytes lock(String name) {
        return join(LOCK, sha256(name.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns the first key of a space. */
    static Bytes first(char space) {
        return join(space);
    }

    /** Returns the first key behind all that begin with some bytes. */
    static Bytes behind(Bytes prefix) {
        byte[] bytes = prefix.toArray();
        int last = bytes.length - 1;
        while (bytes[last] == (byte) 0xff) { // ends at the letter of the space at the latest
            last--;
        }
        bytes[last]++;
        return Bytes.wrap(bytes, 0, last + 1);
    }

    /** Returns the least key behind one. */
    static Bytes next(Bytes key) {
        return Bytes.wrap(Arrays.copyOf(key.toArray(), key.length() + 1));
    }

    static String text(Bytes key, int from) {
        return new String(key.toArray(), from, key.length() - from, StandardCharsets.UTF_8);
    }

    /**
     * Returns where the record of a key stands under a term: field, value, record, the first and the last as hashes.
     *
     * <p>Value bytes keep their order: a zero byte is followed by {@code ff}, and two zeros end it, so no value begins another. A
     * value that grows too long so is cut; what is found by it is compared again anyway.
     */
    static Bytes term(Term term, String key) {
        byte[] value = escaped(term.value());
        byte[] end = value.length < MOST_VALUE_BYTES ? new byte[2] : new byte[0];
        return join(
                TERM,
                field(term.field()),
                value,
                end,
                Arrays.copyOf(sha256(key.getBytes(StandardCharsets.UTF_8)), KEY_BYTES));
    }

    /** Returns a key at or before all terms of a range. */
    static Bytes from(TermRange range) {
        return join(TERM, field(range.field()), escaped(range.from()));
    }

    /** Returns a key behind all terms of a range. */
    static Bytes to(TermRange range) {
        byte[] value = escaped(range.to());
        byte[] end = value.length < MOST_VALUE_BYTES ? new byte[2] : new byte[0];
        return behind(join(TERM, field(range.field()), value, end));
    }

    private static byte[] field(String name) {
        return Arrays.copyOf(sha256(name.getBytes(StandardCharsets.UTF_8)), FIELD_BYTES);
    }

    private static byte[] escaped(Bytes value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(value.length() + 2);
        for (int i = 0; i < value.length() && out.size() < MOST_VALUE_BYTES; i++) {
            out.write(value.at(i));
            if (value.at(i) == 0) {
                out.write(0xff);
            }
        }
        return out.size() <= MOST_VALUE_BYTES ? out.toByteArray() : Arrays.copyOf(out.toByteArray(), MOST_VALUE_BYTES);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static Bytes time(long millis) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(millis).array());
    }

    private static Bytes join(char space, byte[]... parts) {
        int length = 1;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        all[0] = (byte) space;
        int at = 1;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return Bytes.wrap(all);
    }
}
