package io.atomflux.testkit.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header {@code Range}, as far as single ranges go; a server may ignore others (RFC 9110, section 14.2). */
final class Ranges {

    private static final Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    private Ranges() {}

    /** Returns first and last byte, the first beyond the last if nothing of it is there; empty to ignore the header. */
    static Optional<long[]> parse(String range, long size) {
        Matcher single = SINGLE.matcher(range.trim());
        if (!single.matches() || (single.group(1).isEmpty() && single.group(2).isEmpty())) {
            return Optional.empty();
        }
        if (single.group(1).isEmpty()) {
            long last = Math.min(size, Long.parseLong(single.group(2)));
            return Optional.of(new long[] {size - last, last == 0 ? -1 : size - 1});
        }
        long from = Long.parseLong(single.group(1));
        if (single.group(2).isEmpty()) {
            return Optional.of(new long[] {from, size - 1});
        }
        long to = Long.parseLong(single.group(2));
        if (to < from) {
            return Optional.empty();
        }
        return Optional.of(new long[] {from, Math.min(to, size - 1)});
    }
}
