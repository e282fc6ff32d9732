package io.atomflux.statistics;

import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the values of one key look like.
 *
 * <p>Numbers are integers, floats and booleans (false is 0, true is 1), alone, in an array of any shape or in a list of
 * numbers; integers beyond 2^53 are rounded. Values of other kinds are counted only.
 *
 * @param rows rows that have numbers under this key
 * @param missing written rows without this key
 * @param nulls rows with a stored null
 * @param others rows whose value is no number: texts, bytes, complex numbers, records, maps, lists of such
 * @param types what the values are, as schemas name it, e.g. {@code float64}, {@code str}
 * @param values all elements of all arrays together
 * @param componentShape shape of one vector or tensor, e.g. {@code [3]} of forces, {@code [3, 3]} of a cell; empty if the
 *     values have no components
 * @param components moments of each component, row-major; where all shapes are equal and of 2 to 9 elements, those of the
 *     whole value; where each atom (or entry of the first axis) has such a shape, those of one entry
 * @param lengths lengths of the first axis of arrays and lists, e.g. the numbers of atoms; its count is 0 for plain numbers
 */
public record KeyStatistics(
        long rows,
        long missing,
        long nulls,
        long others,
        SortedSet<String> types,
        Distribution values,
        List<Integer> componentShape,
        List<Moments> components,
        Moments lengths) {

    public KeyStatistics {
        types = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(types));
        Objects.requireNonNull(values, "values");
        componentShape = List.copyOf(componentShape);
        components = List.copyOf(components);
        Objects.requireNonNull(lengths, "lengths");
    }
}
