package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Steps and times of elements: whether two elements were taken at the same ones, and going on with them.
 *
 * <p>Source: "Storage of time-dependent data" of H5MD 1.1: {@code step} and {@code time} are a number, the distance of equally spaced
 * ones with an attribute {@code offset}, or ascending arrays as long as the values.
 */
final class H5mdSteps {

    private static final int AT_ONCE = 8192;

    private H5mdSteps() {}

    /** Tells whether the first values of one element belong to the first values of another, as far as their ends tell. */
    static boolean aligned(Tree tree, H5mdElement one, H5mdElement other) throws IOException {
        ArrayInfo mine = one.step();
        ArrayInfo its = other.step();
        if (mine == null || its == null || mine.path().equals(its.path())) {
            return true;
        }
        long both = Math.min(Math.min(one.frames(), other.frames()), Math.min(told(mine), told(its)));
        return both == 0
                || (at(tree, mine, 0) == at(tree, its, 0) && at(tree, mine, both - 1) == at(tree, its, both - 1));
    }

    /** Returns how many steps an array tells. */
    private static long told(ArrayInfo array) {
        return array.shape().rank() == 0 ? Long.MAX_VALUE : array.shape().at(0);
    }

    /** Returns the step or time of a position. */
    private static double at(Tree tree, ArrayInfo array, long position) throws IOException {
        if (array.shape().rank() == 0) {
            Object offset = tree.attributes(array.path()).get("offset");
            double start = offset instanceof Number number ? number.doubleValue() : 0;
            return start + position * number(tree, array, 0);
        }
        return number(tree, array, position);
    }

    private static double number(Tree tree, ArrayInfo array, long position) throws IOException {
        DType type = array.element().dtype();
        boolean single = array.shape().rank() == 0;
        long length = single ? 1 : array.chunk().at(0);
        Chunk chunk = tree.chunk(array, single ? Shape.of() : Shape.of(position / length));
        int place = (int) (position % length) * type.itemSize();
        return NdArray.wrap(type, new int[] {1}, chunk.bytes(), place).doubleAt(0);
    }

    /**
     * Makes all steps and times as long as there are rows.
     *
     * <p>New ones follow at the last distance, or are those of the leading element where both were equal before; ones that do
     * not ascend (a row that did not say its own) are counted on likewise.
     *
     * @param elements the leading one first
     * @param before the number of rows there were
     * @param frames the number of rows there are
     */
    static void follow(TreeEdit tree, List<H5mdElement> elements, long before, long frames) throws IOException {
        ArrayInfo leadingStep = null;
        ArrayInfo leadingTime = null;
        for (H5mdElement element : elements) {
            if (element.hasSteps()) {
                leadingStep = follow(tree, element.path() + "/step", leadingStep, before, frames);
            }
            if (element.hasTimes()) {
                leadingTime = follow(tree, element.path() + "/time", leadingTime, before, frames);
            }
        }
    }

    private static ArrayInfo follow(TreeEdit tree, String path, @Nullable ArrayInfo leading, long before, long frames)
            throws IOException {
        ArrayInfo array = tree.array(path).orElseThrow(); // anew: a hard link to one that was changed already
        long length = array.shape().at(0);
        if (length > frames) {
            return tree.resize(array, Shape.of(frames));
        }
        boolean led = leading != null
                && length > 0
                && length < frames
                && number(tree, leading, length - 1) == number(tree, array, length - 1);
        if (length < frames) {
            array = tree.resize(array, Shape.of(frames));
        }
        long from = Math.min(length, before);
        ArrayEdit numbers = new ArrayEdit(tree, array, 0);
        for (long start = from; start < frames; start += AT_ONCE) {
            int count = (int) Math.min(AT_ONCE, frames - start);
            NdArray old = read(numbers, Math.max(0, start - 2), start + count);
            NdArray wanted = led
                    ? read(new ArrayEdit(tree, Objects.requireNonNull(leading), 0), start, start + count)
                            .as(array.element().dtype())
                    : continued(old, (int) Math.min(2, start), length - start);
            byte[] bytes = new byte[wanted.byteSize()];
            wanted.copyTo(bytes, 0);
            numbers.write(start, count, bytes, 0);
        }
        numbers.flush();
        return leading == null ? array : leading;
    }

    private static NdArray read(ArrayEdit numbers, long from, long to) throws IOException {
        int count = (int) (to - from);
        return NdArray.wrap(numbers.info().element().dtype(), new int[] {count}, numbers.read(from, count), 0);
    }

    /**
     * Returns numbers that ascend.
     *
     * @param old what is there, with up to two numbers before
     * @param before how many those are
     * @param given how many of the others were written by somebody; they stay if they ascend
     */
    private static NdArray continued(NdArray old, int before, long given) {
        DType type = old.dtype();
        boolean real = type.kind() == DType.Kind.FLOAT;
        double[] reals = real ? old.toDoubleArray() : new double[0];
        long[] integers = real ? new long[0] : old.toLongArray();
        for (int i = before; i < old.size(); i++) {
            boolean stays =
                    i - before < given && (i == 0 || (real ? reals[i] > reals[i - 1] : integers[i] > integers[i - 1]));
            if (stays) {
                continue;
            } else if (real) {
                reals[i] = i == 0 ? 0 : reals[i - 1] + (i == 1 ? 1 : reals[i - 1] - reals[i - 2]);
            } else {
                integers[i] = i == 0 ? 0 : integers[i - 1] + (i == 1 ? 1 : integers[i - 1] - integers[i - 2]);
            }
        }
        return (real ? NdArray.of(reals) : NdArray.of(integers)).as(type).slice(before, old.size());
    }
}
