package io.atomflux.artifact.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Seeded values of the closed set. */
final class RandomValues {

    static final List<DType> DTYPES = List.of(
            DType.BOOL,
            DType.INT8,
            DType.INT16,
            DType.INT32,
            DType.INT64,
            DType.UINT8,
            DType.UINT16,
            DType.UINT32,
            DType.UINT64,
            DType.FLOAT16,
            DType.FLOAT32,
            DType.FLOAT64,
            DType.COMPLEX64,
            DType.COMPLEX128,
            DType.of(">f8"),
            DType.of(">i4"),
            DType.of("|S5"),
            DType.of("<U3"),
            DType.of(">U2"),
            DType.of("|V6"),
            DType.structured(List.of(
                    new DType.Field("a", DType.FLOAT64, List.of()),
                    new DType.Field("it's a \\ \u20ac", DType.of(">i2"), List.of(2, 3)),
                    new DType.Field(
                            "inner",
                            DType.structured(List.of(new DType.Field("x", DType.of("<U2"), List.of()))),
                            List.of()))));

    private final Random random;

    RandomValues(long seed) {
        this.random = new Random(seed);
    }

    NdArray array(DType dtype) {
        int[] shape = new int[random.nextInt(4)];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = random.nextInt(5);
        }
        return array(dtype, shape);
    }

    NdArray array(DType dtype, int... shape) {
        NdArray zeros = NdArray.zeros(dtype, shape);
        byte[] bytes = new byte[zeros.byteSize()];
        random.nextBytes(bytes);
        if (dtype.kind() == DType.Kind.UNICODE || dtype.kind() == DType.Kind.BOOL) {
            for (int i = 0; i < bytes.length; i++) {
                int low = dtype.isBigEndian() ? 3 : 0;
                bytes[i] = (byte) (dtype.kind() == DType.Kind.BOOL ? i & 1 : i % 4 == low ? 'a' + i % 20 : 0);
            }
        }
        return NdArray.wrap(dtype, shape, bytes, 0);
    }

    NdArray array() {
        return array(DTYPES.get(random.nextInt(DTYPES.size())));
    }

    Bytes bytes() {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(6);
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(List.of((int) 'a', (int) '$', (int) '"', 0, 0xe9, 0x20ac, 0x1f600, (int) '\\')
                    .get(random.nextInt(8)));
        }
        return text.toString();
    }

    double number() {
        return switch (random.nextInt(6)) {
            case 0 -> -0.0;
            case 1 -> Double.MIN_VALUE;
            case 2 -> Double.MAX_VALUE;
            case 3 -> random.nextInt(100);
            default -> {
                double any = Double.longBitsToDouble(random.nextLong());
                yield Double.isFinite(any) ? any : 0.1;
            }
        };
    }

    Object integer() {
        return switch (random.nextInt(4)) {
            case 0 -> Long.MIN_VALUE;
            case 1 -> BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
            default -> random.nextLong();
        };
    }

    /** Makes what JSON has. */
    Object plain(int depth) {
        return switch (random.nextInt(depth > 4 ? 4 : 7)) {
            case 0 -> random.nextBoolean();
            case 1 -> integer();
            case 2 -> number();
            case 3 -> text();
            case 4, 5 -> map(depth, true);
            default -> list(depth, true);
        };
    }

    /** Makes any value of the closed set. */
    Object any(int depth) {
        return switch (random.nextInt(depth > 4 ? 6 : 9)) {
            case 0 -> plain(9);
            case 1 -> random.nextBoolean() ? Double.NaN : Double.NEGATIVE_INFINITY;
            case 2 -> bytes();
            case 3 -> new Complex(number(), Double.NaN);
            case 4 -> array();
            case 5 ->
                NdScalar.of(
                        array(DTYPES.get(random.nextInt(14))).rank() == 0
                                ? NdArray.of(new float[] {1.5f})
                                : array(DTYPES.get(random.nextInt(14)), 1));
            case 6, 7 -> map(depth, false);
            default -> list(depth, false);
        };
    }

    private Map<String, Object> map(int depth, boolean plain) {
        Map<String, Object> map = new LinkedHashMap<>();
        int size = random.nextInt(5);
        for (int i = 0; i < size; i++) {
            map.put(text() + i, random.nextInt(8) == 0 ? null : plain ? plain(depth + 1) : any(depth + 1));
        }
        return map;
    }

    private List<Object> list(int depth, boolean plain) {
        List<Object> list = new ArrayList<>();
        int size = random.nextInt(5);
        for (int i = 0; i < size; i++) {
            list.add(random.nextInt(8) == 0 ? null : plain ? plain(depth + 1) : any(depth + 1));
        }
        return list;
    }
}
