package io.atomflux.spi;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.value.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which rows, in which order, as far as can be said without knowing how many there are.
 *
 * <p>A chain of slices and lists, each relative to what the ones before it selected, resolved against the size of the
 * store at one moment.
 */
public final class Selection {

    /** All rows in order. */
    public static final Selection ALL = new Selection(List.of());

    private final List<Object> steps; // each a Slice or a long[]

    private Selection(List<Object> steps) {
        this.steps = steps;
    }

    /** Selects one row; negative indices count from the end. */
    public static Selection at(long index) {
        return ALL.pick(index);
    }

    /** Selects the rows of a slice of what this selects. */
    public Selection slice(Slice slice) {
        return slice.equals(Slice.ALL) ? this : with(slice);
    }

    /** Selects listed rows of what this selects, in the order given; they may repeat, negative ones count from the end. */
    public Selection pick(long... indices) {
        return with(indices.clone());
    }

    private Selection with(Object step) {
        List<Object> longer = new ArrayList<>(steps);
        longer.add(step);
        return new Selection(List.copyOf(longer));
    }

    /** Tells whether this is all rows in order. */
    public boolean isAll() {
        return steps.isEmpty();
    }

    /** Tells whether the positions depend on the size: a negative index, or an end that is open or may clip. */
    public boolean dependsOnSize() {
        if (steps.size() != 1 || !(steps.get(0) instanceof long[] list)) {
            return true;
        }
        return Arrays.stream(list).anyMatch(index -> index < 0);
    }

    /**
     * Finds the positions for a store of so many rows.
     *
     * @param size rows of the store
     * @param store its name for the error, without credentials
     * @throws RowOutOfBoundsException if a listed index is not in the selection it is relative to
     */
    public Positions resolve(long size, String store) {
        Positions selected = Positions.range(0, size);
        for (Object step : steps) {
            selected = step instanceof Slice slice ? sliced(selected, slice) : picked(selected, (long[]) step, store);
        }
        return selected;
    }

    private static Positions sliced(Positions of, Slice slice) {
        long count = slice.count(of.count());
        if (count == 0) {
            return Positions.range(0, 0);
        }
        long first = slice.first(of.count());
        if (of.isRange() || count == 1) {
            return Positions.progression(of.at(first), slice.step(), count);
        }
        if (count > Integer.MAX_VALUE - 8) {
            return Positions.progression(of.at(first), of.at(first + slice.step()) - of.at(first), count);
        }
        long[] list = new long[(int) count];
        boolean even = true;
        for (int i = 0; i < list.length; i++) {
            list[i] = of.at(first + i * slice.step());
            even &= i < 2 || list[i] - list[i - 1] == list[1] - list[0];
        }
        return even && list[1] != list[0]
                ? Positions.progression(list[0], list[1] - list[0], count)
                : Positions.list(list);
    }

    private static Positions picked(Positions of, long[] indices, String store) {
        long[] list = new long[indices.length];
        for (int i = 0; i < list.length; i++) {
            list[i] = of.at(absolute(indices[i], of.count(), store));
        }
        return Positions.list(list);
    }

    /**
     * Turns an index, negative ones counting from the end, into a position.
     *
     * @throws RowOutOfBoundsException if there is no such row
     */
    public static long absolute(long index, long size, String store) {
        long position = index < 0 ? index + size : index;
        if (position < 0 || position >= size) {
            throw new RowOutOfBoundsException(index, size, store);
        }
        return position;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Selection other && toString().equals(other.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("rows");
        for (Object step : steps) {
            if (step instanceof long[] list) {
                text.append(list.length > 16 ? "[" + list.length + " positions]" : Arrays.toString(list));
            } else {
                text.append('[').append(step).append(']');
            }
        }
        return text.toString();
    }
}
