package io.atomflux.value;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** An immutable byte string with value equality. */
public final class Bytes implements Comparable<Bytes> {

    /** The byte string of length zero. */
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private final byte[] data;
    private final int offset;
    private final int length;

    private Bytes(byte[] data, int offset, int length) {
        this.data = data;
        this.offset = offset;
        this.length = length;
    }

    /** Copies the given bytes. */
    public static Bytes of(byte... bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone(), 0, bytes.length);
    }

    /** Encodes text as UTF-8. */
    public static Bytes ofText(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Wraps bytes without copying them.
     *
     * @param bytes the caller promises never to change them again
     */
    public static Bytes wrap(byte[] bytes) {
        return new Bytes(bytes, 0, bytes.length);
    }

    /**
     * Wraps a part of an array without copying it.
     *
     * @param bytes the caller promises never to change this part again
     * @param offset where the part begins
     * @param length how long it is
     */
    public static Bytes wrap(byte[] bytes, int offset, int length) {
        java.util.Objects.checkFromIndexSize(offset, length, bytes.length);
        return new Bytes(bytes, offset, length);
    }

    /** Returns the number of bytes. */
    public int length() {
        return length;
    }

    /** Returns the byte at an index from 0 to {@code length() - 1}. */
    public byte at(int index) {
        java.util.Objects.checkIndex(index, length);
        return data[offset + index];
    }

    /** Copies the bytes out. */
    public byte[] toArray() {
        return Arrays.copyOfRange(data, offset, offset + length);
    }

    /** Returns a read-only buffer over the bytes, from position 0 to the length; nothing is copied. */
    public ByteBuffer asBuffer() {
        return ByteBuffer.wrap(data, offset, length).slice().asReadOnlyBuffer();
    }

    /** Copies the bytes to the place given. */
    public void copyTo(byte[] target, int at) {
        System.arraycopy(data, offset, target, at, length);
    }

    /**
     * Reads the bytes as text.
     *
     * <p>Bytes that are not UTF-8 become lone surrogates U+DC80 to U+DCFF, which {@link #ofKey} turns back; so every
     * byte string has exactly one text, and keys of raw rows can be given as text.
     */
    public String keyText() {
        return Utf8.decode(data, offset, length);
    }

    /** Turns a key's text into its bytes: UTF-8, with U+DC80 to U+DCFF standing for single bytes. */
    public static Bytes ofKey(String text) {
        return wrap(Utf8.encode(text));
    }

    byte[] array() {
        return data;
    }

    int arrayOffset() {
        return offset;
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                data, offset, offset + length, other.data, other.offset, other.offset + other.length);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Bytes other
                && Arrays.equals(data, offset, offset + length, other.data, other.offset, other.offset + other.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + data[i];
        }
        return hash;
    }

    /** Shows the length and at most the first 16 bytes. */
    @Override
    public String toString() {
        int shown = Math.min(length, 16);
        return "Bytes[" + length + ": " + HexFormat.of().formatHex(data, offset, offset + shown)
                + (shown < length ? "…]" : "]");
    }
}
