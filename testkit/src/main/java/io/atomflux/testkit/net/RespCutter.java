package io.atomflux.testkit.net;

import java.nio.charset.StandardCharsets;

/** Cuts by counting values; goes on where it stopped, so that a large reply in many pieces is looked at once. */
final class RespCutter extends Cutter {

    private int scanned;
    private long missing = 1;

    @Override
    int next(byte[] bytes, int from, int to) {
        while (missing > 0) {
            int at = from + scanned;
            int end = at;
            while (end + 1 < to && (bytes[end] != '\r' || bytes[end + 1] != '\n')) {
                end++;
            }
            if (end + 1 >= to) {
                return 0;
            }
            long body = value(bytes, at, end);
            if (end + 2 + body > to) {
                return 0;
            }
            scanned = end + 2 + (int) body - from;
            missing += added(bytes, at, end);
        }
        int size = scanned;
        scanned = 0;
        missing = 1;
        return size;
    }

    /** Returns how many bytes follow the line of a value. */
    private static long value(byte[] bytes, int at, int end) {
        return switch (at == end ? 0 : bytes[at]) {
            case '$', '=', '!' -> {
                long size = number(bytes, at + 1, end);
                yield size < 0 ? 0 : size + 2;
            }
            default -> 0; // a line of its own: simple values, heads of aggregates, inline commands
        };
    }

    /** Returns by how much a value changes the number of values still to come. */
    private static long added(byte[] bytes, int at, int end) {
        return switch (at == end ? 0 : bytes[at]) {
            case '*', '~', '>' -> Math.max(0, number(bytes, at + 1, end)) - 1;
            case '%' -> 2 * number(bytes, at + 1, end) - 1;
            case '|' -> 2 * number(bytes, at + 1, end); // attributes belong to the value behind them
            default -> -1;
        };
    }

    private static long number(byte[] bytes, int from, int to) {
        long number = 0;
        boolean negative = from < to && bytes[from] == '-';
        for (int i = negative ? from + 1 : from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9' || number > Integer.MAX_VALUE) {
                throw new BadFrameException("length \"%s\" (expected: a number)"
                        .formatted(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1)));
            }
            number = 10 * number + bytes[i] - '0';
        }
        return negative ? -number : number;
    }
}
