package io.atomflux.artifact.evaluator;

import io.atomflux.value.NdArray;
import java.util.Arrays;
import java.util.List;

/**
 * An observable along a trajectory.
 *
 * @param value shape {@code (n, k)}, {@code k} being 1 for most; an array of one axis gets the second
 * @param gradients of the same shape
 */
public record ObservableArray(Quantity value, List<ParameterGradient> gradients) {

    public ObservableArray {
        value = matrix(value);
        int[] shape = value.array().shape();
        gradients = gradients.stream()
                .map(gradient -> new ParameterGradient(gradient.key(), matrix(gradient.value())))
                .toList();
        for (ParameterGradient gradient : gradients) {
            if (!gradient.value().array().hasShape(shape)) {
                throw new IllegalArgumentException("gradient by %s: shape %s (expected: that of the values, %s)"
                        .formatted(
                                gradient.key(),
                                Arrays.toString(gradient.value().array().shape()),
                                Arrays.toString(shape)));
            }
        }
    }

    /** Makes one without gradients. */
    public static ObservableArray of(Quantity value) {
        return new ObservableArray(value, List.of());
    }

    private static Quantity matrix(Quantity value) {
        NdArray array = value.array();
        return switch (array.rank()) {
            case 0, 1 -> Quantity.of(array.reshape(array.size(), 1), value.unit());
            case 2 -> value;
            default ->
                throw new IllegalArgumentException(
                        "observable: shape %s (expected: one or two axes)".formatted(Arrays.toString(array.shape())));
        };
    }
}
