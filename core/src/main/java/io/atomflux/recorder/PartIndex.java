package io.atomflux.recorder;

import io.atomflux.value.Slice;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of an array as numpy's basic indexing writes it, without new axes.
 *
 * <p>Source: "Basic indexing" and "Dimensional indexing tools" of the NumPy user guide.
 */
final class PartIndex {

    private static final String NUMBER = "([+-]?[0-9]+)";
    private static final Pattern INDEX = Pattern.compile(NUMBER);
    private static final Pattern SLICE = Pattern.compile("%1$s?\\s*:\\s*%1$s?(?:\\s*:\\s*%1$s?)?".formatted(NUMBER));
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    /** An entry: of the three at most one is set, and none is an ellipsis. */
    private record Entry(OptionalLong index, @Nullable Slice slice) {
        boolean isEllipsis() {
            return index.isEmpty() && slice == null;
        }
    }

    private static final Entry WHOLE = new Entry(OptionalLong.empty(), Slice.ALL);

    private final String text;
    private final List<Entry> entries;

    private PartIndex(String text, List<Entry> entries) {
        this.text = text;
        this.entries = entries;
    }

    /**
     * Reads an index.
     *
     * @throws IllegalArgumentException if it is none
     */
    static PartIndex parse(String text) {
        List<Entry> entries = new ArrayList<>();
        String[] parts = text.split(",", -1);
        // as in Python, one comma may stand behind the last entry
        int count = parts.length > 1 && parts[parts.length - 1].isBlank() ? parts.length - 1 : parts.length;
        for (int i = 0; i < count; i++) {
            entries.add(entry(parts[i].strip(), text));
        }
        if (entries.stream().filter(Entry::isEllipsis).count() > 1) {
            throw bad(text, "more than one ...");
        }
        return new PartIndex(text, entries);
    }

    private static Entry entry(String part, String text) {
        if (part.equals("...")) {
            return new Entry(OptionalLong.empty(), null);
        }
        if (INDEX.matcher(part).matches()) {
            return new Entry(number(part), null);
        }
        Matcher slice = SLICE.matcher(part);
        if (!slice.matches()) {
            throw bad(text, "\"" + part + "\"");
        }
        long step = number(slice.group(3)).orElse(1);
        if (step == 0) {
            throw bad(text, "a step of 0");
        }
        return new Entry(OptionalLong.empty(), new Slice(number(slice.group(1)), number(slice.group(2)), step));
    }

    /** Numbers beyond 64 bits are beyond every axis, as are the largest ones. */
    private static OptionalLong number(@Nullable String digits) {
        return digits == null
                ? OptionalLong.empty()
                : OptionalLong.of(new BigInteger(digits).max(LEAST).min(MOST).longValue());
    }

    private static IllegalArgumentException bad(String text, String found) {
        return new IllegalArgumentException(
                "part \"%s\": %s (expected: indices, slices and at most one ..., e.g. \"0, :, -1\" or \"..., ::100\")"
                        .formatted(text, found));
    }

    /**
     * Applies it to an array.
     *
     * @param shape lengths of the axes
     * @param what names the array in errors
     * @throws IndexOutOfBoundsException if an index is not in its axis, or there are more of them than axes
     */
    Part of(List<Long> shape, String what) {
        int named = 0;
        for (Entry entry : entries) {
            named += entry.isEllipsis() ? 0 : 1;
        }
        if (named > shape.size()) {
            throw new IndexOutOfBoundsException(
                    "part \"%s\": %d indices (expected: at most %d, the axes of %s of shape %s)"
                            .formatted(text, named, shape.size(), what, shape));
        }
        List<Entry> all = new ArrayList<>();
        for (Entry entry : entries) {
            for (int i = named; entry.isEllipsis() && i < shape.size(); i++) {
                all.add(WHOLE);
            }
            if (!entry.isEllipsis()) {
                all.add(entry);
            }
        }
        while (all.size() < shape.size()) {
            all.add(WHOLE);
        }
        List<Part.Axis> axes = new ArrayList<>();
        for (int axis = 0; axis < shape.size(); axis++) {
            axes.add(axis(all.get(axis), shape.get(axis), axis, what));
        }
        return new Part(axes);
    }

    private static Part.Axis axis(Entry entry, long length, int axis, String what) {
        Slice slice = entry.slice();
        if (slice != null) {
            long count = slice.count(length);
            return new Part.Axis(count == 0 ? 0 : slice.first(length), count < 2 ? 1 : slice.step(), count, false);
        }
        long index = entry.index().orElseThrow();
        if (index < -length || index >= length) {
            throw new IndexOutOfBoundsException("index %d of axis %d of %s (expected: %d <= index < %d)"
                    .formatted(index, axis, what, -length, length));
        }
        return new Part.Axis(index < 0 ? index + length : index, 1, 1, true);
    }
}
