package io.atomflux.hub;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import java.util.Optional;

/**
 * The positions of a stream in the order it reads them: listed ones, or from a start on in even steps to wherever the rows
 * end.
 */
final class Course {

    /** Two sizes that no dataset has: what is the same for both does not depend on the size. */
    private static final long HUGE = 1L << 60;

    private static final long HUGER = 1L << 61;
    private static final long MOST_COMPARED = 1_000_000;

    private final Optional<Positions> listed;
    private final long start;
    private final long step;
    private final boolean ascending;

    private Course(Optional<Positions> listed, long start, long step) {
        this.listed = listed;
        this.start = start;
        this.step = step;
        this.ascending = listed.map(Course::isAscending).orElse(true);
    }

    /** Returns a course of known positions. */
    static Course of(Positions positions) {
        return new Course(Optional.of(positions), 0, 1);
    }

    /** Returns the course of a selection that goes on to the end, wherever that is; empty if the size matters. */
    static Optional<Course> endless(Selection selection, String store) {
        try {
            Positions huge = selection.resolve(HUGE, store);
            Positions huger = selection.resolve(HUGER, store);
            if (huge.count() < HUGE >> 20 || huger.count() < HUGE >> 20) {
                return Optional.empty();
            }
            long start = huge.at(0);
            long step = huge.at(1) - start;
            boolean same = huger.at(0) == start && huger.at(1) - start == step && step > 0;
            return same && reachesEnd(huge.count(), start, step, HUGE) && reachesEnd(huger.count(), start, step, HUGER)
                    ? Optional.of(new Course(Optional.empty(), start, step))
                    : Optional.empty();
        } catch (RowOutOfBoundsException e) {
            return Optional.empty(); // told when the true size is known
        }
    }

    private static boolean reachesEnd(long count, long start, long step, long size) {
        return count == (size - start + step - 1) / step;
    }

    /** Returns the positions of a selection that are the same for every size that has them; empty if the size matters. */
    static Optional<Positions> fixed(Selection selection, String store) {
        try {
            Positions huge = selection.resolve(HUGE, store);
            Positions huger = selection.resolve(HUGER, store);
            if (huge.count() == 0 || huge.count() > MOST_COMPARED || huge.count() != huger.count()) {
                return Optional.empty();
            }
            for (long i = 0; i < huge.count(); i++) {
                if (huge.at(i) != huger.at(i) || huge.at(i) > HUGE >> 1) {
                    return Optional.empty();
                }
            }
            return Optional.of(huge);
        } catch (RowOutOfBoundsException e) {
            return Optional.empty(); // told when the true size is known
        }
    }

    static long largest(Positions positions) {
        long largest = -1;
        for (long i = 0; i < positions.count(); i++) {
            largest = Math.max(largest, positions.at(i));
        }
        return largest;
    }

    private static boolean isAscending(Positions positions) {
        if (positions.count() > Integer.MAX_VALUE - 8) {
            return positions.at(1) > positions.at(0); // even steps
        }
        for (long i = 1; i < positions.count(); i++) {
            if (positions.at(i) <= positions.at(i - 1)) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether each position is behind the one before. */
    boolean isAscending() {
        return ascending;
    }

    /** Tells whether there is a position of this ordinal, as far as can be said without knowing where the rows end. */
    boolean has(long ordinal) {
        return listed.isEmpty() || ordinal < listed.get().count();
    }

    long at(long ordinal) {
        return listed.isPresent() ? listed.get().at(ordinal) : start + ordinal * step;
    }

    /** Returns ordinals as positions. */
    Positions part(long from, long to) {
        return listed.isPresent()
                ? listed.get().part(from, to)
                : Positions.progression(start + from * step, step, to - from);
    }

    /** Returns the first ordinal, from one on, whose position is not before a position; of an ascending course. */
    long ordinalFrom(long from, long position) {
        if (listed.isEmpty()) {
            return Math.max(from, position <= start ? 0 : (position - start + step - 1) / step);
        }
        long low = from;
        long high = listed.get().count();
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (listed.get().at(middle) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
