package io.atomflux.artifact.evaluator;

import java.util.List;

/**
 * The mean of an observable.
 *
 * @param value a number
 * @param error its standard error, in any unit of the same dimension
 * @param gradients numbers
 */
public record Observable(Quantity value, Quantity error, List<ParameterGradient> gradients) {

    public Observable {
        gradients = List.copyOf(gradients);
        if (value.isArray()
                || error.isArray()
                || gradients.stream().anyMatch(gradient -> gradient.value().isArray())) {
            throw new IllegalArgumentException(
                    "observable: an array in %s ± %s (expected: numbers; arrays belong in an ObservableArray)"
                            .formatted(value, error));
        }
    }

    /** Makes one without gradients. */
    public static Observable of(Quantity value, Quantity error) {
        return new Observable(value, error, List.of());
    }
}
