package io.atomflux.file.ase;

import io.atomflux.codec.AseJson;
import io.atomflux.codec.AseResults;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows into items of a trajectory, byte for byte as ASE 3.29 does. What an item cannot hold is refused, naming row and
 * key.
 */
final class TrajWriter {

    /** The version of ASE told in a new file, whose reader reads it. */
    private static final String ASE_VERSION = "\"3.29.0\"";

    private static final Set<String> AS_LISTS = Set.of("stress", "dipole");

    private final String store;

    TrajWriter(String store) {
        this.store = store;
    }

    /** What a row becomes, checked. */
    record Frame(
            TrajHeader header,
            NdArray positions,
            NdArray cell,
            Map<String, NdArray> perAtom,
            Map<String, Object> results,
            Map<String, @Nullable Object> info) {}

    /**
     * What an item has that a row does not tell, as JSON.
     *
     * @param name of the calculator
     * @param parameters of the calculator
     */
    record Calculator(String name, String parameters) {
        static final Calculator UNKNOWN = new Calculator("\"unknown\"", "{}");
    }

    /**
     * Checks a row.
     *
     * @param position named in errors
     * @throws UnsupportedDataException if a trajectory cannot hold it
     */
    Frame frame(Row row, long position) {
        if (row.isReserved()) {
            throw new UnsupportedStoreOperationException(
                    store, "writing a reserved row", "a trajectory has no place for rows that are not written yet");
        }
        try {
            return frame(row);
        } catch (Unwritable e) {
            throw new UnsupportedDataException(store, "row %d, key %s".formatted(position, e.key()), e.problem(), null);
        }
    }

    private static Frame frame(Row row) {
        NdArray numbers = array(row.get("arrays.numbers"), "arrays.numbers");
        if (numbers.rank() != 1
                || (numbers.dtype().kind() != DType.Kind.INT && numbers.dtype().kind() != DType.Kind.UINT)) {
            throw new Unwritable("arrays.numbers", "expected: an integer array of one axis");
        }
        int n = numbers.size();
        Map<String, NdArray> perAtom = new LinkedHashMap<>();
        Map<String, Object> results = new LinkedHashMap<>();
        Map<String, @Nullable Object> info = new LinkedHashMap<>();
        row.forEach((key, value) -> {
            if (key.startsWith("info.")) {
                info.put(key.substring(5), value);
            } else if (key.startsWith("calc.")) {
                results.put(key.substring(5), result(key, value));
            } else if (!isKnown(key)) {
                throw new Unwritable(
                        key,
                        key.startsWith("arrays.")
                                ? "an array that trajectories of ASE have no place for (expected: numbers, positions, masses, %s; an extxyz, LMDB or HDF5 store keeps others)"
                                        .formatted(known())
                                : "expected: cell, pbc, constraints, or a key in arrays, info or calc");
            }
        });
        for (Map.Entry<String, String> entry : TrajFrames.PER_ATOM.entrySet()) {
            String key = entry.getValue();
            if (row.has(key)) {
                perAtom.put(entry.getKey(), values(row, key, n, entry.getKey().equals("tags")));
            }
        }
        requireJson("info", info);
        NdArray positions = values(row, "arrays.positions", n, false);
        requireShape("arrays.positions", positions, n, 3);
        NdArray cell =
                row.has("cell") ? floats(array(row.get("cell"), "cell"), "cell") : NdArray.zeros(DType.FLOAT64, 3, 3);
        requireShape("cell", cell, 3, 3);
        NdArray masses = row.has("arrays.masses") ? values(row, "arrays.masses", n, false) : null;
        TrajHeader header = new TrajHeader(pbc(row), numbers.as(DType.INT64), masses, constraints(row));
        return new Frame(header, positions, cell, perAtom, results, info);
    }

    private static String known() {
        return TrajFrames.PER_ATOM.values().stream()
                .map(key -> key.substring(7))
                .collect(Collectors.joining(", "));
    }

    private static boolean isKnown(String key) {
        return switch (key) {
            case "cell", "pbc", "constraints", "arrays.numbers", "arrays.positions", "arrays.masses" -> true;
            default -> TrajFrames.PER_ATOM.containsValue(key);
        };
    }

    private static NdArray array(@Nullable Object value, String key) {
        if (value instanceof NdArray array) {
            return array;
        }
        throw new Unwritable(key, "missing or no array (expected: an array)");
    }

    private static void requireShape(String key, NdArray array, int... shape) {
        if (!array.hasShape(shape)) {
            throw new Unwritable(
                    key, "shape %s (expected: %s)".formatted(Arrays.toString(array.shape()), Arrays.toString(shape)));
        }
    }

    private static NdArray floats(NdArray array, String key) {
        if (!array.dtype().isReal() || array.dtype().kind() == DType.Kind.BOOL) {
            throw new Unwritable(key, "an array of %s (expected: numbers)".formatted(array.dtype()));
        }
        return array.as(DType.FLOAT64);
    }

