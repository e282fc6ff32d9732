package io.atomflux.file.columnar.recording;

import io.atomflux.file.columnar.zarr.ZarrJson;
import io.atomflux.value.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The documents {@code zarr.json} of a group and its arrays, member by member as zarr-python 3.1 writes them with its default
 * codecs, which are PySDE's: bytes in little-endian order, then zstd of level 0 without checksum.
 */
final class Documents {

    static final String FILE = "zarr.json";

    private static final String CONSOLIDATED = "consolidated_metadata";

    private Documents() {}

    static Map<String, @Nullable Object> array(Series series, int chunk, long samples) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("shape", list(series.shape(samples)));
        json.put("data_type", series.dtype().name());
        json.put("chunk_grid", named("regular", Map.of("chunk_shape", list(series.chunk(chunk)))));
        json.put("chunk_key_encoding", named("default", Map.of("separator", "/")));
        json.put("fill_value", fill(series.dtype()));
        Map<String, Object> level = new LinkedHashMap<>();
        level.put("level", 0);
        level.put("checksum", false);
        json.put(
                "codecs",
                List.of(
                        series.dtype().itemSize() == 1
                                ? Map.of("name", "bytes")
                                : named("bytes", Map.of("endian", "little")),
                        named("zstd", level)));
        json.put("attributes", Map.of());
        json.put("zarr_format", 3);
        json.put("node_type", "array");
        json.put("storage_transformers", List.of());
        return json;
    }

    private static Map<String, Object> named(String name, Map<String, Object> configuration) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("configuration", configuration);
        return json;
    }

    private static Object fill(DType type) {
        return switch (type.kind()) {
            case BOOL -> false;
            case INT, UINT -> 0;
            case FLOAT -> 0.0;
            case COMPLEX -> List.of(0.0, 0.0);
            case BYTES, UNICODE, STRUCT ->
                throw new IllegalArgumentException(
                        "elements of type %s (expected: booleans or numbers)".formatted(type.code()));
        };
    }

    /** Returns an array's document with another number of samples; all else stays. */
    static Map<String, @Nullable Object> resized(Map<String, @Nullable Object> array, long samples) {
        List<@Nullable Object> shape = new ArrayList<>();
        if (array.get("shape") instanceof List<?> lengths) {
            shape.addAll(lengths);
        }
        shape.set(shape.size() - 1, samples);
        Map<String, @Nullable Object> resized = new LinkedHashMap<>(array);
        resized.put("shape", shape);
        return resized;
    }

    /** Returns how many samples an array's document tells of; -1 if it is no such document. */
    static long samples(byte @Nullable [] document) {
        if (document == null) {
            return -1;
        }
        try {
            Object shape = ZarrJson.read(document).get("shape");
            return shape instanceof List<?> lengths
                            && !lengths.isEmpty()
                            && lengths.get(lengths.size() - 1) instanceof Long samples
                    ? samples
                    : -1;
        } catch (IllegalArgumentException e) {
            return -1; // half of one after a loss of power: ours are written again from what was committed
        }
    }

    /**
     * Returns a group's document.
     *
     * @param before what it was, of which all else stays; empty if there was none
     * @param arrays documents of its arrays, to be found in it all at once; null for none
     */
    static Map<String, @Nullable Object> group(
            Map<String, @Nullable Object> before, @Nullable Map<String, Map<String, @Nullable Object>> arrays) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("attributes", before.getOrDefault("attributes", Map.of()));
        json.put("zarr_format", 3);
        if (arrays != null) {
            Map<String, Object> consolidated = new LinkedHashMap<>();
            consolidated.put("kind", "inline");
            consolidated.put("must_understand", false);
            consolidated.put("metadata", arrays);
            json.put(CONSOLIDATED, consolidated);
        }
        json.put("node_type", "group");
        return json;
    }

    private static List<Object> list(long[] lengths) {
        return Arrays.stream(lengths).<Object>mapToObj(length -> length).toList();
    }
}
