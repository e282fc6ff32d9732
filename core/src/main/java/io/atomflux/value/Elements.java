package io.atomflux.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads and writes single array elements of any type and byte order. */
final class Elements {

    private static final VarHandle L2 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle L4 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle L8 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Elements() {}

    private static short bits2(DType type, byte[] data, int at) {
        short bits = (short) L2.get(data, at);
        return type.isBigEndian() ? Short.reverseBytes(bits) : bits;
    }

    private static int bits4(DType type, byte[] data, int at) {
        int bits = (int) L4.get(data, at);
        return type.isBigEndian() ? Integer.reverseBytes(bits) : bits;
    }

    private static long bits8(DType type, byte[] data, int at) {
        long bits = (long) L8.get(data, at);
        return type.isBigEndian() ? Long.reverseBytes(bits) : bits;
    }

    static double real(DType type, byte[] data, int at) {
        return switch (type.kind()) {
            case FLOAT ->
                switch (type.itemSize()) {
                    case 2 -> half(bits2(type, data, at));
                    case 4 -> Float.intBitsToFloat(bits4(type, data, at));
                    default -> Double.longBitsToDouble(bits8(type, data, at));
                };
            case UINT -> {
                long bits = integer(type, data, at);
                yield bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
            }
            case BOOL, INT -> integer(type, data, at);
            case COMPLEX, BYTES, UNICODE, STRUCT -> throw notA("real numbers", type);
        };
    }

    /** Converts elements as {@link NdArray#copyTo(DType, byte[], int)} does. */
    static void convert(DType type, byte[] data, int from, DType to, byte[] target, int at, int count) {
        if (type.equals(to)) {
            System.arraycopy(data, from, target, at, count * to.itemSize());
        } else if (type.kind() == DType.Kind.COMPLEX && to.kind() == DType.Kind.COMPLEX) {
            convert(part(type), data, from, part(to), target, at, 2 * count);
        } else if (type.isReal()) {
            convertReal(type, data, from, to, target, at, count);
        } else if (type.kind() == to.kind() && type.itemSize() <= to.itemSize() && type.kind() != DType.Kind.STRUCT) {
            for (int i = 0; i < count; i++) {
                lengthen(type, data, from + i * type.itemSize(), to, target, at + i * to.itemSize());
            }
        } else {
            throw notA("elements that become " + to, type);
        }
    }

    /** Converts real elements; the usual pairs in loops of their own, since whole data sets go through here. */
    static void convertReal(DType type, byte[] data, int from, DType to, byte[] target, int at, int count) {
        if (type == DType.FLOAT64 && to == DType.FLOAT32) {
            for (int i = 0; i < count; i++) {
                double value = Double.longBitsToDouble((long) L8.get(data, from + i * 8));
                L4.set(target, at + i * 4, Float.floatToRawIntBits((float) value));
            }
        } else if (type == DType.FLOAT32 && to == DType.FLOAT64) {
            for (int i = 0; i < count; i++) {
                double value = Float.intBitsToFloat((int) L4.get(data, from + i * 4));
                L8.set(target, at + i * 8, Double.doubleToRawLongBits(value));
            }
        } else if (type == DType.INT32 && to == DType.INT64) {
            for (int i = 0; i < count; i++) {
                L8.set(target, at + i * 8, (long) (int) L4.get(data, from + i * 4));
            }
        } else {
            convertEach(type, data, from, to, target, at, count);
        }
    }

    private static void convertEach(DType type, byte[] data, int from, DType to, byte[] target, int at, int count) {
        boolean exact = (to.kind() == DType.Kind.INT || to.kind() == DType.Kind.UINT)
                && type.isReal()
                && type.kind() != DType.Kind.FLOAT;
        for (int i = 0; i < count; i++) {
            int first = from + i * type.itemSize();
            int place = at + i * to.itemSize();
            if (exact) {
                putInteger(to, target, place, integer(type, data, first));
            } else {
                putReal(to, target, place, real(type, data, first));
            }
        }
    }

    private static DType part(DType complex) {
        return DType.of((complex.isBigEndian() ? ">f" : "<f") + complex.itemSize() / 2);
    }

    private static void lengthen(DType type, byte[] data, int from, DType to, byte[] target, int at) {
        if (type.kind() == DType.Kind.BYTES || type.isBigEndian() == to.isBigEndian()) {
            System.arraycopy(data, from, target, at, type.itemSize());
        } else {
            for (int i = 0; i < type.itemSize(); i += 4) {
                put4(to, target, at + i, bits4(type, data, from + i));
            }
        }
        Arrays.fill(target, at + type.itemSize(), at + to.itemSize(), (byte) 0);
    }

