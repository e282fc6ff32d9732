package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Documents of arrays that are made here, member by member as zarr-python 3.1 writes them. */
final class NewArrays {

    private NewArrays() {}

    /** Returns an array's document, of the version its group has. */
    static ZarrNode node(String path, int version, ArraySpec spec) {
        for (int i = 0; i < spec.chunk().rank(); i++) {
            if (spec.chunk().at(i) < 1) {
                throw new IllegalArgumentException(
                        "chunk %s of array %s (expected: at least 1 along each axis)".formatted(spec.chunk(), path));
            }
        }
        Compression compression = spec.shape().rank() == 0 ? Compression.NONE : spec.compression();
        checkCountable(spec.shape(), path);
        Object fill = FillValue.ofNew(spec.element(), spec.integerFill());
        FillValue.read(fill, spec.element()); // refuses what does not fit the type
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("shape", list(spec.shape()));
        if (version == 3) {
            document.put("data_type", ZarrTypes.v3(spec.element()));
            document.put("chunk_grid", named("regular", "chunk_shape", list(spec.chunk())));
            document.put("chunk_key_encoding", named("default", "separator", "/"));
            document.put("fill_value", fill);
            document.put("codecs", ChunkCodec.v3Json(compression, spec.element()));
            document.put(ZarrNode.ATTRIBUTES, Map.of());
            document.put("zarr_format", 3L);
            document.put("node_type", "array");
            document.put("storage_transformers", List.of());
        } else {
            document.put("chunks", list(spec.chunk()));
            document.put("dtype", ZarrTypes.v2(spec.element()));
            document.put("fill_value", fill);
            document.put("order", "C");
            document.put("filters", spec.element().isText() ? List.of(Map.of("id", "vlen-utf8")) : null);
            document.put("dimension_separator", ".");
            document.put("compressor", compressor(compression));
            document.put("zarr_format", 2L);
        }
        return new ZarrNode(path, version, true, document, new LinkedHashMap<>());
    }

    /** Refuses a shape of more elements than can be counted. */
    static void checkCountable(Shape shape, String path) {
        try {
            shape.count();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "shape %s of array %s (expected: fewer than 2^63 elements)".formatted(shape, path), e);
        }
    }

    private static Map<String, Object> named(String name, String option, Object value) {
        Map<String, Object> named = new LinkedHashMap<>();
        named.put("name", name);
        named.put("configuration", Map.of(option, value));
        return named;
    }

    /** Returns a member {@code compressor} of version 2, as numcodecs has it. */
    private static @Nullable Map<String, Object> compressor(Compression compression) {
        Map<String, Object> json = new LinkedHashMap<>();
        switch (compression.codec()) {
            case "none" -> {
                return null;
            }
            case "gzip" -> {
                json.put("id", "gzip");
                json.put("level", (long) compression.level());
            }
            default -> {
                json.put("id", "blosc");
                json.put("cname", compression.codec());
                json.put("clevel", (long) compression.level());
                json.put("shuffle", compression.shuffle() ? 1L : 0L);
                json.put("blocksize", 0L);
            }
        }
        return json;
    }

    /** Returns lengths as documents have them. */
    static List<Object> list(Shape shape) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < shape.rank(); i++) {
            list.add(shape.at(i));
        }
        return list;
    }

    /** Returns the lengths of a chunk as the document has them, which may be 0 where there is nothing. */
    static @Nullable Object chunkLengths(ZarrNode node) {
        if (node.version() == 2) {
            return node.document().get("chunks");
        }
        return node.document().get("chunk_grid") instanceof Map<?, ?> grid
                        && grid.get("configuration") instanceof Map<?, ?> configuration
                ? configuration.get("chunk_shape")
                : null;
    }
}
