package io.atomflux.codec;

import java.math.BigInteger;

/**
 * Makes doubles of decimal numbers, always correctly rounded, for readers of texts that hold very many.
 *
 * <p>At most 19 digits go through the method of D. Lemire, "Number parsing at a gigabyte per second", Software: Practice
 * and Experience 51 (2021); what it leaves open (more digits, results that are subnormal) is left to the caller.
 */
public final class Decimals {

    /** How many digits a mantissa may have. */
    public static final int MOST_DIGITS = 19;

    private static final int LEAST_POWER = -342;
    private static final int GREATEST_POWER = 308;
    private static final long[] HIGH = new long[GREATEST_POWER - LEAST_POWER + 1];
    private static final long[] LOW = new long[GREATEST_POWER - LEAST_POWER + 1];
    private static final double[] EXACT = new double[23];

    static {
        BigInteger end = BigInteger.ONE.shiftLeft(128);
        for (int q = LEAST_POWER; q <= GREATEST_POWER; q++) {
            BigInteger five = BigInteger.valueOf(5).pow(Math.abs(q));
            BigInteger c;
            if (q < 0) {
                int z = five.subtract(BigInteger.ONE).bitLength();
                int b = q >= -27 ? z + 127 : 2 * z + 128;
                c = BigInteger.ONE.shiftLeft(b).divide(five).add(BigInteger.ONE);
            } else {
                c = five.shiftLeft(Math.max(0, 128 - five.bitLength()));
            }
            if (c.compareTo(end) >= 0) {
                c = c.shiftRight(c.bitLength() - 128);
            }
            HIGH[q - LEAST_POWER] = c.shiftRight(64).longValue();
            LOW[q - LEAST_POWER] = c.longValue();
        }
        double power = 1;
        for (int i = 0; i < EXACT.length; i++) {
            EXACT[i] = power;
            power *= 10;
        }
    }

    private Decimals() {}

    /**
     * Returns {@code mantissa * 10^exponent}, or NaN if that needs the slow way.
     *
     * @param mantissa unsigned, of at most 19 decimal digits
     */
    public static double scaled(long mantissa, int exponent) {
        if (mantissa >>> 53 == 0 && exponent >= -22 && exponent <= 22) {
            return exponent < 0 ? mantissa / EXACT[-exponent] : mantissa * EXACT[exponent];
        }
        if (mantissa == 0) {
            return 0;
        }
        if (exponent < LEAST_POWER || exponent > GREATEST_POWER) {
            return Double.NaN;
        }
        int zeros = Long.numberOfLeadingZeros(mantissa);
        long w = mantissa << zeros;
        long factor = HIGH[exponent - LEAST_POWER];
        long high = multiplyHighUnsigned(w, factor);
        long low = w * factor;
        if ((high & 0x1ff) == 0x1ff) {
            long more = multiplyHighUnsigned(w, LOW[exponent - LEAST_POWER]);
            low += more;
            if (Long.compareUnsigned(more, low) > 0) {
                high++;
            }
        }
        int upper = (int) (high >>> 63);
        int shift = upper + 64 - 52 - 3;
        long bits = high >>> shift;
        int power = (217706 * exponent >> 16) + 63 + upper - zeros + 1023;
        if (power <= 0 || power >= 0x7fe || low == -1L) {
            return Double.NaN;
        }
        if (Long.compareUnsigned(low, 1) <= 0
                && exponent >= -4
                && exponent <= 23
                && (bits & 3) == 1
                && bits << shift == high) {
            bits &= ~1L;
        }
        bits += bits & 1;
        bits >>>= 1;
        if (bits >= 1L << 53) {
            bits = 1L << 52;
            power++;
        }
        return Double.longBitsToDouble(bits & ~(1L << 52) | (long) power << 52);
    }

    /** {@code Math.unsignedMultiplyHigh} of Java 18. */
    private static long multiplyHighUnsigned(long a, long b) {
        return Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
    }
}
