package io.atomflux.file.aselmdb;

import java.util.Arrays;

/** JSON that is one integer or a list of them, read into a flat array: lists of deleted ids may be long. */
final class IntegerText {

    private final byte[] text;
    private final String place;
    private final Zlib zlib;
    private int at;

    IntegerText(byte[] text, String place, Zlib zlib) {
        this.text = text;
        this.place = place;
        this.zlib = zlib;
    }

    long single() {
        skipBlanks();
        long number = integer();
        end();
        return number;
    }

    long[] list() {
        long[] numbers = new long[16];
        int count = 0;
        skipBlanks();
        take('[');
        skipBlanks();
        while (peek() != ']') {
            if (count > 0) {
                take(',');
                skipBlanks();
            }
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            numbers[count++] = integer();
            skipBlanks();
        }
        take(']');
        end();
        return Arrays.copyOf(numbers, count);
    }

    private int peek() {
        return at < text.length ? text[at] : -1;
    }

    private void take(char expected) {
        if (peek() != expected) {
            throw malformed("'" + expected + "'");
        }
        at++;
    }

    private void skipBlanks() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r')) {
            at++;
        }
    }

    private long integer() {
        boolean negative = peek() == '-';
        if (negative) {
            at++;
        }
        int first = at;
        long number = 0;
        while (peek() >= '0' && peek() <= '9' && at - first < 18) {
            number = number * 10 + peek() - '0';
            at++;
        }
        if (at == first || peek() >= '0' && peek() <= '9') {
            throw malformed("an integer of at most 18 digits");
        }
        return negative ? -number : number;
    }

    private void end() {
        skipBlanks();
        if (at < text.length) {
            throw malformed("nothing more");
        }
    }

    private RuntimeException malformed(String expected) {
        return zlib.corrupt(
                place,
                "byte %d of %d: %s (expected: %s)"
                        .formatted(
                                at,
                                text.length,
                                at < text.length ? "0x%02x".formatted(text[at] & 0xff) : "the end",
                                expected));
    }
}
