package io.atomflux.redis;

import io.atomflux.error.CorruptDataException;
import java.util.Arrays;

/** Reads what a script packed with {@code cmsgpack}, in place: strings are told by where they lie. For one thread. */
final class Unpack {

    final byte[] buffer;
    private final String store;
    private int at;

    /** Where the string read last begins. */
    int from;

    /** Where it ends. */
    int to;

    Unpack(byte[] buffer, String store) {
        this.buffer = buffer;
        this.store = store;
    }

    private CorruptDataException damaged() {
        return new CorruptDataException(store, "reply of a script", "it is not what the script answers", null);
    }

    private int next() {
        if (at >= buffer.length) {
            throw damaged();
        }
        return buffer[at++] & 0xff;
    }

    private long bigEndian(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | next();
        }
        return value;
    }

    /** Steps over a false, if one comes. */
    boolean isFalse() {
        if (at < buffer.length && (buffer[at] & 0xff) == 0xc2) {
            at++;
            return true;
        }
        return false;
    }

    /** Tells whether an array comes. */
    boolean isArray() {
        int tag = at < buffer.length ? buffer[at] & 0xff : 0;
        return (tag & 0xf0) == 0x90 || tag == 0xdc || tag == 0xdd;
    }

    int array() {
        int tag = next();
        if ((tag & 0xf0) == 0x90) {
            return tag & 0xf;
        } else if (tag == 0xdc) {
            return (int) bigEndian(2);
        } else if (tag == 0xdd) {
            return (int) bigEndian(4);
        }
        throw damaged();
    }

    long number() {
        int tag = next();
        if (tag < 0x80) {
            return tag;
        } else if (tag >= 0xcc && tag <= 0xcf) {
            return bigEndian(1 << tag - 0xcc);
        } else if (tag == 0xd3) {
            return bigEndian(8);
        }
        throw damaged();
    }

    void string() {
        int tag = next();
        long length;
        if ((tag & 0xe0) == 0xa0) {
            length = tag & 0x1f;
        } else if (tag >= 0xd9 && tag <= 0xdb) {
            length = bigEndian(1 << tag - 0xd9);
        } else if (tag >= 0xc4 && tag <= 0xc6) {
            length = bigEndian(1 << tag - 0xc4);
        } else {
            throw damaged();
        }
        if (length > buffer.length - at) {
            throw damaged();
        }
        from = at;
        at += (int) length;
        to = at;
    }

    byte[] copied() {
        return Arrays.copyOfRange(buffer, from, to);
    }
}
