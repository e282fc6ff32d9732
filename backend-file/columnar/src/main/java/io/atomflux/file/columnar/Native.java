package io.atomflux.file.columnar;

import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stored cells stand for to every reader of the format (asebytes 0.3, "reading a per-frame cell").
 *
 * <p>NaN, arrays of nothing but NaN and empty texts are {@link #ABSENT}. Integers of any size are plain integers and floats
 * plain doubles, as Python hands them out.
 */
final class Native {

    /** Stands for a key that a row has not. */
    static final Object ABSENT = new Object();

    private static final VarHandle F64 = MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Native() {}

    /** Returns what a number stands for. */
    static Object scalar(DType dtype, byte[] bytes, int at) {
        if (dtype.kind() == DType.Kind.FLOAT) {
            double number = dtype.itemSize() == 8
                    ? (double) F64.get(bytes, at)
                    : NdArray.wrap(dtype, new int[0], bytes, at).doubleAt(0);
            return Double.isNaN(number) ? ABSENT : number;
        }
        return number(dtype, bytes, at);
    }

    /** Returns a number, NaN too. */
    static Object number(DType dtype, byte[] bytes, int at) {
        return switch (dtype.kind()) {
            case BOOL -> bytes[at] != 0;
            case INT -> integer(dtype, bytes, at);
            case UINT -> {
                long bits = integer(dtype, bytes, at);
                yield bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
            }
            case FLOAT -> NdArray.wrap(dtype, new int[0], bytes, at).doubleAt(0);
            case COMPLEX -> NdScalar.of(copied(dtype, new int[0], bytes, at));
            case BYTES, UNICODE, STRUCT -> throw new IllegalArgumentException(dtype + " (expected: numbers)");
        };
    }

    /** Returns an integer; one of unsigned 64 bits keeps its bits. */
    static long integer(DType dtype, byte[] bytes, int at) {
        if (dtype.itemSize() == 8) {
            return (long) I64.get(bytes, at);
        } else if (dtype.itemSize() == 4) {
            int bits = (int) I32.get(bytes, at);
            return dtype.kind() == DType.Kind.UINT ? bits & 0xffffffffL : bits;
        }
        return NdArray.wrap(dtype, new int[0], bytes, at).longAt(0);
    }

    /** Copies the bytes of an array. */
    static NdArray copied(DType dtype, int[] shape, byte[] bytes, int at) {
        int size = dtype.itemSize();
        for (int axis : shape) {
            size *= axis;
        }
        return NdArray.wrap(dtype, shape, Arrays.copyOfRange(bytes, at, at + size), 0);
    }

    /** Returns what a text stands for. */
    static @Nullable Object text(String text) {
        if (text.isEmpty()) {
            return ABSENT;
        }
        Object value = PythonJsonReader.read(text);
        return value == null ? ABSENT : value;
    }

    /** Returns what several texts in one cell stand for. */
    static @Nullable Object texts(List<String> texts) {
        List<@Nullable Object> items = new ArrayList<>();
        for (String text : texts) {
            items.add(text.isEmpty() ? null : PythonJsonReader.read(text));
        }
        Object one = items.size() == 1 ? items.get(0) : null;
        return items.size() > 1 ? Collections.unmodifiableList(items) : one == null ? ABSENT : one;
    }

    /** Returns what an array of texts of a fixed length stands for. */
    static @Nullable Object fixedTexts(NdArray array) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            Object text = array.at(i);
            texts.add(
                    text instanceof Bytes bytes
                            ? new String(bytes.toArray(), StandardCharsets.UTF_8)
                            : String.valueOf(text));
        }
        return texts(texts);
    }
}
