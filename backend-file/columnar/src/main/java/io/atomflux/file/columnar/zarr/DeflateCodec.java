package io.atomflux.file.columnar.zarr;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Deflate in the frame of gzip or of zlib.
 *
 * <p>Source: RFC 1950, 1951 and 1952; "Gzip codec" (version 1.0) of the Zarr specification 3.0, codecs {@code gzip} and {@code
 * zlib} of numcodecs 0.16.
 */
final class DeflateCodec implements BytesCodec {

    private static final int HEADER = 10;
    private static final int TRAILER = 8;
    private static final int HAS_SUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int UNKNOWN_SYSTEM = 255;
    private static final int SMALL = 1 << 16;

    private final boolean gzip;
    private final int level;

    DeflateCodec(boolean gzip, int level) {
        this.gzip = gzip;
        this.level = level;
    }

    @Override
    public Span decode(Span stored, int size, boolean exact) {
        byte[] plain = new byte[exact ? size : (int) Math.min(size, Math.max(SMALL, 4L * stored.length()))];
        int length = 0;
        int at = stored.from();
        Inflater inflater = new Inflater(gzip);
        try {
            do {
                int body = gzip ? header(stored.array(), at, stored.to()) : at;
                inflater.reset();
                inflater.setInput(stored.array(), body, stored.to() - body);
                int before = length;
                while (!inflater.finished()) {
                    if (length == plain.length) {
                        int full = plain.length;
                        plain = roomier(plain, inflater, size);
                        length += plain.length > full ? 1 : 0;
                        continue;
                    }
                    length += inflate(inflater, plain, length, plain.length - length);
                }
                at = stored.to() - inflater.getRemaining();
                if (gzip) {
                    trailer(stored.array(), at, stored.to(), plain, before, length);
                    at += TRAILER;
                }
            } while (gzip && at < stored.to());
        } finally {
            inflater.end();
        }
        if (at != stored.to()) {
            throw damaged("%d bytes behind the end".formatted(stored.to() - at));
        }
        Sizes.check(kind(), length, size, exact);
        return new Span(plain, 0, length);
    }

    /** Returns a larger array, the bytes moved over, once a byte more than there is room for was seen. */
    private byte[] roomier(byte[] plain, Inflater inflater, int size) {
        byte[] one = new byte[1];
        if (inflate(inflater, one, 0, 1) == 0) {
            return plain;
        }
        if (plain.length >= size) {
            throw damaged("decodes to more bytes than expected (expected: at most %d)".formatted(size));
        }
        byte[] larger = Arrays.copyOf(plain, (int) Math.min(size, Math.max(SMALL, 2L * plain.length)));
        larger[plain.length] = one[0];
        return larger;
    }

    private int inflate(Inflater inflater, byte[] plain, int at, int room) {
        try {
            int more = inflater.inflate(plain, at, room);
            if (more == 0 && room > 0 && !inflater.finished()) {
                throw damaged(inflater.needsDictionary() ? "needs a dictionary" : "ends too early");
            }
            return more;
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("%s: %s".formatted(kind(), e.getMessage()), e);
        }
    }

    private int header(byte[] bytes, int from, int to) {
        if (to - from < HEADER + TRAILER || (bytes[from] & 0xff) != 0x1f || (bytes[from + 1] & 0xff) != 0x8b) {
            throw damaged("not a gzip member of %d bytes".formatted(to - from));
        }
        if (bytes[from + 2] != 8) {
            throw damaged("method %d (expected: 8)".formatted(bytes[from + 2]));
        }
        int flags = bytes[from + 3];
        int at = from + HEADER;
        if ((flags & HAS_EXTRA) != 0) {
            at += 2 + (bytes[at] & 0xff) + ((bytes[at + 1] & 0xff) << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            at = behindZero(bytes, at, to);
        }
        if ((flags & HAS_COMMENT) != 0) {
            at = behindZero(bytes, at, to);
        }
        if ((flags & HAS_SUM) != 0) {
            at += 2;
        }
        if (at > to - TRAILER) {
            throw damaged("ends within its header");
        }
        return at;
    }

    private static int behindZero(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != 0) {
            at++;
        }
        return at + 1;
    }

    private void trailer(byte[] bytes, int at, int to, byte[] plain, int from, int length) {
        if (to - at < TRAILER) {
            throw damaged("ends before its checksum");
        }
        CRC32 sum = new CRC32();
        sum.update(plain, from, length - from);
        if (LittleEndian.getInt(bytes, at) != (int) sum.getValue()) {
            throw damaged(
                    "checksum %08x (expected: %08x)".formatted((int) sum.getValue(), LittleEndian.getInt(bytes, at)));
        }
        if (LittleEndian.getInt(bytes, at + 4) != length - from) {
            throw Sizes.wrong(kind(), length - from, LittleEndian.getInt(bytes, at + 4), true);
        }
    }

    @Override
    public Span encode(Span plain) {
        int length = plain.length();
        byte[] stored = new byte[Math.toIntExact(length + (length >> 10) + 64L)];
        int at = 0;
        if (gzip) {
            stored[0] = 0x1f;
            stored[1] = (byte) 0x8b;
            stored[2] = 8;
            stored[9] = (byte) UNKNOWN_SYSTEM;
            at = HEADER;
        }
        Deflater deflater = new Deflater(level, gzip);
        try {
            deflater.setInput(plain.array(), plain.from(), length);
            deflater.finish();
            while (!deflater.finished()) {
                if (at == stored.length) {
                    stored = Arrays.copyOf(stored, Math.addExact(stored.length, stored.length >> 2));
                }
                at += deflater.deflate(stored, at, stored.length - at);
            }
        } finally {
            deflater.end();
        }
        stored = Arrays.copyOf(stored, gzip ? at + TRAILER : at);
        if (gzip) {
            CRC32 sum = new CRC32();
            sum.update(plain.array(), plain.from(), length);
            LittleEndian.putInt(stored, at, (int) sum.getValue());
            LittleEndian.putInt(stored, at + 4, length);
        }
        return Span.of(stored);
    }

    private String kind() {
        return gzip ? "gzip" : "zlib";
    }

    private IllegalArgumentException damaged(String what) {
        return new IllegalArgumentException(kind() + ": " + what);
    }

    @Override
    public String name() {
        return "%s(%d)".formatted(kind(), level);
    }
}
