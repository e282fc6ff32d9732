package io.atomflux.hub.parquet;

import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * Dates and times as ISO 8601 texts, in the form of Python's {@code isoformat}: a fraction of the second has six digits, or
 * nine if there are nanoseconds, and is left out if zero.
 */
final class IsoTimes {

    private static final long NANOS_OF_DAY = 86_400_000_000_000L;

    private IsoTimes() {}

    /** Writes a date, counted in days from 1970-01-01. */
    static String date(long days) {
        return LocalDate.ofEpochDay(days).toString();
    }

    /** Writes a time of day, without zone, as Arrow has none for it whatever the column says. */
    static String time(long nanos) {
        if (nanos < 0 || nanos >= NANOS_OF_DAY) {
            throw new DateTimeException("a time of day of " + nanos + " ns");
        }
        StringBuilder text = new StringBuilder(18);
        appendTime(text, nanos);
        return text.toString();
    }

    /** Writes a time counted in units from 1970-01-01T00:00:00. */
    static String timestamp(long value, long perSecond, boolean utc) {
        long perDay = perSecond * 86_400;
        long nanos = Math.floorMod(value, perDay) * (1_000_000_000 / perSecond);
        String text = timestamp(Math.floorDiv(value, perDay), nanos);
        return utc ? text + "+00:00" : text;
    }

    /** Writes a time given as days from 1970-01-01 and nanoseconds, which may be more than a day. */
    static String timestamp(long days, long nanos) {
        StringBuilder text = new StringBuilder(29).append(date(days + Math.floorDiv(nanos, NANOS_OF_DAY)));
        appendTime(text.append('T'), Math.floorMod(nanos, NANOS_OF_DAY));
        return text.toString();
    }

    /** Writes a duration of unsigned months, days and milliseconds. */
    static String interval(int months, int days, int millis) {
        long rest = Integer.toUnsignedLong(millis);
        StringBuilder text = new StringBuilder("P")
                .append(Integer.toUnsignedString(months))
                .append('M')
                .append(Integer.toUnsignedString(days))
                .append("DT")
                .append(rest / 1000);
        if (rest % 1000 != 0) {
            text.append('.');
            digits(text, rest % 1000, 3);
        }
        return text.append('S').toString();
    }

    private static void appendTime(StringBuilder text, long nanos) {
        long seconds = nanos / 1_000_000_000;
        digits(text, seconds / 3600, 2);
        digits(text.append(':'), seconds / 60 % 60, 2);
        digits(text.append(':'), seconds % 60, 2);
        long fraction = nanos % 1_000_000_000;
        if (fraction % 1000 != 0) {
            digits(text.append('.'), fraction, 9);
        } else if (fraction != 0) {
            digits(text.append('.'), fraction / 1000, 6);
        }
    }

    private static void digits(StringBuilder text, long value, int count) {
        String digits = Long.toString(value);
        text.append("0".repeat(count - digits.length())).append(digits);
    }
}
