package io.atomflux.file.ase;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/** Writes numbers as Python does: the shortest decimal that reads back, and {@code %16.8f}. */
final class Numbers {

    private static final double[] TENS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19
    };
    private static final long SCALE = 100_000_000L;

    private Numbers() {}

    /**
     * Returns {@code repr(value)} of Python 3: the fewest digits that read back, fixed from 1e-4 to below 1e16.
     *
     * <p>{@code Double.toString} before Java 19 gives too many digits for some values (JDK-4511638).
     */
    static String shortest(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        double x = Math.abs(value);
        if (x == 0 || Double.isInfinite(x)) {
            return sign + (x == 0 ? "0.0" : "inf");
        }
        BigDecimal decimal = digits(x).stripTrailingZeros();
        String digits = decimal.unscaledValue().toString();
        int point = digits.length() - decimal.scale(); // places before the decimal point
        if (point > -4 && point <= 16) {
            if (point <= 0) {
                return sign + "0." + "0".repeat(-point) + digits;
            }
            return digits.length() <= point
                    ? sign + digits + "0".repeat(point - digits.length()) + ".0"
                    : sign + digits.substring(0, point) + "." + digits.substring(point);
        }
        int exponent = point - 1;
        return sign
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    private static BigDecimal digits(double x) {
        // A decimal of at most 15 digits is the only such one that reads back, so the first found is the shortest.
        for (int k = 0; k < TENS.length && x * TENS[k] < 1e15; k++) {
            double whole = Math.rint(x * TENS[k]);
            if (whole > 0 && whole < 1e15 && whole / TENS[k] == x) {
                return BigDecimal.valueOf((long) whole, k);
            }
        }
        BigDecimal exact = new BigDecimal(x);
        for (int n = x < 0x1p-1021 ? 1 : 15; n < 17; n++) {
            BigDecimal rounded = exact.round(new MathContext(n, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == x) {
                return rounded;
            }
            // At a power of two the next number above is farther away than the one below.
            BigDecimal up = exact.round(new MathContext(n, RoundingMode.CEILING));
            if (up.doubleValue() == x) {
                return up;
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    }

    /** Appends {@code "%16.8f" % value}: the exact binary value, rounded half to even. */
    static void fixed(double value, TextBuffer out) {
        long bits = Double.doubleToRawLongBits(value);
        boolean negative = bits < 0;
        int biased = (int) (bits >>> 52 & 0x7ff);
        if (biased == 0x7ff) {
            padded(Double.isNaN(value) ? "nan" : negative ? "-inf" : "inf", out);
            return;
        }
        long mantissa = bits & (1L << 52) - 1;
        int shift = 1075 - Math.max(1, biased);
        if (biased != 0) {
            mantissa |= 1L << 52;
        }
        long scaled;
        if (mantissa == 0 || shift >= 128) {
            scaled = 0;
        } else if (shift < 17) {
            // At least 2^36: the scaled value might not fit into a long.
            BigDecimal rounded = new BigDecimal(Math.abs(value)).setScale(8, RoundingMode.HALF_EVEN);
            padded((negative ? "-" : "") + rounded.toPlainString(), out);
            return;
        } else {
            scaled = rounded(mantissa, shift);
        }
        digits(scaled, negative, out);
    }

    /** Returns mantissa * 10^8 / 2^shift, half to even; exact, as the product is kept in 128 bits. */
    private static long rounded(long mantissa, int shift) {
        long high = Math.multiplyHigh(mantissa, SCALE);
        long low = mantissa * SCALE;
        long quotient;
        boolean half;
        boolean rest;
        if (shift < 64) {
            quotient = high << 64 - shift | low >>> shift;
            half = (low >>> shift - 1 & 1) != 0;
            rest = (low & (1L << shift - 1) - 1) != 0;
        } else if (shift == 64) {
            quotient = high;
            half = low < 0;
            rest = (low & Long.MAX_VALUE) != 0;
        } else {
            int more = shift - 64;
            quotient = high >>> more;
            half = (high >>> more - 1 & 1) != 0;
            rest = (high & (1L << more - 1) - 1) != 0 || low != 0;
        }
        return half && (rest || (quotient & 1) != 0) ? quotient + 1 : quotient;
    }

    private static void digits(long scaled, boolean negative, TextBuffer out) {
        long whole = scaled / SCALE;
        int fraction = (int) (scaled % SCALE);
        int wholeDigits = 1;
        for (long rest = whole; rest >= 10; rest /= 10) {
            wholeDigits++;
        }
        int length = wholeDigits + 9 + (negative ? 1 : 0);
        int width = Math.max(16, length);
        int from = out.room(width);
        byte[] bytes = out.bytes();
        int at = from + width;
        for (int i = 0; i < 8; i++) {
            bytes[--at] = (byte) ('0' + fraction % 10);
            fraction /= 10;
        }
        bytes[--at] = '.';
        for (int i = 0; i < wholeDigits; i++) {
            bytes[--at] = (byte) ('0' + whole % 10);
            whole /= 10;
        }
        if (negative) {
            bytes[--at] = '-';
        }
        while (at > from) {
            bytes[--at] = ' ';
        }
    }

    /** Appends {@code "%8d" % value}. */
    static void padded(long value, TextBuffer out) {
        String digits = Long.toString(value);
        for (int i = digits.length(); i < 8; i++) {
            out.put(' ');
        }
        out.put(digits);
    }

    private static void padded(String text, TextBuffer out) {
        for (int i = text.length(); i < 16; i++) {
            out.put(' ');
        }
        out.put(text.getBytes(StandardCharsets.US_ASCII));
    }
}
