package io.atomflux.file.columnar.tree;

import java.util.Arrays;

/** The lengths of an array's axes, or a place in it; immutable. */
public final class Shape {

    private final long[] lengths;

    private Shape(long[] lengths) {
        this.lengths = lengths;
    }

    /** Returns a shape; no lengths are the shape of a single element. */
    public static Shape of(long... lengths) {
        for (long length : lengths) {
            if (length < 0) {
                throw new IllegalArgumentException(
                        "shape %s (expected: no negative length)".formatted(Arrays.toString(lengths)));
            }
        }
        return new Shape(lengths.clone());
    }

    /** Returns the number of axes. */
    public int rank() {
        return lengths.length;
    }

    /** Returns the length of an axis. */
    public long at(int axis) {
        return lengths[axis];
    }

    /** Returns the lengths. */
    public long[] toArray() {
        return lengths.clone();
    }

    /**
     * Returns the number of elements.
     *
     * @throws ArithmeticException if that is beyond a long
     */
    public long count() {
        return countFrom(0);
    }

    /** Returns the number of elements of the axes from one on: those of one entry of the axes before. */
    public long countFrom(int axis) {
        long product = 1;
        for (int i = axis; i < lengths.length; i++) {
            product = Math.multiplyExact(product, lengths[i]);
        }
        return product;
    }

    /** Returns this shape with another length of one axis. */
    public Shape with(int axis, long length) {
        long[] changed = lengths.clone();
        changed[axis] = length;
        return of(changed);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape other && Arrays.equals(lengths, other.lengths);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(lengths);
    }

    @Override
    public String toString() {
        return Arrays.toString(lengths);
    }
}
