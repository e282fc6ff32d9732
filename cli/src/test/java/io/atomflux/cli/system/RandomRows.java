package io.atomflux.cli.system;

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

/** Seeded rows with values of every kind that a cell can hold, or that asebytes keeps in MongoDB. */
final class RandomRows {

    static final List<String> KEYS = List.of(
            "cell",
            "pbc",
            "arrays.numbers",
            "arrays.positions",
            "calc.energy",
            "info.a.b",
            "info.info.x",
            "info.é",
            "x");
    private static final List<String> TYPES = List.of(
            "|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16", ">i4",
            ">f8");

    private final Random random;
    private final boolean bson;

    RandomRows(Random random, boolean bson) {
        this.random = random;
        this.bson = bson;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    Row row() {
        Row.Builder row = Row.builder();
        int keys = 1 + random.nextInt(KEYS.size() - 1);
        for (int i = 0; i < keys; i++) {
            row.put(one(KEYS), value(0));
        }
        return row.build();
    }

    /** Returns a row, or one that is reserved, or one without keys if the layout tells the two apart. */
    Row any() {
        int kind = random.nextInt(10);
        return kind < 2 ? Row.reserved() : kind == 2 && bson ? Row.builder().build() : row();
    }

    Row small() {
        return Row.of("x", random.nextInt(1_000_000));
    }

    @Nullable
    Object value() {
        return value(0);
    }

    private @Nullable Object value(int depth) {
        int kinds = depth < 3 ? 15 : 12;
        int kind = random.nextInt(kinds);
        while (bson && (kind == 4 || kind == 8 || kind == 9 || depth > 0 && (kind == 10 || kind == 11))) {
            kind = random.nextInt(kinds);
        }
        return switch (kind) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong() >> random.nextInt(64);
            case 3 -> one(List.of(0L, 127L, 128L, -32L, -33L, -129L, 65536L, 1L << 32, Long.MIN_VALUE, Long.MAX_VALUE));
            case 4 -> BigInteger.ONE.shiftLeft(64).subtract(BigInteger.valueOf(1 + random.nextInt(1000)));
            case 5 ->
                one(List.of(
                        0.0, -0.0, 1.5, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, random.nextGaussian()));
            case 6 ->
                one(List.of(
                        "", "train", "é", "a".repeat(32), "水 \uD83D\uDE80 \n\0", "x".repeat(300), "y".repeat(70_000)));
            case 7 -> {
                byte[] bytes = bytes(one(List.of(0, 1, 3, 255, 256, 70_000)));
                if (bson && bytes.length > 0) {
                    bytes[0] = (byte) 0xc1; // else Python might take it for msgpack
                }
                yield Bytes.wrap(bytes);
            }
            case 8 ->
                new Complex(one(List.of(1.0, -0.0, 0.1, 1e300)), one(List.of(2.0, Double.POSITIVE_INFINITY, -1e-7)));
            case 9 -> NdScalar.of(array(DType.of(one(TYPES))));
            case 10 -> NdArray.ofTexts(List.of("a", "bb", "水".repeat(random.nextInt(4))));
            case 11 ->
                array(DType.of(one(TYPES)), one(List.of(new int[] {2, 3}, new int[] {}, new int[] {0, 3}, new int[] {5
                })));
            case 12, 13 -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(depth + 1));
                }
                yield list;
            }
            default -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(one(List.of("a", "b.c", "", "水", "nd")), value(depth + 1));
                }
                yield map;
            }
        };
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private NdArray array(DType type, int... shape) {
        int count = 1;
        for (int axis : shape) {
            count *= axis;
        }
        byte[] bytes = bytes(count * type.itemSize());
        for (int i = 0; i < bytes.length && type.kind() == DType.Kind.BOOL; i++) {
            bytes[i] &= 1;
        }
        return NdArray.wrap(type, shape, bytes, 0);
    }
}
