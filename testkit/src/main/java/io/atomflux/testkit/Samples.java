package io.atomflux.testkit;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Rows to test with: the same seed gives equal rows, different seeds unequal ones. */
public final class Samples {

    private Samples() {}

    /**
     * Returns a structure as a row: one to five atoms, a cell, results and metadata under dotted keys.
     *
     * <p>All seeds share the keys {@code cell}, {@code pbc}, {@code arrays.numbers}, {@code arrays.positions}, {@code
     * calc.energy}, {@code calc.forces}, {@code info.a.b} (text) and {@code info.count} (the seed). Numbers have at most
     * eight decimals.
     */
    public static Row row(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int atoms = 1 + Math.floorMod(seed, 5);
        return Row.builder()
                .put("cell", reals(random, 4, 12, 3, 3))
                .put("pbc", NdArray.of(new boolean[] {true, seed % 2 == 0, false}, 3))
                .put("arrays.numbers", NdArray.of(random.longs(atoms, 1, 10).toArray(), atoms))
                .put("arrays.positions", reals(random, -5, 5, atoms, 3))
                .put("calc.energy", -10.0 - seed)
                .put("calc.forces", reals(random, -1, 1, atoms, 3))
                .put("info.a.b", "text " + seed)
                .put("info.count", (long) seed)
                .build();
    }

    /** Makes multiples of 1/256, which have eight decimals: text formats hold them exactly. */
    static NdArray reals(SplittableRandom random, int from, int to, int... shape) {
        int count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        double[] values = random.ints(count, 256 * from, 256 * to)
                .mapToDouble(n -> n / 256.0)
                .toArray();
        return NdArray.of(values, shape);
    }

    /** Returns a row of bytes; all seeds share the keys {@code calc.energy}, {@code info.a.b} and {@code raw}. */
    public static BlobRow blobRow(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] raw = new byte[random.nextInt(200)];
        random.nextBytes(raw);
        Map<Bytes, Bytes> cells = new LinkedHashMap<>();
        cells.put(Bytes.ofText("calc.energy"), Bytes.ofText("energy " + seed));
        cells.put(Bytes.ofText("info.a.b"), Bytes.of((byte) 0xc4, (byte) (seed % 7)));
        cells.put(Bytes.ofText("raw"), Bytes.of(raw));
        return BlobRow.of(cells);
    }

    /** Returns one value of every kind and of every border of a kind, by a name for it. */
    public static Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("null", null);
        all.put("true", true);
        all.put("false", false);
        for (long number : new long[] {0, -1, 127, 128, 255, 256, 65_536, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE}) {
            all.put("long" + number, number);
        }
        all.put("largestInteger", BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE));
        for (double number : new double[] {0.0, -0.0, 0.1, Double.MIN_VALUE, -Double.MAX_VALUE, Double.NaN}) {
            all.put("double" + number, number);
        }
        all.put("infinity", Double.POSITIVE_INFINITY);
        all.put("minusInfinity", Double.NEGATIVE_INFINITY);
        all.put("emptyText", "");
        all.put("text", "Å ångström 水 \uD83D\uDE80 \n\t\0 \"quoted\"");
        all.put("longText", "x".repeat(70_000));
        all.put("noBytes", Bytes.EMPTY);
        all.put("bytes", Bytes.of((byte) 0, (byte) -1, (byte) 10));
        all.put("complex", new Complex(1.5, Double.NEGATIVE_INFINITY));
        all.put("emptyList", List.of());
        all.put("list", Arrays.asList(1L, null, "two", 3.0, List.of(true)));
        all.put("emptyMap", Map.of());
        all.put("map", Map.of("a", 1L, "b.c", List.of("x"), "", Map.of("deep", NdArray.of(new double[] {1, 2}, 2))));
        all.putAll(arrays());
        return Collections.unmodifiableMap(all);
    }

    private static Map<String, Object> arrays() {
        Map<String, Object> all = new LinkedHashMap<>();
        List<DType> numeric = List.of(
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
                DType.COMPLEX128);
        for (DType type : numeric) {
            all.put("array " + type.name(), filled(type, 2, 3));
            all.put("scalar " + type.name(), NdScalar.of(filled(type)));
        }
        all.put("array of no axes", filled(DType.FLOAT64));
        all.put("array of nothing", NdArray.zeros(DType.FLOAT64, 0, 3));
        all.put("array of texts", NdArray.ofTexts(List.of("", "äöü", "longer text"), 3));
        all.put("array of bytes", filled(DType.bytes(5), 2));
        all.put("big-endian array", filled(DType.of(">f8"), 4));
        all.put("array of NaN", NdArray.of(new double[] {Double.NaN, -0.0, Double.POSITIVE_INFINITY}, 3));
        return all;
    }

    private static NdArray filled(DType type, int... shape) {
        int count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        byte[] bytes = new byte[count * type.itemSize()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (type.equals(DType.BOOL) ? i % 2 : 33 + i % 60);
        }
        return NdArray.wrap(type, shape, bytes, 0);
    }

    /** Returns keys that break what splits, escapes, sorts or limits names carelessly. */
    public static List<String> hostileKeys() {
        return List.of(
                "a.b.c",
                "info.",
                "info..x",
                ".",
                "$where",
                "a b",
                " padded ",
                "a/b",
                "../up",
                "a\\b",
                "a:b",
                "a\nb",
                "\"",
                "'",
                "{g}",
                "*",
                "__proto__",
                "_id",
                "0",
                "-1",
                "schlüssel",
                "水",
                "\uD83D\uDE80",
                "k".repeat(300));
    }

    /** Returns rows that hold one value of {@link #values()} each, under {@code info.value}, and a count. */
    public static List<Row> rowsOfEveryKind() {
        List<Row> rows = new ArrayList<>();
        values().forEach((name, value) -> rows.add(Row.of("info.value", value, "info.count", rows.size())));
        return rows;
    }

    /** Returns rows that hold one hostile key each, and a count. */
    public static List<Row> rowsOfHostileKeys() {
        List<Row> rows = new ArrayList<>();
        for (String key : hostileKeys()) {
            rows.add(Row.of("info." + key, "value of " + rows.size(), "info.count", rows.size()));
        }
        return rows;
    }

    /** Returns rows of bytes at the borders: no bytes, every byte, many keys, a large cell, a key that is not text. */
    public static List<BlobRow> blobRowsOfEveryKind() {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        byte[] large = new byte[300_000];
        new SplittableRandom(7).nextBytes(large);
        Map<Bytes, Bytes> many = new LinkedHashMap<>();
        for (int i = 0; i < 100; i++) {
            many.put(Bytes.ofText("key." + i), Bytes.ofText("value " + i));
        }
        return List.of(
                BlobRow.of(Map.of(Bytes.ofText("k"), Bytes.EMPTY)),
                BlobRow.of(Map.of(Bytes.ofText("k"), Bytes.of(every))),
                BlobRow.of(Map.of(Bytes.ofText("k"), Bytes.of(large), Bytes.ofText("a.b"), Bytes.ofText("c"))),
                BlobRow.of(many),
                BlobRow.of(Map.of(Bytes.of((byte) 0xff, (byte) 0xfe, (byte) 'k'), Bytes.ofText("not UTF-8"))),
                BlobRow.of(Map.of(Bytes.ofText("水.$x"), Bytes.ofText("v"))));
    }

    /** Returns 22 small molecules, from one atom to twelve, as rows without cell vectors. */
    public static List<Row> molecules() {
        return Molecules.rows();
    }
}
