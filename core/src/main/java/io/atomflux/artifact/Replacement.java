package io.atomflux.artifact;

import java.util.Comparator;

/** Which of two objects that are the same thing is kept. */
@FunctionalInterface
public interface Replacement<T> {

    /** Decides; both objects are valid and of one identity. */
    Choice choose(T existing, T candidate);

    /** A decision. */
    enum Choice {
        /** What is there stays. */
        KEEP,
        /** The new one takes its place, under the same key. */
        REPLACE,
        /** Neither: the put fails with {@link io.atomflux.error.ArtifactConflictException}. */
        INCOMPATIBLE
    }

    /** What is there stays. */
    static <T> Replacement<T> keepFirst() {
        return (existing, candidate) -> Choice.KEEP;
    }

    /** The new one always takes its place. */
    static <T> Replacement<T> keepLast() {
        return (existing, candidate) -> Choice.REPLACE;
    }

    /** The better one is kept; of two equally good ones the one that is there. The comparator puts the better one first. */
    static <T> Replacement<T> keepBest(Comparator<? super T> betterFirst) {
        return (existing, candidate) -> betterFirst.compare(candidate, existing) < 0 ? Choice.REPLACE : Choice.KEEP;
    }
}
