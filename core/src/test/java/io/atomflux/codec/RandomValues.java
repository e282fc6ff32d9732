package io.atomflux.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Seeded values of every type a store can hold, with the awkward ones more often than chance. */
final class RandomValues {

    private static final String[] NUMBERS = {
        "|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16", ">i2", ">i4",
        ">i8", ">u2", ">u4", ">u8", ">f2", ">f4", ">f8", ">c8", ">c16"
    };
    private static final double[] EDGES = {
        0.0,
        -0.0,
        1.0,
        -1.0,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        Double.MIN_NORMAL,
        1e16,
        1e15,
        123456789012345680.0,
        0.0001,
        0.00001,
        2e-44,
        0.1,
        1e22,
        1e23,
        9007199254740993.0,
        5.684341886080802e-14
    };

    private final Random random;

    RandomValues(long seed) {
        this.random = new Random(seed);
    }

    Row row() {
        Row.Builder row = Row.builder();
        int keys = random.nextInt(6);
        for (int i = 0; i < keys; i++) {
            row.put(text(), value(0));
        }
        return row.build();
    }

    @Nullable
    Object value() {
        return value(0);
    }

    private @Nullable Object value(int depth) {
        switch (random.nextInt(depth > 3 ? 11 : 13)) {
            case 0:
                return null;
            case 1:
                return random.nextBoolean();
            case 2:
            case 3:
                return random.nextLong() >> random.nextInt(64);
            case 4:
                return new BigInteger(64, random).setBit(63);
            case 5:
                return real();
            case 6:
                return text();
            case 7:
                return Bytes.wrap(bytes(random.nextInt(4) == 0 ? random.nextInt(70000) : random.nextInt(300)));
            case 8:
                return new Complex(real(), real());
            case 9:
                return array();
            case 10:
                return NdScalar.of(array(number(), new int[0]));
            case 11:
                List<@Nullable Object> list = new ArrayList<>();
                int size = random.nextInt(random.nextInt(20) == 0 ? 40 : 5);
                for (int i = 0; i < size; i++) {
                    list.add(value(depth + 1));
                }
                return list;
            default:
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                int entries = random.nextInt(random.nextInt(20) == 0 ? 40 : 5);
                for (int i = 0; i < entries; i++) {
                    map.put(text(), value(depth + 1));
                }
                return map;
        }
    }

    double real() {
        return switch (random.nextInt(5)) {
            case 0 -> EDGES[random.nextInt(EDGES.length)];
            case 1 -> random.nextGaussian();
            case 2 -> random.nextInt(2000) / 8.0 - 100;
            case 3 -> Math.scalb(1.0, random.nextInt(2000) - 1000);
            default -> {
                double any = Double.longBitsToDouble(random.nextLong());
                yield Double.isNaN(any) ? 1.5 : any;
            }
        };
    }

    String text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(10) == 0 ? random.nextInt(400) : random.nextInt(8);
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(12)) {
                case 0 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                case 1 -> text.append((char) (0xe000 + random.nextInt(0x2000)));
                case 2 -> text.append((char) (0x80 + random.nextInt(0x700)));
                case 3 -> text.append((char) random.nextInt(0x20));
                case 4 -> text.append("\"\\$\u007f\ufffd".charAt(random.nextInt(5)));
                default -> text.append((char) (' ' + random.nextInt(95)));
            }
        }
        return text.toString();
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private DType number() {
        return DType.of(NUMBERS[random.nextInt(NUMBERS.length)]);
    }

    private DType type(int depth) {
        switch (random.nextInt(8)) {
            case 0:
                return DType.bytes(1 + random.nextInt(6));
            case 1:
                return DType.unicode(1 + random.nextInt(6));
            case 2:
                if (depth < 3) {
                    List<DType.Field> fields = new ArrayList<>();
                    int count = 1 + random.nextInt(4);
                    for (int i = 0; i < count; i++) {
                        List<Integer> shape = switch (random.nextInt(4)) {
                            case 0 -> List.of(2);
                            case 1 -> List.of(2, 3);
                            default -> List.of();
                        };
                        fields.add(new DType.Field("f" + i, type(depth + 1), shape));
                    }
                    return DType.structured(fields);
                }
                return number();
            default:
                return number();
        }
    }

    NdArray array() {
        int[] shape = new int[random.nextInt(4)];
        for (int i = 0; i < shape.length; i++) {
            shape[i] =
                    random.nextInt(6) == 0 ? 0 : random.nextInt(60) == 0 ? random.nextInt(300) : 1 + random.nextInt(4);
        }
        return array(type(0), shape);
    }

    private NdArray array(DType type, int[] shape) {
        int count = 1;
        for (int axis : shape) {
            count *= axis;
        }
        byte[] bytes = bytes(count * type.itemSize());
        tidy(type, bytes, count);
        return NdArray.wrap(type, shape, bytes, 0);
    }

    /** Makes booleans 0 or 1 and texts valid code points, as numpy requires; bits of numbers may be any. */
    private void tidy(DType type, byte[] bytes, int count) {
        int at = 0;
        for (int i = 0; i < count; i++) {
            at = tidy(type, bytes, at, 0);
        }
    }

    private int tidy(DType type, byte[] bytes, int from, int depth) {
        int at = from;
        for (DType.Field field : type.fields()) {
            int count = field.shape().stream().reduce(1, (a, b) -> a * b);
            for (int i = 0; i < count; i++) {
                at = tidy(field.type(), bytes, at, depth + 1);
            }
        }
        if (type.kind() == DType.Kind.BOOL) {
            bytes[from] &= 1;
        } else if (type.kind() == DType.Kind.UNICODE) {
            for (int i = from; i < from + type.itemSize(); i += 4) {
                bytes[i] = (byte) ('a' + random.nextInt(20));
                bytes[i + 1] = (byte) random.nextInt(3);
                bytes[i + 2] = 0;
                bytes[i + 3] = 0;
            }
        }
        return from + type.itemSize();
    }
}
