package io.atomflux.file.ase;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Python's idea of blanks and numbers in text, which decides how an extended xyz file is read.
 *
 * <p>Source: {@code int()}, {@code float()} and {@code str.split()} of Python 3.11, as ASE 3.29 uses them.
 */
final class PyText {

    private static final double NEGATIVE_NAN = Double.longBitsToDouble(0xfff8000000000000L);
    private static final int MOST_DIGITS = 4300;

    private PyText() {}

    /** Tells what {@code str.isspace} does of one character. */
    static boolean isSpace(char c) {
        if (c < 0x80) {
            return c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31);
        }
        return c == 0x85
                || c == 0xa0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200a)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Strips the blanks {@code int()} and {@code float()} allow around a number: all but U+001C to U+001F. */
    private static String stripNumber(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isNumberSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isNumberSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isNumberSpace(char c) {
        return isSpace(c) && (c < 28 || c > 31);
    }

    /** Splits at blanks, and at commas too if asked. */
    static List<String> split(String text, boolean commas) {
        List<String> parts = new ArrayList<>();
        int from = -1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean between = isSpace(c) || (commas && c == ',');
            if (between && from >= 0) {
                parts.add(text.substring(from, i));
                from = -1;
            } else if (!between && from < 0) {
                from = i;
            }
        }
        if (from >= 0) {
            parts.add(text.substring(from));
        }
        return parts;
    }

    /** Reads what {@code int(text)} reads, blanks around it included; null where Python raises. */
    static @Nullable BigInteger integer(String text) {
        String plain = asciiDigits(stripNumber(text));
        int at = plain.startsWith("-") || plain.startsWith("+") ? 1 : 0;
        int end = digits(plain, at);
        if (end == at || end != plain.length() || end - at > MOST_DIGITS) {
            return null;
        }
        String clean = plain.replace("_", "");
        return new BigInteger(clean.startsWith("+") ? clean.substring(1) : clean);
    }

    /** Reads what {@code float(text)} reads, blanks around it included; null where Python raises. */
    static @Nullable Double real(String text) {
        String plain = asciiDigits(stripNumber(text));
        boolean negative = plain.startsWith("-");
        int at = negative || plain.startsWith("+") ? 1 : 0;
        String word = plain.length() - at <= 8 ? plain.substring(at).toLowerCase(java.util.Locale.ROOT) : "";
        if (word.equals("inf") || word.equals("infinity")) {
            return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (word.equals("nan")) {
            return negative ? NEGATIVE_NAN : Double.NaN;
        }
        int whole = digits(plain, at);
        int end = whole;
        int count = whole - at;
        if (end < plain.length() && plain.charAt(end) == '.') {
            int fraction = digits(plain, end + 1);
            count += fraction - end - 1;
            end = fraction;
        }
        if (count == 0) {
            return null;
        }
        if (end < plain.length() && (plain.charAt(end) == 'e' || plain.charAt(end) == 'E')) {
            int sign = end + 1 < plain.length() && "+-".indexOf(plain.charAt(end + 1)) >= 0 ? 1 : 0;
            int exponent = digits(plain, end + 1 + sign);
            if (exponent == end + 1 + sign) {
                return null;
            }
            end = exponent;
        }
        return end == plain.length() ? Double.valueOf(plain.replace("_", "")) : null;
    }

    /** Returns where digits with single inner underscores end; the place given if there are none. */
    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c >= '0' && c <= '9') {
                at++;
            } else if (c == '_'
                    && at > from
                    && at + 1 < text.length()
                    && text.charAt(at + 1) >= '0'
                    && text.charAt(at + 1) <= '9') {
                at += 2;
            } else {
                break;
            }
        }
        return at;
    }

    /** Replaces decimal digits of other scripts, which Python reads as numbers too. */
    private static String asciiDigits(String text) {
        boolean ascii = true;
        for (int i = 0; i < text.length() && ascii; i++) {
            ascii = text.charAt(i) < 0x80;
        }
        if (ascii) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints()
                .forEach(point ->
                        plain.appendCodePoint(Character.isDigit(point) ? '0' + Character.digit(point, 10) : point));
        return plain.toString();
    }
}
