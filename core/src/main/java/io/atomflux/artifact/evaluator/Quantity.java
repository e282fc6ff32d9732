package io.atomflux.artifact.evaluator;

import io.atomflux.value.NdArray;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A number, or an array of numbers, with a unit; immutable. Equal if both are, as they are: nothing is converted.
 *
 * <p>The unit is the text that Evaluator writes, long names such as {@code kilojoule / mole}; the symbols of a small table
 * ({@code K}, {@code kPa}, {@code kJ/mol} …) become long names, other texts are kept.
 */
public final class Quantity {

    private final Object magnitude; // Long, Double or NdArray
    private final String unit;

    private Quantity(Object magnitude, String unit) {
        this.magnitude = magnitude;
        this.unit = Units.longForm(unit);
    }

    /** Makes one of a number. */
    public static Quantity of(double value, String unit) {
        return new Quantity(value, unit);
    }

    /** Makes one of an integer, which files keep apart from a number with a point. */
    public static Quantity of(long value, String unit) {
        return new Quantity(value, unit);
    }

    /**
     * Makes one of an array.
     *
     * @throws IllegalArgumentException if its elements are no real numbers
     */
    public static Quantity of(NdArray values, String unit) {
        if (!values.dtype().isReal()) {
            throw new IllegalArgumentException("values: %s (expected: real numbers)".formatted(values.dtype()));
        }
        return new Quantity(values, unit);
    }

    /** Tells whether it is an array. */
    public boolean isArray() {
        return magnitude instanceof NdArray;
    }

    /**
     * Returns the number.
     *
     * @throws IllegalStateException if it is an array
     */
    public double value() {
        if (magnitude instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalStateException("quantity: %s (expected: a number)".formatted(this));
    }

    /** Returns the array; one element without axes of a number. */
    public NdArray array() {
        return magnitude instanceof NdArray array ? array : NdArray.of(new double[] {value()});
    }

    /** Returns the unit's long name; {@code dimensionless} for none. */
    public String unit() {
        return unit;
    }

    Object magnitude() {
        return magnitude;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Quantity other && magnitude.equals(other.magnitude) && unit.equals(other.unit);
    }

    @Override
    public int hashCode() {
        return Objects.hash(magnitude, unit);
    }

    @Override
    public String toString() {
        return magnitude + " " + unit;
    }
}