    static long integer(DType type, byte[] data, int at) {
        return switch (type.kind()) {
            case BOOL -> data[at] == 0 ? 0 : 1;
            case INT ->
                switch (type.itemSize()) {
                    case 1 -> data[at];
                    case 2 -> bits2(type, data, at);
                    case 4 -> bits4(type, data, at);
                    default -> bits8(type, data, at);
                };
            case UINT ->
                switch (type.itemSize()) {
                    case 1 -> data[at] & 0xffL;
                    case 2 -> bits2(type, data, at) & 0xffffL;
                    case 4 -> bits4(type, data, at) & 0xffffffffL;
                    default -> bits8(type, data, at);
                };
            case FLOAT, COMPLEX, BYTES, UNICODE, STRUCT -> throw notA("integers", type);
        };
    }

    static Complex complex(DType type, byte[] data, int at) {
        return type.itemSize() == 8
                ? new Complex(
                        Float.intBitsToFloat(bits4(type, data, at)), Float.intBitsToFloat(bits4(type, data, at + 4)))
                : new Complex(
                        Double.longBitsToDouble(bits8(type, data, at)),
                        Double.longBitsToDouble(bits8(type, data, at + 8)));
    }

    static Bytes bytes(DType type, byte[] data, int at) {
        int end = at + type.itemSize();
        while (end > at && data[end - 1] == 0) {
            end--;
        }
        return Bytes.wrap(Arrays.copyOfRange(data, at, end));
    }

    static String text(DType type, byte[] data, int at) {
        StringBuilder text = new StringBuilder();
        int end = at + type.itemSize();
        while (end > at && bits4(type, data, end - 4) == 0) {
            end -= 4;
        }
        for (int i = at; i < end; i += 4) {
            int point = bits4(type, data, i);
            text.appendCodePoint(Character.isValidCodePoint(point) ? point : 0xfffd);
        }
        return text.toString();
    }

    static void putReal(DType type, byte[] data, int at, double value) {
        switch (type.kind()) {
            case FLOAT -> {
                switch (type.itemSize()) {
                    case 2 -> put2(type, data, at, toHalf(toOdd(value)));
                    case 4 -> put4(type, data, at, Float.floatToRawIntBits((float) value));
                    default -> put8(type, data, at, Double.doubleToRawLongBits(value));
                }
            }
            case BOOL -> data[at] = (byte) (value != 0 ? 1 : 0);
            case INT -> putInteger(type, data, at, (long) value);
            case UINT ->
                putInteger(type, data, at, value < 0x1p63 ? (long) value : (long) (value - 0x1p63) ^ Long.MIN_VALUE);
            case COMPLEX, BYTES, UNICODE, STRUCT -> throw notA("real numbers", type);
        }
    }

    static void putInteger(DType type, byte[] data, int at, long value) {
        switch (type.itemSize()) {
            case 1 -> data[at] = (byte) value;
            case 2 -> put2(type, data, at, (short) value);
            case 4 -> put4(type, data, at, (int) value);
            default -> put8(type, data, at, value);
        }
    }

    private static void put2(DType type, byte[] data, int at, short bits) {
        L2.set(data, at, type.isBigEndian() ? Short.reverseBytes(bits) : bits);
    }

    private static void put4(DType type, byte[] data, int at, int bits) {
        L4.set(data, at, type.isBigEndian() ? Integer.reverseBytes(bits) : bits);
    }

    private static void put8(DType type, byte[] data, int at, long bits) {
        L8.set(data, at, type.isBigEndian() ? Long.reverseBytes(bits) : bits);
    }

    /** IEEE 754 binary16 to binary32; {@code Float.float16ToFloat} needs Java 20. */
    private static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float tiny = fraction * 0x1p-24f;
            return sign == 0 ? tiny : -tiny;
        }
        int rebased = exponent == 0x1f ? 0xff : exponent + 112;
        return Float.intBitsToFloat(sign | rebased << 23 | fraction << 13);
    }

    /** Rounds to the float whose last bit tells that something was lost, so that rounding it again rounds but once. */
    private static float toOdd(double value) {
        float near = (float) value;
        if (near == value || Double.isNaN(value)) {
            return near;
        }
        int bits = Float.floatToRawIntBits(near);
        int towardsZero = Math.abs((double) near) > Math.abs(value) ? bits - 1 : bits;
        return Float.intBitsToFloat(towardsZero | 1);
    }

    /** IEEE 754 binary32 to binary16, rounding half to even. */
    private static short toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= 65520f) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x1p-14f) {
            return (short) (sign | (int) Math.rint(magnitude * 0x1p24));
        }
        int rounded = (bits & 0x7fffffff) + 0xfff + (bits >>> 13 & 1);
        return (short) (sign | (rounded >>> 13) - (112 << 10));
    }

    private static IllegalStateException notA(String wanted, DType type) {
        return new IllegalStateException("array of %s (expected: %s)".formatted(type, wanted));
    }
}
