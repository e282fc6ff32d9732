package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.error.AtomfluxException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Batches of random rows beside a model of nested lists, which knows nothing of bytes. */
class BatchModelTest {

    private static final int CASES = 400;

    private final Random random = new Random(8);
    private final List<DType> types = new ArrayList<>(); // of the key at hand
    private List<Row> rows = List.of();
    private int[] atoms = {};

    @Test
    @DisplayName("random rows of all types and layouts become what nested lists become")
    void matchesNestedLists() {
        for (int run = 0; run < CASES; run++) {
            rows = new ArrayList<>();
            atoms = random.ints(random.nextInt(6), 0, 5).toArray();
            List<DType> seen = new ArrayList<>(); // the types of each key, one behind the other
            List<Row.Builder> builders = new ArrayList<>();
            for (int count : atoms) {
                long[] numbers = new long[count];
                Arrays.fill(numbers, 6);
                builders.add(Row.builder().put("arrays.numbers", numbers));
            }
            for (String key :
                    List.of("arrays.positions", "calc.forces", "info.bonds", "cell", "calc.energy", "info.v")) {
                fill(key, builders);
                seen.addAll(types);
            }
            addEdges(builders);
            builders.forEach(builder -> rows.add(stored(builder.build())));
            check(run, seen);
        }
    }

