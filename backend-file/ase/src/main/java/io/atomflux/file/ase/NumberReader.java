package io.atomflux.file.ase;

import io.atomflux.codec.Decimals;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads one number from bytes as Python's {@code int()} and {@code float()} do; for one thread.
 *
 * <p>Plain decimals are read in place; all else (underscores, names of infinity, digits of other scripts, very many
 * digits) goes through {@link PyText}. Results are always correctly rounded.
 */
final class NumberReader {

    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int EXPONENT_BOUND = 100_000;

    private double real;
    private long integer;
    private boolean isInteger;
    private int end;

    /** Returns the number read last as {@code float()} gives it. */
    double real() {
        return real;
    }

    /** Returns the integer read last; meaningful if {@link #isInteger()}. */
    long integer() {
        return integer;
    }

    /** Tells whether the number read last is one for {@code int()} too, and fits into 64 bits. */
    boolean isInteger() {
        return isInteger;
    }

    /** Returns where {@link #scan} stopped. */
    int end() {
        return end;
    }

    /** Reads a whole token; false if it is no number. */
    boolean read(byte[] text, int from, int to) {
        if (scan(text, from, to) && end == to) {
            return true;
        }
        return slow(new String(text, from, to - from, StandardCharsets.UTF_8));
    }

    /** Reads a whole token; false if it is no number. */
    boolean read(String token) {
        char last = token.charAt(token.length() - 1);
        if (token.length() < 3 && (last < '.' || (last > '9' && last < 0x80))) {
            return false; // also keeps words of one or two letters off the slow way
        }
        byte[] ascii = new byte[token.length()];
        for (int i = 0; i < ascii.length; i++) {
            char c = token.charAt(i);
            if (c >= 0x80) {
                return slow(token);
            }
            ascii[i] = (byte) c;
        }
        return scan(ascii, 0, ascii.length) && end == ascii.length || slow(token);
    }

    private boolean slow(String token) {
        BigInteger whole = PyText.integer(token);
        Double number = PyText.real(token);
        isInteger = whole != null && whole.compareTo(LONG_MIN) >= 0 && whole.compareTo(LONG_MAX) <= 0;
        if (whole != null && isInteger) {
            integer = whole.longValue();
        }
        return accept(number) || isInteger;
    }

    private boolean accept(@Nullable Double number) {
        if (number != null) {
            real = number;
        }
        return number != null;
    }

    /**
     * Reads a plain decimal from the beginning of a text.
     *
     * @return false if this is none, or one that needs the slow way
     */
    boolean scan(byte[] text, int from, int to) {
        int at = from;
        boolean negative = at < to && text[at] == '-';
        if (negative || (at < to && text[at] == '+')) {
            at++;
        }
        long mantissa = 0;
        int first = at;
        int digit = 0;
        while (at < to && (digit = text[at] - '0') >= 0 && digit <= 9) {
            mantissa = mantissa * 10 + digit;
            at++;
        }
        int count = at - first;
        int exponent = 0;
        boolean plain = true;
        if (at < to && text[at] == '.') {
            plain = false;
            int point = ++at;
            // Eight decimals, as ASE writes them, at once: D. Lemire, "Parsing a number of eight digits", 2018.
            if (at + 8 <= to) {
                long eight = (long) I64.get(text, at);
                if (areDigits(eight)) {
                    mantissa = mantissa * 100_000_000 + digits(eight);
                    at += 8;
                }
            }
            while (at < to && (digit = text[at] - '0') >= 0 && digit <= 9) {
                mantissa = mantissa * 10 + digit;
                at++;
            }
            exponent = point - at;
            count += at - point;
        }
        if (count == 0 || (count > 19 && count - leadingZeros(text, first, at) > 19)) {
            return false;
        }
        if (at < to && (text[at] | 0x20) == 'e') {
            plain = false;
            boolean down = ++at < to && text[at] == '-';
            if (down || (at < to && text[at] == '+')) {
                at++;
            }
            int begin = at;
            int power = 0;
            while (at < to && (digit = text[at] - '0') >= 0 && digit <= 9) {
                power = Math.min(EXPONENT_BOUND, power * 10 + digit);
                at++;
            }
            if (at == begin) {
                return false;
            }
            exponent += down ? -power : power;
        }
        double magnitude = Decimals.scaled(mantissa, exponent);
        if (Double.isNaN(magnitude) || (plain && mantissa < 0)) {
            return false;
        }
        real = negative ? -magnitude : magnitude;
        isInteger = plain;
        integer = negative ? -mantissa : mantissa;
        end = at;
        return true;
    }

    private static boolean areDigits(long eight) {
        long high = eight & 0xF0F0F0F0F0F0F0F0L;
        long carried = (eight + 0x0606060606060606L & 0xF0F0F0F0F0F0F0F0L) >>> 4;
        return (high | carried) == 0x3333333333333333L;
    }

    private static long digits(long eight) {
        long pairs = eight - 0x3030303030303030L;
        pairs = pairs * 10 + (pairs >>> 8);
        return (pairs & 0x000000FF000000FFL) * 0x000F424000000064L
                        + (pairs >>> 16 & 0x000000FF000000FFL) * 0x0000271000000001L
                >>> 32;
    }

    /** Counts the zeros before the first other digit, which do not fill the mantissa. */
    private static int leadingZeros(byte[] text, int from, int to) {
        int zeros = 0;
        for (int i = from; i < to && (text[i] == '0' || text[i] == '.'); i++) {
            zeros += text[i] == '0' ? 1 : 0;
        }
        return zeros;
    }
}
