package io.atomflux.recorder;

import java.util.List;

/**
 * Which elements of an array are wanted.
 *
 * @param axes what of each axis; the last one is time
 */
record Part(List<Axis> axes) {

    /**
     * What is wanted of an axis.
     *
     * @param start the first element
     * @param step from one to the next
     * @param count how many
     * @param dropped whether the result lacks this axis, which then has one element
     */
    record Axis(long start, long step, long count, boolean dropped) {

        /** Returns where one of the wanted elements is. */
        long at(long ordinal) {
            return start + ordinal * step;
        }

        /** Returns the wanted element that lies first. */
        long least() {
            return step > 0 ? start : at(count - 1);
        }

        /** Returns the wanted element that lies last. */
        long greatest() {
            return step > 0 ? at(count - 1) : start;
        }
    }

    Part {
        axes = List.copyOf(axes);
    }

    Axis time() {
        return axes.get(axes.size() - 1);
    }

    List<Axis> frame() {
        return axes.subList(0, axes.size() - 1);
    }

    /** Returns the number of elements, or the largest long if there are more. */
    long size() {
        if (axes.stream().anyMatch(axis -> axis.count() == 0)) {
            return 0;
        }
        long size = 1;
        for (Axis axis : axes) {
            size = axis.count() > Long.MAX_VALUE / size ? Long.MAX_VALUE : size * axis.count();
        }
        return size;
    }

    /**
     * Returns the shape of the result.
     *
     * @throws ArithmeticException if an axis is longer than an array's can be
     */
    int[] shape() {
        return axes.stream()
                .filter(axis -> !axis.dropped())
                .mapToInt(axis -> Math.toIntExact(axis.count()))
                .toArray();
    }
}
