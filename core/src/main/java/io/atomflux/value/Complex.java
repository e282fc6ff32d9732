package io.atomflux.value;

/**
 * A complex number in Cartesian form; parts are compared by {@link Double#compare}, so NaN equals NaN.
 *
 * @param re real part
 * @param im imaginary part
 */
public record Complex(double re, double im) {
    @Override
    public String toString() {
        return "(" + re + (Double.compare(im, 0.0) < 0 ? "" : "+") + im + "j)";
    }
}
