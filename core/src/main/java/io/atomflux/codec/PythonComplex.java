package io.atomflux.codec;

import io.atomflux.value.Complex;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Complex numbers as Python's {@code repr} prints and {@code complex()} reads them, e.g. {@code (1+2j)}.
 *
 * <p>Source: {@code complex_repr} and {@code format_float_short} of CPython 3.11: shortest digits that come back as the
 * same double, an exponent below 1e-4 and from 1e16, no trailing {@code .0}.
 */
final class PythonComplex {

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:(?:\\d++(?:\\.\\d*+)?+|\\.\\d++)(?:e[+-]?\\d++)?+|inf(?:inity)?|nan)");

    private static final double[] TENS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19
    };

    private PythonComplex() {}

    static String format(Complex number) {
        String imaginary = format(number.im()) + "j";
        if (Double.doubleToRawLongBits(number.re()) == 0) {
            return imaginary;
        }
        return "(" + format(number.re()) + (imaginary.charAt(0) == '-' ? "" : "+") + imaginary + ")";
    }

    static String format(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        } else if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        } else if (value == 0) {
            return 1 / value > 0 ? "0" : "-0";
        }
        BigDecimal shortest = shortest(value).stripTrailingZeros();
        String digits = shortest.unscaledValue().abs().toString();
        int point = digits.length() - shortest.scale(); // digits before the decimal point
        StringBuilder text = new StringBuilder(value < 0 ? "-" : "");
        if (point <= -4 || point > 16) {
            text.append(digits.charAt(0));
            if (digits.length() > 1) {
                text.append('.').append(digits, 1, digits.length());
            }
            int exponent = point - 1;
            text.append(exponent < 0 ? "e-" : "e+").append(Math.abs(exponent) < 10 ? "0" : "");
            return text.append(Math.abs(exponent)).toString();
        } else if (point <= 0) {
            return text.append("0.").append("0".repeat(-point)).append(digits).toString();
        } else if (point >= digits.length()) {
            return text.append(digits)
                    .append("0".repeat(point - digits.length()))
                    .toString();
        }
        return text.append(digits, 0, point)
                .append('.')
                .append(digits, point, digits.length())
                .toString();
    }

    private static BigDecimal shortest(double value) {
        double x = Math.abs(value);
        // Only one decimal of up to 15 digits can come back as this double, so the first one found is the shortest.
        for (int k = 0; k < TENS.length && x * TENS[k] < 1e15; k++) {
            double whole = Math.rint(x * TENS[k]);
            if (whole > 0 && whole / TENS[k] == x) {
                return BigDecimal.valueOf(value < 0 ? -(long) whole : (long) whole, k);
            }
        }
        BigDecimal exact = new BigDecimal(value);
        // A normal double whose shortest form has up to 15 digits is found by rounding to 15; a subnormal has fewer
        // bits.
        for (int digits = Math.abs(value) < Double.MIN_NORMAL ? 1 : 15; digits < 17; digits++) {
            BigDecimal near = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (near.doubleValue() == value) {
                return near;
            }
            // Above a power of two the interval reaches farther up than down, so the farther neighbour may still do.
            RoundingMode other = near.abs().compareTo(exact.abs()) > 0 ? RoundingMode.DOWN : RoundingMode.UP;
            BigDecimal far = exact.round(new MathContext(digits, other));
            if (far.doubleValue() == value) {
                return far;
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    }

    /**
     * Reads what Python's {@code complex()} reads.
     *
     * @throws IllegalArgumentException if the text is no complex number
     */
    static Complex parse(String text) {
        String body = text.strip().toLowerCase(Locale.ROOT);
        if (body.startsWith("(") && body.endsWith(")")) {
            body = body.substring(1, body.length() - 1).strip();
        }
        if (!body.endsWith("j")) {
            return new Complex(number(body, text), 0);
        }
        body = body.substring(0, body.length() - 1);
        int split = body.length() - 1;
        while (split > 0 && !(isSign(body.charAt(split)) && body.charAt(split - 1) != 'e')) {
            split--;
        }
        double re = split > 0 ? number(body.substring(0, split), text) : 0;
        String imaginary = split > 0 ? body.substring(split) : body;
        boolean one = imaginary.isEmpty() || (imaginary.length() == 1 && isSign(imaginary.charAt(0)));
        return new Complex(re, number(one ? imaginary + "1" : imaginary, text));
    }

    private static boolean isSign(char c) {
        return c == '+' || c == '-';
    }

    private static double number(String part, String whole) {
        if (!NUMBER.matcher(part).matches()) {
            String shown = whole.length() > 40 ? whole.substring(0, 40) + "…" : whole;
            throw new IllegalArgumentException(
                    "complex number: \"%s\" (expected: Python's form, e.g. (1+2j))".formatted(shown));
        }
        if (part.endsWith("nan")) {
            return Double.NaN;
        }
        int inf = part.indexOf("inf");
        if (inf >= 0) {
            return part.charAt(0) == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return Double.parseDouble(part);
    }
}
