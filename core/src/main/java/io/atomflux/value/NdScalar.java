package io.atomflux.value;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A numpy scalar of a type that a plain value does not tell, e.g. {@code numpy.float32}; not a 0-d array.
 *
 * <p>Numpy's float64 is a plain double and never appears here; its int64 and bool do when a store holds them so.
 */
public final class NdScalar {

    private final NdArray element;

    private NdScalar(NdArray element) {
        this.element = element;
    }

    /**
     * Takes the one element of an array as a scalar.
     *
     * @throws IllegalArgumentException if the array has another number of elements than one
     */
    public static NdScalar of(NdArray element) {
        Objects.requireNonNull(element, "element");
        if (element.size() != 1) {
            throw new IllegalArgumentException("elements: %d (expected: 1)".formatted(element.size()));
        }
        return new NdScalar(element.reshape());
    }

    /** Returns a float32 scalar. */
    public static NdScalar of(float value) {
        return of(NdArray.of(new float[] {value}));
    }

    /** Returns an int32 scalar. */
    public static NdScalar of(int value) {
        return of(NdArray.of(new int[] {value}));
    }

    /** Returns an int64 scalar, which a store keeps apart from a plain long. */
    public static NdScalar of(long value) {
        return of(NdArray.of(new long[] {value}));
    }

    /** Returns a bool scalar, which a store keeps apart from a plain boolean. */
    public static NdScalar of(boolean value) {
        return of(NdArray.of(new boolean[] {value}));
    }

    /** Returns the type. */
    public DType dtype() {
        return element.dtype();
    }

    /** Returns the value as a 0-d array, sharing the bytes. */
    public NdArray asArray() {
        return element;
    }

    /** Returns the nearest plain value: boolean, long, BigInteger, double, Complex, Bytes or text. */
    public Object plain() {
        return element.at(0);
    }

    /** Returns a real value as a double. */
    public double doubleValue() {
        return element.doubleAt(0);
    }

    /** Returns an integer value as a long. */
    public long longValue() {
        return element.longAt(0);
    }

    /** Returns the value's bytes in stored order; nothing is copied. */
    public ByteBuffer asBuffer() {
        return element.asBuffer().order(dtype().isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof NdScalar other && element.equals(other.element);
    }

    @Override
    public int hashCode() {
        return element.hashCode() + 1;
    }

    @Override
    public String toString() {
        return dtype() + "(" + plain() + ")";
    }
}
