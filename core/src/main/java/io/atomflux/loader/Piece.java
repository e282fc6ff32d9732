package io.atomflux.loader;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples that follow each other, or a failure that ends them. The failure is a value because operators that work side by side
 * tell of one at once, and what was read before it would be lost.
 *
 * @param samples in the order of the epoch
 * @param slots how many slots of the epoch they come from, those included that a filter left out
 * @param failure what went wrong after them; null for nothing
 */
record Piece(List<Fetched> samples, int slots, @Nullable Throwable failure) {

    static Piece of(List<Fetched> samples) {
        return new Piece(samples, samples.size(), null);
    }

    static Piece failed(Throwable failure) {
        return new Piece(List.of(), 0, failure);
    }
}