    @Test
    @DisplayName(
            "samples told apart as good make a batch, whatever the others are; each bad one fails beside those before it")
    void goodOnesMakeABatch() {
        Collation how = new Collation(
                List.of("calc.energy", "calc.forces", "info.v"),
                DType.FLOAT32,
                false,
                Set.of(),
                Set.of("info.bonds"),
                Set.of("edges"),
                Map.of());
        int left = 0;
        for (int run = 0; run < CASES; run++) {
            List<Row> odd = new ArrayList<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                odd.add(random.nextInt(9) == 0 ? Row.reserved() : oddRow());
            }
            List<Sample> samples = RowBatches.samples(odd);
            Collation.Usable usable = how.usable(samples, RowBatches.SOURCES);
            assertThat(RowBatches.ofSamples(how, usable.good()).size())
                    .isEqualTo(usable.good().size());
            for (Sample bad : usable.bad()) {
                List<Sample> before = new ArrayList<>(usable.good());
                before.removeIf(good -> good.slot() > bad.slot());
                before.add(bad);
                assertThatThrownBy(() -> RowBatches.ofSamples(how, before)).isInstanceOf(AtomfluxException.class);
            }
            assertThat(usable.good().size() + usable.bad().size()).isEqualTo(samples.size());
            left += usable.good().size() > 1 ? 1 : 0;
        }
        assertThat(left).as("cases with several good ones").isGreaterThan(CASES / 20);
    }

    private Row oddRow() {
        List<Object> oddities = List.of(1L, "text", true, List.of(1L), new double[2], NdScalar.of(2f), new long[2][3]);
        Row.Builder row = Row.builder().put("arrays.numbers", new long[2]);
        Map<String, Object> usual = new LinkedHashMap<>(); // in an order that is the same in each run
        usual.put("calc.energy", 1.5);
        usual.put("calc.forces", new double[2][3]);
        usual.put("info.v", new double[2]);
        usual.put("info.bonds", new long[random.nextInt(3)]);
        usual.put("edges", new long[2][random.nextInt(3)]);
        usual.forEach((key, value) -> {
            int chance = random.nextInt(16);
            if (chance > 0) {
                row.put(key, chance < 3 ? oddities.get(random.nextInt(oddities.size())) : value);
            }
        });
        return row.build();
    }

    private void fill(String key, List<Row.Builder> builders) {
        types.clear();
        for (int i = 0; i < 2; i++) {
            DType type = CommonTypeTest.NUMBERS.get(random.nextInt(CommonTypeTest.NUMBERS.size()));
            types.add(random.nextInt(4) == 0 ? DType.of(type.code().replace('<', '>')) : type);
        }
        if (random.nextBoolean()) {
            types.set(1, types.get(0));
        }
        for (int i = 0; i < builders.size(); i++) {
            // both occur, or the model would have to tell which
            DType type = types.get(i < 2 ? i : random.nextInt(2));
            Object value = switch (key) {
                case "arrays.positions", "calc.forces" -> array(type, atoms[i], 3);
                case "info.bonds" -> array(type, random.nextInt(4));
                case "cell" -> array(type, 3, 3);
                case "calc.energy" -> number(type);
                default -> array(type, 2);
            };
            builders.get(i).put(key, value);
        }
    }

    private Object number(DType type) {
        NdArray array = array(type);
        if (type.equals(DType.FLOAT64) || type.equals(DType.INT64)) {
            return array.at(0);
        }
        return random.nextBoolean() ? array : NdScalar.of(array);
    }

    private NdArray array(DType type, int... shape) {
        int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        if (type.kind() == DType.Kind.FLOAT) {
            double[] values = random.doubles(size, -1000, 1000).toArray();
            for (int i = 0; i < size; i++) {
                values[i] = switch (random.nextInt(12)) {
                    case 0 -> -0.0;
                    case 1 -> Double.NaN;
                    case 2 -> Double.NEGATIVE_INFINITY;
                    case 3 -> values[i] * 1e-9;
                    default -> values[i];
                };
            }
            return NdArray.of(values, size).as(type).reshape(shape);
        }
        return NdArray.of(random.longs(size).toArray(), size).as(type).reshape(shape);
    }

    private Row stored(Row row) {
        return random.nextBoolean() ? row : NumpyMsgpack.decode(NumpyMsgpack.encode(row), "data.lmdb", 0);
    }

    private void addEdges(List<Row.Builder> builders) {
        for (int i = 0; i < builders.size(); i++) {
            int count = atoms[i] == 0 ? 0 : random.nextInt(5);
            long[] ends = atoms[i] == 0
                    ? new long[0]
                    : random.longs(2L * count, 0, atoms[i]).toArray();
            builders.get(i).put("edges", NdArray.of(ends, 2, count));
        }
    }

    private void check(int run, List<DType> seen) {
        DType floats = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16).get(random.nextInt(3));
        floats = floats.equals(DType.FLOAT16) ? null : floats;
        boolean allPadded = random.nextBoolean();
        Set<String> padded = random.nextBoolean() ? Set.of("info.bonds", "calc.forces") : Set.of();
        Set<String> ragged = random.nextBoolean() ? Set.of("info.bonds", "calc.forces") : Set.of("info.bonds");
        List<String> keys = random.nextBoolean() ? null : List.of("calc.forces", "info.bonds", "calc.energy");
        Collation how = new Collation(keys, floats, allPadded, padded, ragged, Set.of("edges"), Map.of());
        Batch batch = RowBatches.of(how, rows);
        List<String> names = List.of("arrays.positions", "calc.forces", "info.bonds", "cell", "calc.energy", "info.v");
        for (int i = 0; i < names.size(); i++) {
            String key = names.get(i);
            boolean isPadded = padded.contains(key)
                    || allPadded
                            && !ragged.contains(key)
                            && (key.equals("arrays.positions") || key.equals("calc.forces"));
            boolean stacked = i > 2;
            DType type = expectedType(key, seen.get(2 * i), seen.get(2 * i + 1), stacked, floats);
            String what = "case %d, %s as %s".formatted(run, key, how);
            assertThat(batch.array(key).dtype()).as(what).isEqualTo(type);
            assertThat(batch.array(key).toNested()).as(what).isEqualTo(model(key, stacked, isPadded, type));
            if (!stacked && !rows.isEmpty()) {
                assertThat(batch.ragged(key).values().toNested()).as(what).isEqualTo(model(key, false, false, type));
                for (int row = 0; row < rows.size(); row++) {
                    assertThat(batch.ragged(key).get(row).toNested()).isEqualTo(converted(nested(row, key), type));
                }
            }
        }
        checkAtoms(batch);
    }

    /** Hollow arrays have no say in it, and if there are none but such the first tells. */
    private DType expectedType(String key, DType one, DType other, boolean stacked, @Nullable DType floats) {
        Set<String> codes = new TreeSet<>();
        for (Row row : rows) {
            Object value = Objects.requireNonNull(row.get(key));
            if (stacked || ((NdArray) value).size() > 0) {
                codes.add(typeOf(value));
            }
        }
        if (codes.isEmpty() && !rows.isEmpty()) {
            codes.add(typeOf(Objects.requireNonNull(rows.get(0).get(key))));
        }
        if (codes.isEmpty()) {
            return floats == null ? DType.FLOAT64 : floats;
        }
        assertThat(codes).allMatch(code -> code.equals(one.code()) || code.equals(other.code()));
        List<DType> all = codes.stream().map(DType::of).toList();
        DType common = CommonTypeTest.promoted(all.get(0), all.get(all.size() - 1));
        return floats != null && common.kind() == DType.Kind.FLOAT ? floats : common;
    }

    private static String typeOf(Object value) {
        return value instanceof NdArray array
                ? array.dtype().code()
                : value instanceof NdScalar scalar ? scalar.dtype().code() : value instanceof Double ? "<f8" : "<i8";
    }

    private Object nested(int row, String key) {
        Object value = Objects.requireNonNull(rows.get(row).get(key));
        return value instanceof NdArray array
                ? array.toNested()
                : value instanceof NdScalar scalar ? scalar.plain() : value;
    }

    private List<Object> model(String key, boolean stacked, boolean padded, DType type) {
        List<List<Object>> lists = new ArrayList<>();
        List<Object> all = new ArrayList<>();
        int longest = 0;
        for (int row = 0; row < rows.size(); row++) {
            Object value = converted(nested(row, key), type);
            if (stacked) {
                all.add(value);
            } else {
                List<Object> list = new ArrayList<>((List<?>) value);
                longest = Math.max(longest, list.size());
                lists.add(list);
            }
        }
        Object zero = converted(key.equals("info.bonds") ? 0L : List.of(0L, 0L, 0L), type);
        for (List<Object> list : lists) {
            if (padded) {
                list.addAll(Collections.nCopies(longest - list.size(), zero));
                all.add(list);
            } else {
                all.addAll(list);
            }
        }
        return all;
    }

    private static Object converted(Object value, DType type) {
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(item -> items.add(converted(item, type)));
            return items;
        }
        if (type.kind() != DType.Kind.FLOAT) {
            return value;
        }
        double number = ((Number) value).doubleValue();
        return switch (type.itemSize()) {
            case 8 -> number;
            case 4 -> (double) (float) number;
            default -> NdArray.of(new double[] {number}).as(type).at(0);
        };
    }

    private void checkAtoms(Batch batch) {
        List<Object> offsets = new ArrayList<>(List.of(0L));
        List<Object> owners = new ArrayList<>();
        List<Object> mask = new ArrayList<>();
        List<Object> from = new ArrayList<>();
        List<Object> to = new ArrayList<>();
        int longest = Arrays.stream(atoms).max().orElse(0);
        long sum = 0;
        for (int i = 0; i < atoms.length; i++) {
            List<Object> flags = new ArrayList<>();
            for (int atom = 0; atom < longest; atom++) {
                flags.add(atom < atoms[i]);
            }
            mask.add(flags);
            owners.addAll(Collections.nCopies(atoms[i], (long) i));
            List<?> ends = (List<?>) nested(i, "edges");
            for (int edge = 0; edge < ((List<?>) ends.get(0)).size(); edge++) {
                from.add(sum + (long) ((List<?>) ends.get(0)).get(edge));
                to.add(sum + (long) ((List<?>) ends.get(1)).get(edge));
            }
            sum += atoms[i];
            offsets.add(sum);
        }
        assertThat(batch.offsets().toNested()).isEqualTo(offsets);
        assertThat(batch.sampleOfAtom().toNested()).isEqualTo(owners);
        assertThat(batch.mask().toNested()).isEqualTo(mask);
        if (atoms.length > 0) {
            assertThat(batch.array("edges").toNested()).isEqualTo(List.of(from, to));
        }
    }
}
