package io.atomflux.codec;

import io.atomflux.atoms.Atoms;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A structure as the members of a JSON object, loss-free: {@code numbers}, {@code positions}, {@code cell}, {@code pbc},
 * {@code arrays}, {@code info}, {@code results}, {@code constraints} and {@code other}, the last five only if not empty.
 *
 * <p>Arrays are nested lists where that tells type and shape: in {@code arrays} and {@code results} a list is an array of
 * int64, float64 or bool; everywhere else, and for all other arrays, the forms of {@link Json} hold. What does not fit, say
 * a result that is a list itself, stands under its row key in {@code other}, which wins.
 */
final class AtomsJson {

    private static final String ARRAYS = "arrays.";
    private static final String CALC = "calc.";
    private static final Set<String> MEMBERS =
            Set.of("numbers", "positions", "cell", "pbc", "arrays", "info", "results", "constraints", "other");
    private static final int DEEPEST_LIST = 16;

    private AtomsJson() {}

    static Map<String, @Nullable Object> members(Atoms atoms) {
        Row row = atoms.toRow();
        Map<String, @Nullable Object> other = new LinkedHashMap<>(atoms.others());
        Map<String, @Nullable Object> arrays = new LinkedHashMap<>();
        Map<String, @Nullable Object> results = new LinkedHashMap<>();
        for (String key : row.keys()) {
            if (key.startsWith(ARRAYS) && !key.equals("arrays.numbers") && !key.equals("arrays.positions")) {
                Object value = row.get(key);
                (value instanceof NdArray ? arrays : other)
                        .put(value instanceof NdArray ? key.substring(ARRAYS.length()) : key, listed(value));
            } else if (key.startsWith(CALC)) {
                Object value = row.get(key);
                (value instanceof List ? other : results)
                        .put(value instanceof List ? key : key.substring(CALC.length()), listed(value));
            }
        }
        Object pbc = row.get("pbc");
        if (!(pbc instanceof NdArray)) {
            other.put("pbc", pbc);
        }
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        boolean none = atoms.size() == 0;
        NdArray numbers = atoms.numbers();
        NdArray positions = atoms.positions();
        members.put("numbers", none && numbers.dtype().equals(DType.INT64) ? List.of() : natural(numbers, DType.INT64));
        members.put(
                "positions",
                none && positions.dtype().equals(DType.FLOAT64) ? List.of() : natural(positions, DType.FLOAT64));
        members.put("cell", natural(atoms.cell(), DType.FLOAT64));
        members.put("pbc", natural(pbc instanceof NdArray array ? array : NdArray.of(atoms.pbc()), DType.BOOL));
        putUnlessEmpty(members, "arrays", arrays);
        putUnlessEmpty(members, "info", atoms.info());
        putUnlessEmpty(members, "results", results);
        if (row.has("constraints")) {
            members.put("constraints", row.get("constraints"));
        }
        putUnlessEmpty(members, "other", other);
        return members;
    }

    private static void putUnlessEmpty(
            Map<String, @Nullable Object> members, String name, Map<String, @Nullable Object> part) {
        if (!part.isEmpty()) {
            members.put(name, part);
        }
    }

    private static Object natural(NdArray array, DType type) {
        return array.dtype().equals(type) && tellsItself(array) ? array.toNested() : array;
    }

    private static @Nullable Object listed(@Nullable Object value) {
        return value instanceof NdArray array && tellsItself(array) ? array.toNested() : value;
    }

    /** Tells whether nested lists of the elements give back type, shape and every byte. */
    private static boolean tellsItself(NdArray array) {
        if (array.size() == 0 || array.rank() == 0 || array.rank() > DEEPEST_LIST) {
            return false;
        }
        if (array.dtype().equals(DType.FLOAT64)) {
            for (int i = 0; i < array.size(); i++) {
                if (!Double.isFinite(array.doubleAt(i))) {
                    return false;
                }
            }
            return true;
        }
        return array.dtype().equals(DType.INT64)
                || (array.dtype().equals(DType.BOOL)
                        && array.equals(NdArray.of(array.toBooleanArray(), array.shape())));
    }

