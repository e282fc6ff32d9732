package io.atomflux.file.ase;

import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;

/** Files made by ASE 3.29 or read by it, each with a description of what ASE gives back for every frame. */
final class Golden {

    private Golden() {}

    static byte[] bytes(String name) throws IOException {
        try (InputStream in = Golden.class.getResourceAsStream("/ase/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    static Path copy(String name, Path folder) throws IOException {
        return Files.write(folder.resolve(name), bytes(name));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> json(String name) throws IOException {
        return (Map<String, Object>)
                Objects.requireNonNull(Json.parse(new String(bytes(name), StandardCharsets.UTF_8).strip()));
    }

    /** The rows a file must give. */
    @SuppressWarnings("unchecked")
    static List<Row> rows(String name) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Map<String, Object> frame :
                (List<Map<String, Object>>) json(name + ".json").get("frames")) {
            rows.add(row(frame));
        }
        return rows;
    }

    @SuppressWarnings("unchecked")
    private static Row row(Map<String, Object> frame) {
        Map<String, Object> row = new LinkedHashMap<>();
        List<Double> cell = new ArrayList<>();
        for (List<Number> vector : (List<List<Number>>) frame.get("cell")) {
            vector.forEach(x -> cell.add(x.doubleValue()));
        }
        row.put("cell", NdArray.of(cell.stream().mapToDouble(x -> x).toArray(), 3, 3));
        List<Boolean> pbc = (List<Boolean>) frame.get("pbc");
        row.put("pbc", NdArray.of(new boolean[] {pbc.get(0), pbc.get(1), pbc.get(2)}));
        ((Map<String, Object>) frame.get("arrays")).forEach((key, value) -> row.put("arrays." + key, value(value)));
        for (List<Object> entry : (List<List<Object>>) frame.get("info")) {
            row.put("info." + entry.get(0), value(entry.get(1)));
        }
        Map<String, Object> calculator = (Map<String, Object>) frame.get("calculator");
        if (calculator != null) {
            ((Map<String, Object>) calculator.get("results"))
                    .forEach((key, value) -> row.put("calc." + key, value(value)));
        }
        List<Map<String, Object>> constraints = (List<Map<String, Object>>) frame.get("constraints");
        if (constraints != null && !constraints.isEmpty()) {
            row.put("constraints", constraints.stream().map(Golden::value).toList());
        }
        return Row.of(row);
    }

    @SuppressWarnings("unchecked")
    static Object value(Object json) {
        if (json instanceof List<?> list) {
            return list.stream().map(Golden::value).toList();
        }
        if (!(json instanceof Map<?, ?> map)) {
            return json;
        }
        if (!map.containsKey("kind")) {
            Map<String, Object> plain = new LinkedHashMap<>();
            map.forEach((key, value) -> plain.put((String) key, value(value)));
            return plain;
        }
        switch ((String) map.get("kind")) {
            case "float":
                return real(map.get("value"));
            case "list":
                return ((List<Object>) map.get("items"))
                        .stream().map(Golden::value).toList();
            case "map":
                Map<String, Object> entries = new LinkedHashMap<>();
                for (List<Object> entry : (List<List<Object>>) map.get("entries")) {
                    entries.put(String.valueOf(entry.get(0)), value(entry.get(1)));
                }
                return entries;
            case "complex":
                return complex(map.get("value"));
            case "array":
                return array(map);
            default:
                throw new IllegalArgumentException("kind: " + map.get("kind"));
        }
    }

    private static double real(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        return Objects.requireNonNull(PyText.real((String) value));
    }

    private static Complex complex(Object parts) {
        return new Complex(real(((List<?>) parts).get(0)), real(((List<?>) parts).get(1)));
    }

    @SuppressWarnings("unchecked")
    private static NdArray array(Map<?, ?> map) {
        int[] shape = ((List<Long>) map.get("shape"))
                .stream().mapToInt(Long::intValue).toArray();
        List<Object> data = (List<Object>) map.get("data");
        String dtype = (String) map.get("dtype");
        if (dtype.equals("string") || dtype.startsWith("<U")) {
            return NdArray.ofTexts(data.stream().map(String.class::cast).toList(), shape);
        }
        if (dtype.equals("bool")) {
            boolean[] flags = new boolean[data.size()];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = (Boolean) data.get(i);
            }
            return NdArray.of(flags).reshape(shape);
        }
        if (dtype.startsWith("int")) {
            long[] numbers = data.stream().mapToLong(x -> (Long) x).toArray();
            return NdArray.of(numbers).reshape(shape).as(dtype.equals("int32") ? DType.INT32 : DType.INT64);
        }
        if (dtype.equals("complex128")) {
            double[] parts = data.stream()
                    .map(Golden::complex)
                    .flatMapToDouble(number -> DoubleStream.of(number.re(), number.im()))
                    .toArray();
            return NdArray.copyOf(DType.COMPLEX128, shape, NdArray.of(parts).asBuffer());
        }
        return NdArray.of(data.stream().mapToDouble(Golden::real).toArray())
                .reshape(shape)
                .as(dtype.equals("float32") ? DType.FLOAT32 : DType.FLOAT64);
    }
}
