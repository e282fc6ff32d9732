package io.atomflux.file.columnar.zarr;

import java.util.Arrays;

/** A part of an array that nobody changes; the array is shared. */
record Span(byte[] array, int from, int to) {

    static Span of(byte[] array) {
        return new Span(array, 0, array.length);
    }

    int length() {
        return to - from;
    }

    /** Returns the bytes; the array itself if they are all of it. */
    byte[] toArray() {
        return from == 0 && to == array.length ? array : Arrays.copyOfRange(array, from, to);
    }

    // As a record has it, equality would be that of the arrays' identity.
    @Override
    public boolean equals(Object o) {
        return o instanceof Span other && Arrays.equals(toArray(), other.toArray());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toArray());
    }

    @Override
    public String toString() {
        return length() + " bytes";
    }
}
