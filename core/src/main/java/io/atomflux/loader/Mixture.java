package io.atomflux.loader;

import io.atomflux.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Several stores whose samples come mixed, each with its share.
 *
 * <pre>{@code
 * Loader train = Loader.over(Mixture.of(molecules, 0.7).and(crystals, 0.3)).seed(7).batch(32);
 * }</pre>
 *
 * <p>The shares are kept at every moment: of the first t samples of an epoch a store gave its share of t, but for less than one
 * sample. For this, shares are rounded to fractions of at most 65536 parts; none is below 1/65536. The samples of each store come in
 * its own shuffled order; a store that is used up is gone through again, in another order.
 *
 * <p>Immutable; every method returns a new mixture.
 */
public final class Mixture {

    static final int MOST_SOURCES = 256;

    private final List<Source> sources;
    private final MixtureEnd end;
    private final long samples;

    /** One of the stores. */
    record Source(Store<?> store, double weight) {
        Source {
            Objects.requireNonNull(store, "store");
            if (!isWeight(weight)) {
                throw new IllegalArgumentException("weight: %s (expected: 1e-12 to 1e12)".formatted(weight));
            }
        }
    }

    private Mixture(List<Source> sources, MixtureEnd end, long samples) {
        this.sources = List.copyOf(sources);
        this.end = end;
        this.samples = samples;
    }

    /** Tells whether a number can be a weight; sums of such are exact enough. */
    static boolean isWeight(double weight) {
        return weight >= 1e-12 && weight <= 1e12;
    }

    /**
     * Begins a mixture with a store.
     *
     * @param weight its share, beside the weights of the others; they need not add up to 1
     * @throws IllegalArgumentException if the weight is not from 1e-12 to 1e12
     */
    public static Mixture of(Store<?> store, double weight) {
        return new Mixture(List.of(new Source(store, weight)), MixtureEnd.FIRST_ENDS, 0);
    }

    /**
     * Adds a store; the same store may come twice.
     *
     * @param weight its share, beside the weights of the others
     * @throws IllegalArgumentException if the weight is not from 1e-12 to 1e12, or there are 256 stores already
     */
    public Mixture and(Store<?> store, double weight) {
        List<Source> more = new ArrayList<>(sources);
        more.add(new Source(store, weight));
        if (more.size() > MOST_SOURCES) {
            throw new IllegalArgumentException("stores of a mixture: %d (expected: at most %d); concatenate some"
                    .formatted(more.size(), MOST_SOURCES));
        }
        return new Mixture(more, end, samples);
    }

    /**
     * Lets an epoch end before the first sample that would come a second time; so it is until something else is said. An epoch with an
     * empty store has no samples.
     */
    public Mixture untilFirstEnds() {
        return new Mixture(sources, MixtureEnd.FIRST_ENDS, 0);
    }

    /**
     * Lets an epoch end when every sample of each store has come; samples of the others have come several times then. Empty stores
     * are left out, the others share what would be theirs.
     */
    public Mixture untilAllSeen() {
        return new Mixture(sources, MixtureEnd.ALL_SEEN, 0);
    }

    /**
     * Gives every epoch a number of samples, be they repeated or not. Empty stores are left out, the others share what would be
     * theirs; if all are empty, so is the epoch.
     *
     * @param count how many, at least 1
     * @throws IllegalArgumentException if there are fewer
     */
    public Mixture samples(long count) {
        if (count < 1 || count > Permutation.MOST) {
            throw new IllegalArgumentException("samples: %d (expected: 1 to 2^62)".formatted(count));
        }
        return new Mixture(sources, MixtureEnd.COUNT, count);
    }

    List<Source> sources() {
        return sources;
    }

    MixtureEnd end() {
        return end;
    }

    /** Returns how many samples an epoch has if it ends by their number; else 0. */
    long count() {
        return samples;
    }
}