    /**
     * Reads members, or those of an {@link AseEnvelope}.
     *
     * @param value what {@link JsonReader#value} made of the JSON object
     * @throws IllegalArgumentException if they are no structure
     */
    static Atoms atoms(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> members)) {
            throw bad("structure", value, "an object");
        }
        if (AseEnvelope.is(members)) {
            return AseEnvelope.open(members);
        }
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        for (Map.Entry<?, ?> member : members.entrySet()) {
            String name = String.valueOf(member.getKey());
            if (!MEMBERS.contains(name) && !name.equals("__asebytes__")) {
                throw new IllegalArgumentException("member \"%s\" (expected: one of %s)"
                        .formatted(name, MEMBERS.stream().sorted().toList()));
            }
        }
        Object numbers = members.get("numbers");
        NdArray kinds = numbers instanceof List<?> list && list.isEmpty()
                ? NdArray.zeros(DType.INT64, 0)
                : numbers == null ? NdArray.zeros(DType.INT64, 0) : array("numbers", numbers, false);
        put(row, "cell", members.get("cell"), true);
        put(row, "pbc", members.get("pbc"), false);
        row.put("arrays.numbers", kinds);
        Object positions = members.get("positions");
        if (positions instanceof List<?> list && list.isEmpty()) {
            row.put("arrays.positions", NdArray.zeros(DType.FLOAT64, 0, 3));
        } else {
            put(row, "arrays.positions", positions, true);
        }
        part(members, "arrays").forEach((name, item) -> row.put(ARRAYS + name, array("arrays." + name, item, false)));
        part(members, "info").forEach((name, item) -> row.put("info." + name, item));
        part(members, "results")
                .forEach((name, item) ->
                        row.put(CALC + name, item instanceof List ? array("results." + name, item, false) : item));
        if (members.containsKey("constraints")) {
            row.put("constraints", members.get("constraints"));
        }
        row.putAll(part(members, "other"));
        return Atoms.fromRow(Row.of(row));
    }

    private static void put(Map<String, @Nullable Object> row, String key, @Nullable Object value, boolean floats) {
        if (value != null) {
            row.put(key, array(key, value, floats));
        }
    }

    private static Map<String, @Nullable Object> part(Map<?, ?> members, String name) {
        Object part = members.get(name);
        Map<String, @Nullable Object> items = new LinkedHashMap<>();
        if (part instanceof Map<?, ?> map) {
            map.forEach((key, item) -> items.put(String.valueOf(key), item));
        } else if (part != null) {
            throw bad(name, part, "an object");
        }
        return items;
    }

    /** Makes an array of nested lists; whole numbers become floats if the place asks for floats or one item is. */
    private static NdArray array(String place, @Nullable Object value, boolean floats) {
        if (value instanceof NdArray array) {
            return array;
        }
        if (!(value instanceof List<?>)) {
            throw bad(place, value, "a list or $array");
        }
        List<Integer> axes = new ArrayList<>();
        for (Object level = value; level instanceof List<?> list; level = list.isEmpty() ? null : list.get(0)) {
            axes.add(list.size());
        }
        int[] shape = axes.stream().mapToInt(Integer::intValue).toArray();
        List<@Nullable Object> flat = new ArrayList<>();
        flatten(place, value, shape, 0, flat);
        if (!flat.isEmpty() && flat.stream().allMatch(Boolean.class::isInstance)) {
            boolean[] flags = new boolean[flat.size()];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = Boolean.TRUE.equals(flat.get(i));
            }
            return NdArray.of(flags, shape);
        }
        if (!floats && !flat.isEmpty() && flat.stream().allMatch(Long.class::isInstance)) {
            return NdArray.of(flat.stream().mapToLong(Long.class::cast).toArray(), shape);
        }
        return NdArray.of(reals(place, flat), shape);
    }

    private static double[] reals(String place, Collection<? extends @Nullable Object> items) {
        double[] values = new double[items.size()];
        int i = 0;
        for (Object item : items) {
            if (!(item instanceof Double) && !(item instanceof Long)) {
                throw bad(place, item, "numbers, or booleans only");
            }
            values[i++] = ((Number) item).doubleValue();
        }
        return values;
    }

    private static void flatten(
            String place, @Nullable Object part, int[] shape, int axis, List<@Nullable Object> flat) {
        if (axis == shape.length) {
            flat.add(part);
        } else if (part instanceof List<?> list && list.size() == shape[axis]) {
            for (Object item : list) {
                flatten(place, item, shape, axis + 1, flat);
            }
        } else {
            throw bad(place, part, "lists of equal length");
        }
    }

    private static IllegalArgumentException bad(String place, @Nullable Object found, String expected) {
        String kind = found instanceof List<?> list
                ? "list of " + list.size()
                : found instanceof Map ? "object" : String.valueOf(found);
        String shown = kind.length() > 50 ? kind.substring(0, 50) + "…" : kind;
        return new IllegalArgumentException("%s: %s (expected: %s)".formatted(place, shown, expected));
    }
}