    private static NdArray values(Row row, String key, int atoms, boolean integers) {
        NdArray array = array(row.get(key), key);
        if (array.rank() == 0 || array.length(0) != atoms) {
            throw new Unwritable(
                    key,
                    "shape %s (expected: %d entries, one per atom)".formatted(Arrays.toString(array.shape()), atoms));
        }
        if (!integers) {
            return floats(array, key);
        }
        if (array.dtype().kind() != DType.Kind.INT && array.dtype().kind() != DType.Kind.UINT) {
            throw new Unwritable(key, "an array of %s (expected: integers)".formatted(array.dtype()));
        }
        return array.as(DType.INT64);
    }

    private static NdArray pbc(Row row) {
        if (!row.has("pbc")) {
            return NdArray.zeros(DType.BOOL, 3);
        }
        NdArray pbc = array(row.get("pbc"), "pbc");
        if (!pbc.hasShape(3) || pbc.dtype().kind() != DType.Kind.BOOL) {
            throw new Unwritable("pbc", "expected: three booleans");
        }
        return pbc;
    }

    private static @Nullable Object constraints(Row row) {
        if (!row.has("constraints")) {
            return null;
        }
        if (!(row.get("constraints") instanceof List<?> list) || list.isEmpty()) {
            throw new Unwritable("constraints", "expected: a list of maps, each with \"name\" and \"kwargs\"");
        }
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> map)
                    || map.size() != 2
                    || !(map.get("name") instanceof String)
                    || !(map.get("kwargs") instanceof Map)) {
                throw new Unwritable("constraints", "expected: a list of maps, each with \"name\" and \"kwargs\"");
            }
        }
        requireJson("constraints", list);
        return list;
    }

    private static Object result(String key, @Nullable Object value) {
        String name = key.substring(5);
        if (!AseResults.NAMES.contains(name)) {
            throw new Unwritable(
                    key, "a result that ASE does not keep in a file (expected: one of %s)".formatted(AseResults.NAMES));
        }
        Object plain = value instanceof NdScalar scalar ? scalar.plain() : value;
        if (AseResults.isNumber(name)) {
            if (plain instanceof Long || plain instanceof Double) {
                return plain;
            }
            throw new Unwritable(key, "expected: a number");
        }
        if (plain instanceof Long || plain instanceof Double) {
            return NdArray.of(new double[] {((Number) plain).doubleValue()}).reshape();
        }
        return floats(array(plain, key), key);
    }

    private static void requireJson(String key, Object value) {
        try {
            AseJson.write(value);
        } catch (IllegalArgumentException e) {
            throw new Unwritable(key, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Writes a frame as an item.
     *
     * @param first what the first item of the file tells of all; null if this is the first
     * @param description of the trajectory as JSON, for the first item; null if there is none
     * @return the place that goes into the table
     */
    long write(
            Frame frame,
            @Nullable TrajHeader first,
            @Nullable String description,
            @Nullable Calculator kept,
            UlmWriter out) {
        UlmWriter.Members item = out.members();
        if (first == null) {
            begin(item, description);
        }
        if (!frame.header().equals(first)) {
            header(frame.header(), item);
        }
        item.array("positions", frame.positions());
        item.raw("cell", AseJson.write(frame.cell().toNested()));
        frame.perAtom().forEach(item::array);
        if (kept != null || !frame.results().isEmpty()) {
            item.raw("calculator.", calculator(frame, kept == null ? Calculator.UNKNOWN : kept, out));
        }
        if (!frame.info().isEmpty()) {
            item.raw("info", AseJson.write(frame.info()));
        }
        return out.finish(item);
    }

    /** Writes the members only the first item has. */
    static void begin(UlmWriter.Members item, @Nullable String description) {
        item.raw("version", "1");
        item.raw("ase_version", ASE_VERSION);
        if (description != null) {
            item.raw("description", description);
        }
    }

    static void header(TrajHeader header, UlmWriter.Members item) {
        item.raw("pbc", AseJson.write(header.pbc().toNested()));
        item.array("numbers", header.numbers());
        if (header.constraints() != null) {
            item.raw("constraints", AseJson.write(AseJson.write(header.constraints())));
        }
        if (header.masses() != null) {
            item.array("masses", header.masses());
        }
    }

    private static String calculator(Frame frame, Calculator kept, UlmWriter out) {
        UlmWriter.Members calculator = out.members();
        calculator.raw("name", kept.name());
        calculator.raw("parameters", kept.parameters());
        for (String name : AseResults.NAMES) {
            Object value = frame.results().get(name);
            if (value instanceof NdArray array && !AS_LISTS.contains(name)) {
                calculator.array(name, array);
            } else if (value != null) {
                calculator.raw(name, AseJson.write(value instanceof NdArray array ? array.toNested() : value));
            }
        }
        return calculator.toString();
    }
}
