package io.atomflux.hub.net;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code Content-Range} of a part: {@code bytes 0-9/100} (RFC 9110 section 14.4).
 *
 * @param first offset of the first byte
 * @param last offset of the last byte
 * @param total size of the whole, if told
 */
record ContentRange(long first, long last, OptionalLong total) {

    private static final Pattern PART = Pattern.compile("\\s*bytes\\s+(\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)\\s*");
    private static final Pattern UNSATISFIED = Pattern.compile("\\s*bytes\\s+\\*/(\\d{1,18})\\s*");

    static Optional<ContentRange> parse(@Nullable String header) {
        Matcher part = PART.matcher(header == null ? "" : header);
        if (!part.matches()) {
            return Optional.empty();
        }
        long first = Long.parseLong(part.group(1));
        long last = Long.parseLong(part.group(2));
        OptionalLong total =
                part.group(3).equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(part.group(3)));
        return last < first ? Optional.empty() : Optional.of(new ContentRange(first, last, total));
    }

    /** Returns the size told by a 416. */
    static OptionalLong size(@Nullable String header) {
        Matcher size = UNSATISFIED.matcher(header == null ? "" : header);
        return size.matches() ? OptionalLong.of(Long.parseLong(size.group(1))) : OptionalLong.empty();
    }

    long length() {
        return last - first + 1;
    }
}
