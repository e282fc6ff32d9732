package io.atomflux.value;

import java.util.OptionalLong;

/**
 * A range of positions as Python writes it: {@code start:stop:step}.
 *
 * <p>Negative positions count from the end, stops clip, steps may be negative. Source: "slice objects" in The Python
 * Language Reference, section 3.2.
 *
 * @param start first position; absent means from the first row, or from the last if the step is negative
 * @param stop position before which to stop; absent means to go to the end
 * @param step distance, not 0
 */
public record Slice(OptionalLong start, OptionalLong stop, long step) {

    /** All rows in order. */
    public static final Slice ALL = new Slice(OptionalLong.empty(), OptionalLong.empty(), 1);

    public Slice {
        if (step == 0) {
            throw new IllegalArgumentException("slice step: 0 (expected: any other integer)");
        }
    }

    /** Returns {@code start:stop}. */
    public static Slice of(long start, long stop) {
        return of(start, stop, 1);
    }

    /** Returns {@code start:stop:step}. */
    public static Slice of(long start, long stop, long step) {
        return new Slice(OptionalLong.of(start), OptionalLong.of(stop), step);
    }

    /** Returns {@code start:}. */
    public static Slice from(long start) {
        return new Slice(OptionalLong.of(start), OptionalLong.empty(), 1);
    }

    /** Returns {@code :stop}. */
    public static Slice to(long stop) {
        return new Slice(OptionalLong.empty(), OptionalLong.of(stop), 1);
    }

    /**
     * Reads {@code start:stop} or {@code start:stop:step}; each part may be missing.
     *
     * @throws IllegalArgumentException if there is no colon, a part is not an integer, or there are more than three
     */
    public static Slice parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3) {
            throw bad(text);
        }
        OptionalLong step = parts.length == 3 ? part(parts[2], text) : OptionalLong.empty();
        return new Slice(part(parts[0], text), part(parts[1], text), step.orElse(1));
    }

    private static OptionalLong part(String part, String text) {
        String number = part.strip();
        try {
            return number.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(number));
        } catch (NumberFormatException e) {
            throw bad(text);
        }
    }

    private static IllegalArgumentException bad(String text) {
        return new IllegalArgumentException(
                "slice: \"%s\" (expected: start:stop or start:stop:step, e.g. \"::10\" or \"-100:\")".formatted(text));
    }

    /** Returns the first position, clipped, for so many rows; meaningless if {@link #count} is 0. */
    public long first(long size) {
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? size : size - 1;
        return start.isPresent() ? clip(start.getAsLong(), size, low, high) : step > 0 ? low : high;
    }

    /** Returns how many positions there are for so many rows. */
    public long count(long size) {
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? size : size - 1;
        long begin = first(size);
        long end = stop.isPresent() ? clip(stop.getAsLong(), size, low, high) : step > 0 ? high : low;
        if (step > 0) {
            return begin < end ? (end - begin - 1) / step + 1 : 0;
        }
        return begin > end ? (begin - end - 1) / (step == Long.MIN_VALUE ? Long.MAX_VALUE : -step) + 1 : 0;
    }

    private static long clip(long position, long size, long low, long high) {
        long absolute = position < 0 ? position + size : position;
        return Math.max(low, Math.min(high, absolute));
    }

    /** Writes the slice as Python does. */
    @Override
    public String toString() {
        return (start.isPresent() ? start.getAsLong() : "")
                + ":"
                + (stop.isPresent() ? stop.getAsLong() : "")
                + (step == 1 ? "" : ":" + step);
    }
}
