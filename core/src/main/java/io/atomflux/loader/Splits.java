package io.atomflux.loader;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Divides the rows of a store into parts of which no two share a row, e.g. for training, validation and testing.
 *
 * <pre>{@code
 * Splits splits = Splits.of("train", 0.8, "validation", 0.1, "test", 0.1);
 * Loader train = Loader.over(store).split(splits, "train");
 * }</pre>
 *
 * <p>Rows are divided at random, by a seed of its own and not that of the shuffling, in windows of 1000 neighbouring ones: of
 * each window a part has its fraction, exact but for rounding; the last, shorter window is rounded by itself. Together the parts are all
 * rows if the fractions add up to 1; else some rows are in no part. Within a part rows are in ascending order, until they are shuffled.
 *
 * <p>Adding rows at the end of a store leaves every row of the windows that are whole in its part; of those in the last window, few
 * rows may change. Inserting or deleting rows divides all anew.
 *
 * <p>Immutable.
 */
public final class Splits {

    private static final double LEAST = 0.001; // one row of a window
    private static final double DECIMALS = 1e12; // so that 1 - 0.7 is 0.3

    private final Map<String, Part> parts;

    /** One part: its bounds within each window, from 0 to 1, and the seed of the division. */
    record Part(double from, double to, long seed) {

        static final Part ALL = new Part(0, 1, 0);
    }

    private Splits(Map<String, Part> parts) {
        this.parts = parts;
    }

    /**
     * Divides into two parts.
     *
     * @param fraction of the rows, 0.001 to 1
     * @throws IllegalArgumentException if a fraction is out of range, both names are equal, or the fractions add up to more than 1
     */
    public static Splits of(String name, double fraction, String second, double secondFraction) {
        return of(List.of(name, second), fraction, secondFraction);
    }

    /** Divides into three parts; see {@link #of(String, double, String, double)}. */
    public static Splits of(
            String name, double fraction, String second, double secondFraction, String third, double thirdFraction) {
        return of(List.of(name, second, third), fraction, secondFraction, thirdFraction);
    }

    /** Divides into parts, in the order of the map; see {@link #of(String, double, String, double)}. */
    public static Splits of(LinkedHashMap<String, Double> fractions) {
        return of(
                List.copyOf(fractions.keySet()),
                fractions.values().stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static Splits of(List<String> names, double... fractions) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("parts: none (expected: at least one)");
        }
        Map<String, Part> parts = new LinkedHashMap<>();
        double from = 0;
        double sum = 0;
        for (int i = 0; i < fractions.length; i++) {
            sum += fraction(names.get(i), fractions[i]);
            if (sum > 1 + 1 / DECIMALS) {
                throw new IllegalArgumentException(
                        "fractions up to part \"%s\": %s together (expected: at most 1)".formatted(names.get(i), sum));
            }
            double to = rounded(sum);
            if (parts.put(names.get(i), new Part(from, to, 0)) != null) {
                throw new IllegalArgumentException("part \"%s\" twice (expected: once)".formatted(names.get(i)));
            }
            from = to;
        }
        return new Splits(parts);
    }

    private static double fraction(String name, double fraction) {
        if (!(fraction >= LEAST - 1 / DECIMALS && fraction <= 1)) {
            throw new IllegalArgumentException(
                    "fraction of part \"%s\": %s (expected: 0.001 to 1)".formatted(name, fraction));
        }
        return fraction;
    }

    private static double rounded(double bound) {
        return Math.min(1, Math.rint(bound * DECIMALS) / DECIMALS);
    }

    /**
     * Returns the first rows of every window for {@code train}, the last ones for {@code validation}, so that both share none if
     * their fractions add up to 1.
     *
     * @throws IllegalArgumentException if it has another name, or the fraction is out of range
     */
    static Part named(String name, double fraction) {
        return switch (name) {
            case "train" -> new Part(0, rounded(fraction(name, fraction)), 0);
            case "validation" -> new Part(rounded(1 - fraction(name, fraction)), 1, 0);
            default ->
                throw new IllegalArgumentException(
                        "part \"%s\" (expected: \"train\" or \"validation\"); name others by Splits.of"
                                .formatted(name));
        };
    }

    /** Returns the same fractions with other rows in them; the seed is 0 until it is given. */
    public Splits seed(long seed) {
        Map<String, Part> others = new LinkedHashMap<>();
        parts.forEach((name, part) -> others.put(name, new Part(part.from, part.to, seed)));
        return new Splits(others);
    }

    /** Returns the names of the parts, in their order. */
    public List<String> names() {
        return List.copyOf(parts.keySet());
    }

    /**
     * Returns one part.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    Part part(String name) {
        Part part = parts.get(Objects.requireNonNull(name, "name"));
        if (part == null) {
            throw new IllegalArgumentException("part \"%s\" (expected: one of %s)".formatted(name, parts.keySet()));
        }
        return part;
    }
}
