package io.atomflux.atoms;

import io.atomflux.value.NdArray;
import io.atomflux.value.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Between constraints and what a row stores of them.
 *
 * <p>A reader may be generous (it throws on what it does not understand): {@link #typed} keeps its answer only if it
 * writes back what was read.
 */
final class ConstraintCodec {

    private ConstraintCodec() {}

    /** Tells that arguments are not those of the typed kind. */
    private static final class Unlike extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unlike() {
            super(null, null, false, false);
        }
    }

    static Constraint typed(Constraint.Other stored) {
        Map<String, @Nullable Object> args = modern(stored);
        try {
            Constraint typed = parse(stored.name(), args);
            return typed.kwargs().equals(args) ? typed : stored;
        } catch (Unlike | IllegalArgumentException e) {
            return stored; // its arguments say something a typed one could not
        }
    }

    private static Constraint parse(String name, Map<String, @Nullable Object> args) {
        return switch (name) {
            case "FixAtoms" -> new Constraint.FixAtoms(indices(args, "indices"));
            case "FixBondLengths" ->
                new Constraint.FixBondLengths(nested(args, "pairs"), one(args, "tolerance", Double.class));
            case "FixedLine" ->
                new Constraint.FixedLine(indices(args, "indices"), list(args, "direction", Double.class));
            case "FixedPlane" ->
                new Constraint.FixedPlane(indices(args, "indices"), list(args, "direction", Double.class));
            case "FixCartesian" -> new Constraint.FixCartesian(indices(args, "a"), list(args, "mask", Boolean.class));
            case "FixScaled" -> new Constraint.FixScaled(indices(args, "a"), list(args, "mask", Boolean.class));
            case "FixCom" -> new Constraint.FixCom();
            case "FixSubsetCom" -> new Constraint.FixSubsetCom(indices(args, "indices"));
            case "FixLinearTriatomic" -> new Constraint.FixLinearTriatomic(nested(args, "triples"));
            case "Hookean" -> hookean(args);
            default -> throw new Unlike();
        };
    }

    /** ASE renamed an argument in 3.23 and reads the old name like this (ase.constraints.dict2constraint). */
    private static Map<String, @Nullable Object> modern(Constraint.Other stored) {
        Map<String, @Nullable Object> args = stored.kwargs();
        boolean renamed = stored.name().equals("FixedLine") || stored.name().equals("FixedPlane");
        if (!renamed || !args.containsKey("a") || args.containsKey("indices")) {
            return args;
        }
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(args);
        Object indices = copy.remove("a");
        copy.put("indices", indices instanceof Long ? List.of(indices) : indices);
        return copy;
    }

    /**
     * Reads the value of the key {@code constraints}.
     *
     * @throws IllegalArgumentException if it is not a list of maps with name and arguments
     */
    static List<Constraint> read(Object stored) {
        if (!(stored instanceof List<?> list)) {
            throw unlike("constraints", stored);
        }
        List<Constraint> constraints = new ArrayList<>(list.size());
        for (Object item : list) {
            String place = "constraints[" + constraints.size() + "]";
            if (!(item instanceof Map<?, ?> map)
                    || !(map.get("name") instanceof String name)
                    || !(map.get("kwargs") instanceof Map<?, ?> kwargs)) {
                throw unlike(place, item);
            }
            Map<String, @Nullable Object> args = new LinkedHashMap<>();
            kwargs.forEach((key, value) -> args.put(String.valueOf(key), value));
            constraints.add(Constraint.of(name, args));
        }
        return Collections.unmodifiableList(constraints);
    }

    static List<Map<String, @Nullable Object>> write(List<? extends Constraint> constraints) {
        List<Map<String, @Nullable Object>> maps = new ArrayList<>(constraints.size());
        constraints.forEach(constraint -> maps.add(constraint.toMap()));
        return maps;
    }

    private static IllegalArgumentException unlike(String place, @Nullable Object found) {
        return new IllegalArgumentException(
                "%s: %s (expected: a list of maps, each with a text \"name\" and a map \"kwargs\")"
                        .formatted(place, Structure.described(found)));
    }

    static Map<String, @Nullable Object> args(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> args = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String name = String.valueOf(namesAndValues[i]);
            args.put(name, Values.of(name, namesAndValues[i + 1]));
        }
        return Collections.unmodifiableMap(args);
    }

    static List<Integer> boxed(int... indices) {
        return Arrays.stream(indices).boxed().toList();
    }

    static <V> List<V> sized(String name, List<V> values, int size) {
        if (values.size() != size) {
            throw new IllegalArgumentException("%s: %s (expected: %d values)".formatted(name, values, size));
        }
        return List.copyOf(values);
    }

    static List<List<Integer>> tuples(String name, List<List<Integer>> values, int size) {
        return values.stream().map(tuple -> sized(name, tuple, size)).toList();
    }

    private static <V> V one(Map<String, @Nullable Object> args, String name, Class<V> type) {
        return one(args.get(name), type);
    }

    private static <V> V one(@Nullable Object value, Class<V> type) {
        if (!type.isInstance(value)) {
            throw new Unlike();
        }
        return type.cast(value);
    }

    private static <V> List<V> list(Map<String, @Nullable Object> args, String name, Class<V> type) {
        return list(args.get(name), type);
    }

    private static <V> List<V> list(@Nullable Object value, Class<V> type) {
        List<V> items = new ArrayList<>();
        for (Object item : one(value, List.class)) {
            items.add(one(item, type));
        }
        return items;
    }

    private static List<Integer> indices(Map<String, @Nullable Object> args, String name) {
        return indices(args.get(name));
    }

    private static List<Integer> indices(@Nullable Object value) {
        return list(value, Long.class).stream().map(ConstraintCodec::index).toList();
    }

    /** Cuts a number too large for an index, which writing it back then shows. */
    private static int index(long value) {
        return (int) value;
    }

    private static List<List<Integer>> nested(Map<String, @Nullable Object> args, String name) {
        return list(args, name, List.class).stream()
                .map(ConstraintCodec::indices)
                .toList();
    }

    private static Constraint hookean(Map<String, @Nullable Object> args) {
        int atom = index(one(args, "a1", Long.class));
        double spring = one(args, "k", Double.class);
        Object other = args.get("a2");
        if (other instanceof Long partner) {
            return Constraint.Hookean.between(atom, index(partner), one(args, "rt", Double.class), spring);
        } else if (other instanceof NdArray point
                && point.hasShape(3)
                && point.dtype().isReal()) {
            return Constraint.Hookean.toPoint(
                    atom, place(point.toDoubleArray()), one(args, "rt", Double.class), spring);
        }
        return Constraint.Hookean.toPlane(atom, list(other, Double.class), spring);
    }

    static List<Double> place(double... coordinates) {
        return Arrays.stream(coordinates).boxed().toList();
    }
}
