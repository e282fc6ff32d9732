package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.CorruptDataException;
import java.nio.charset.StandardCharsets;

/** A run of bytes of a file that is read from its beginning to its end, and never beyond. Numbers are little-endian. */
final class CheckedPart {

    private final CheckedFile file;
    private final String what;
    private final long address;
    private final byte[] bytes;
    private final int from;
    private final int end;
    private int at;

    CheckedPart(CheckedFile file, String what, long address, byte[] bytes, int from, int end) {
        this.file = file;
        this.what = what;
        this.address = address;
        this.bytes = bytes;
        this.from = from;
        this.end = end;
        this.at = from;
    }

    int left() {
        return end - at;
    }

    /** Returns how many bytes were read. */
    int done() {
        return at - from;
    }

    /** Takes the next bytes as a part of their own. */
    CheckedPart part(String name, long size) {
        int start = take(size);
        return new CheckedPart(file, name, address + start - from, bytes, start, at);
    }

    CheckedPart skip(long size) {
        take(size);
        return this;
    }

    private int take(long size) {
        if (size < 0 || size > left()) {
            throw wrong("%d bytes left at byte %d of it".formatted(left(), done()), "another " + size);
        }
        int start = at;
        at += (int) size;
        return start;
    }

    /** Returns a byte further on without taking it, or 0 behind the end. */
    int peek(int ahead) {
        return ahead < left() ? bytes[at + ahead] & 0xFF : 0;
    }

    int u8() {
        return bytes[take(1)] & 0xFF;
    }

    int u16() {
        return (int) number(2);
    }

    long u32() {
        return number(4);
    }

    /** Reads a number of up to 8 bytes; one of 8 bytes may come out negative. */
    long number(int size) {
        int start = take(size);
        long number = 0;
        for (int i = Math.min(8, size) - 1; i >= 0; i--) {
            number = number << 8 | (bytes[start + i] & 0xFF);
        }
        return number;
    }

    /** Reads an address within the file, or -1 for the one that means "none". */
    long address() {
        long number = number(file.addressBytes());
        return number == file.noAddress() ? CheckedFile.NONE : number;
    }

    /** Returns how many bytes a length takes. */
    int lengthBytes() {
        return file.lengthBytes();
    }

    /** Reads a length, which may come out negative. */
    long length() {
        return number(file.lengthBytes());
    }

    /** Reads a text of exactly that many bytes, none of them NUL. */
    String name(long size) {
        int start = take(size);
        for (int i = start; i < at; i++) {
            if (bytes[i] == 0) {
                throw wrong("a name of %d bytes that ends after %d".formatted(size, i - start), "no NUL in it");
            }
        }
        return Utf8.lenient(bytes, start, (int) size);
    }

    /** Reads a text and the NUL that ends it; returns how many bytes that were. */
    int text() {
        int start = at;
        while (at < end && bytes[at] != 0) {
            at++;
        }
        if (at == end) {
            throw wrong("a text of %d bytes without an end".formatted(at - start), "a NUL behind it");
        }
        at++;
        return at - start;
    }

    void signature(String expected) {
        int start = take(4);
        String found = new String(bytes, start, 4, StandardCharsets.ISO_8859_1);
        if (!found.equals(expected)) {
            throw wrong("begins with %08x".formatted(Integer.reverseBytes((int) value(start))), expected);
        }
    }

    private long value(int start) {
        return (bytes[start] & 0xFFL)
                | (bytes[start + 1] & 0xFFL) << 8
                | (bytes[start + 2] & 0xFFL) << 16
                | (bytes[start + 3] & 0xFFL) << 24;
    }

    /** Reads the checksum of all that was read before. */
    void checksum() {
        int expected = Lookup3.of(bytes, from, done());
        checksum(expected);
    }

    /** Reads a checksum. */
    void checksum(int expected) {
        int found = (int) u32();
        if (found != expected) {
            throw wrong("checksum %08x".formatted(found), "%08x of these bytes".formatted(expected));
        }
    }

    /** Returns the checksum of the whole part with these bytes taken for zero. */
    int checksumWithout(int hole, int size) {
        byte[] copy = java.util.Arrays.copyOfRange(bytes, from, end);
        java.util.Arrays.fill(copy, hole, hole + size, (byte) 0);
        return Lookup3.of(copy, 0, copy.length);
    }

    void version(int lowest, int highest) {
        int version = u8();
        range("version", version, lowest, highest);
    }

    void range(String name, long found, long lowest, long highest) {
        if (found < lowest || found > highest) {
            throw wrong(name + " " + found, lowest == highest ? Long.toString(lowest) : lowest + " to " + highest);
        }
    }

    /** Makes the error that says what is wrong here. */
    CorruptDataException wrong(String found, String expected) {
        return file.wrong("%s at byte %d: %s (expected: %s)".formatted(what, address + file.base(), found, expected));
    }
}
