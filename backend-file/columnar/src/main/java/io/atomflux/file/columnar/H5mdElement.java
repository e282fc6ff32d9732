package io.atomflux.file.columnar;

import io.atomflux.error.AtomfluxException;
import io.atomflux.file.columnar.Described.Reading;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One element of an H5MD file: an array over time with its steps and times, or an array that is the same at all times (H5MD
 * 1.1, "Storage of time-dependent and fixed data").
 *
 * @param path of the group or array
 * @param value the array of values; null if it cannot be read
 * @param fixed whether it is the same at all times
 * @param step the steps of an element over time: none, one number (the distance), or as many as there are values
 * @param time the times, alike
 * @param damage why it cannot be read; null if it can
 */
record H5mdElement(
        String path,
        @Nullable ArrayInfo value,
        boolean fixed,
        @Nullable ArrayInfo step,
        @Nullable ArrayInfo time,
        @Nullable AtomfluxException damage) {

    /** Looks for an element; empty if a path has a group of other things, or nothing. */
    static Optional<H5mdElement> at(Tree tree, String path) throws IOException {
        ArrayInfo step = null;
        try {
            Optional<ArrayInfo> alone = tree.array(path);
            if (alone.isPresent()) {
                return Optional.of(new H5mdElement(path, alone.get(), true, null, null, null));
            }
            if (!tree.hasGroup(path) || !tree.names(path).contains("value")) {
                return Optional.empty();
            }
            step = numbers(tree, path + "/step");
            ArrayInfo time = numbers(tree, path + "/time");
            ArrayInfo value = tree.array(path + "/value").orElse(null);
            if (value == null) {
                return Optional.empty();
            }
            return Optional.of(new H5mdElement(path, value, value.shape().rank() == 0, step, time, null));
        } catch (AtomfluxException e) {
            return Optional.of(new H5mdElement(path, null, false, step, null, e));
        }
    }

    private static @Nullable ArrayInfo numbers(Tree tree, String path) throws IOException {
        return tree.array(path)
                .filter(array -> array.shape().rank() <= 1
                        && !array.element().isText()
                        && array.element().dtype().isReal())
                .orElse(null);
    }

    /** Returns the number of times, 0 if it is fixed or cannot be read. */
    long frames() {
        return fixed || value == null ? 0 : value.shape().at(0);
    }

    /** Returns the lengths of one value, without the axis of time. */
    Shape inner() {
        if (value == null) {
            return Shape.of();
        }
        long[] lengths = value.shape().toArray();
        return fixed ? value.shape() : Shape.of(java.util.Arrays.copyOfRange(lengths, 1, lengths.length));
    }

    /** Tells whether each value has its own step written beside it. */
    boolean hasSteps() {
        return step != null && step.shape().rank() == 1;
    }

    /** Tells whether each value has its own time written beside it. */
    boolean hasTimes() {
        return time != null && time.shape().rank() == 1;
    }

    /** Returns the column that this element is. */
    Described.Column column(String key, boolean perAtom, @Nullable Reading reading) {
        return new Described.Column(key, value, perAtom, fixed, reading, true, damage);
    }

    /** Tells what integers stand for, if they are labelled. */
    Map<Long, String> labels() {
        return value == null ? Map.of() : value.labels();
    }
}
