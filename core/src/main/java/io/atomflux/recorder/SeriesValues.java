package io.atomflux.recorder;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of one measurement as they come, kept as narrow as the first one allows; an integer that a float follows becomes one. */
final class SeriesValues {

    private final String store;
    private final String name;
    private final int count;
    private long @Nullable [] integers;
    private double @Nullable [] reals;
    private boolean @Nullable [] flags;
    private String @Nullable [] texts;
    private long textBytes;

    SeriesValues(String store, String name, int count) {
        this.store = store;
        this.name = name;
        this.count = count;
    }

    /** Returns an array of one value. */
    static NdArray of(String store, String name, long position, Object value) {
        SeriesValues one = new SeriesValues(store, name, 1);
        one.put(0, position, value);
        return one.array(1);
    }

    void put(int ordinal, long position, Object value) {
        if (value instanceof Boolean flag) {
            expect(integers == null && reals == null && texts == null, position, value);
            flags = flags == null ? new boolean[count] : flags;
            flags[ordinal] = flag;
        } else if (value instanceof String text) {
            expect(integers == null && reals == null && flags == null, position, value);
            texts = texts == null ? new String[count] : texts;
            texts[ordinal] = text;
            bound(text);
        } else if (value instanceof Number number) {
            expect(flags == null && texts == null, position, value);
            put(ordinal, number);
        } else {
            expect(false, position, value);
        }
    }

    private void put(int ordinal, Number number) {
        boolean integer = !(number instanceof Double || number instanceof Float || number instanceof BigInteger);
        double[] floats = reals;
        if (integer && floats == null) {
            integers = integers == null ? new long[count] : integers;
            integers[ordinal] = number.longValue();
            return;
        }
        if (floats == null) {
            long[] before = integers;
            floats = before == null
                    ? new double[count]
                    : Arrays.stream(before).asDoubleStream().toArray();
            reals = floats;
            integers = null;
        }
        floats[ordinal] = number.doubleValue();
    }

    private void expect(boolean fits, long position, Object value) {
        if (!fits) {
            String expected = integers != null || reals != null
                    ? "a number as before"
                    : flags != null
                            ? "a boolean as before"
                            : texts != null ? "a text as before" : "a number, boolean or text";
            throw new ValueTypeException(
                    "sample %d of %s, \"%s\"".formatted(position, store, name),
                    expected,
                    value.getClass().getSimpleName());
        }
    }

    private void bound(String text) {
        textBytes += 48 + text.length();
        long limit = Runtime.getRuntime().maxMemory() / 4;
        if (textBytes > limit) {
            throw new LimitExceededException(
                    "bytes of texts \"%s\" of %s".formatted(name, store),
                    textBytes,
                    limit,
                    "ask for fewer, or read samples()");
        }
    }

    NdArray array(int... shape) {
        NdArray array = integers != null
                ? NdArray.of(integers)
                : flags != null ? NdArray.of(flags) : texts != null ? NdArray.ofTexts(List.of(texts)) : null;
        if (array == null) {
            array = reals == null ? NdArray.zeros(DType.FLOAT64, 0) : NdArray.of(reals);
        }
        return array.reshape(shape);
    }
}
