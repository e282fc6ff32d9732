package io.atomflux.testkit.net;

import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which requests a fault hits; immutable, each method returns a narrower one.
 *
 * <p>First a request must match, then it is counted: {@code When.nth(3).command("EVALSHA")} is the third script call,
 * not a script call that happens to be the third request.
 */
public final class When {

    private final Predicate<Request> matches;
    private final long skipped;
    private final long times;
    private final double probability;

    private When(Predicate<Request> matches, long skipped, long times, double probability) {
        this.matches = matches;
        this.skipped = skipped;
        this.times = times;
        this.probability = probability;
    }

    /** Every request. */
    public static When always() {
        return new When(request -> true, 0, Long.MAX_VALUE, 1);
    }

    /** The next request. */
    public static When next() {
        return nth(1);
    }

    /** The n-th request from now, 1 being the next. */
    public static When nth(long n) {
        if (n < 1) {
            throw new IllegalArgumentException("n: %d (expected: at least 1)".formatted(n));
        }
        return new When(request -> true, n - 1, 1, 1);
    }

    /**
     * Each request with a probability, drawn from the seed of the proxy.
     *
     * @param p from 0 to 1
     */
    public static When withProbability(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("p: %s (expected: 0 to 1)".formatted(p));
        }
        return new When(request -> true, 0, Long.MAX_VALUE, p);
    }

    /** Only requests that match. */
    public When matching(Predicate<Request> wanted) {
        Objects.requireNonNull(wanted, "wanted");
        return new When(matches.and(wanted), skipped, times, probability);
    }

    /** Only these commands, written as {@link Request#command} gives them. */
    public When command(String... names) {
        Set<String> wanted = Set.of(names);
        return matching(request -> wanted.contains(request.command()));
    }

    /** At most so many requests. */
    public When times(long n) {
        if (n < 1) {
            throw new IllegalArgumentException("n: %d (expected: at least 1)".formatted(n));
        }
        return new When(matches, skipped, n, probability);
    }

    boolean matches(Request request) {
        return matches.test(request);
    }

    long skipped() {
        return skipped;
    }

    long times() {
        return times;
    }

    double probability() {
        return probability;
    }
}
