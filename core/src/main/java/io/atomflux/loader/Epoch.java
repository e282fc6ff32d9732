package io.atomflux.loader;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.SampleFailedException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An epoch that has begun: what decides its order, the order, and where it stands.
 *
 * @param sequence the order of the samples
 * @param state where to begin
 */
record Epoch(Sequence sequence, LoaderState state) {

    EpochPlan plan() {
        return state.plan();
    }

    String store(int source) {
        return plan().sources().get(source).store();
    }

    /**
     * Calls a function of the user for a sample.
     *
     * @throws SampleFailedException if it throws or answers null; what is wrong with the row itself is thrown as it is
     */
    <A, B> B guarded(Fetched sample, String what, A argument, Function<? super A, ? extends @Nullable B> function) {
        B result;
        try {
            result = function.apply(argument);
        } catch (Throwable failure) { // also an error, e.g. of a class that is not there
            if (failure instanceof AtomfluxException problem && WindowReader.isOfRow(failure)) {
                throw problem;
            }
            throw new SampleFailedException(store(sample.source()), sample.position(), what, failure);
        }
        if (result == null) {
            throw new SampleFailedException(
                    store(sample.source()), sample.position(), what, new NullPointerException("it returned null"));
        }
        return result;
    }
}
