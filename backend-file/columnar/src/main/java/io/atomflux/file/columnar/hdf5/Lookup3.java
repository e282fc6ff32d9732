package io.atomflux.file.columnar.hdf5;

/** Bob Jenkins' checksum "lookup3", which protects the newer structures of HDF5 ("HDF5 File Format Specification 3.0", VIII). */
final class Lookup3 {

    private Lookup3() {}

    /** Returns the checksum of a part of some bytes. */
    static int of(byte[] bytes, int from, int size) {
        int a = 0xdeadbeef + size;
        int b = a;
        int c = a;
        int at = from;
        int left = size;
        while (left > 12) {
            a += word(bytes, at, 4);
            b += word(bytes, at + 4, 4);
            c += word(bytes, at + 8, 4);
            a = (a - c) ^ Integer.rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ Integer.rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 4);
            b += a;
            at += 12;
            left -= 12;
        }
        if (left == 0) {
            return c;
        }
        a += word(bytes, at, Math.min(4, left));
        b += word(bytes, at + 4, Math.min(4, left - 4));
        c += word(bytes, at + 8, Math.min(4, left - 8));
        c = (c ^ b) - Integer.rotateLeft(b, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        c = (c ^ b) - Integer.rotateLeft(b, 24);
        return c;
    }

    private static int word(byte[] bytes, int at, int size) {
        int word = 0;
        for (int i = 0; i < size; i++) {
            word |= (bytes[at + i] & 0xFF) << (8 * i);
        }
        return word;
    }
}
