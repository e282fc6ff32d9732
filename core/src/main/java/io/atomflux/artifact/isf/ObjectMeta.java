package io.atomflux.artifact.isf;

import io.atomflux.artifact.codec.CodecSupport;
import io.atomflux.artifact.codec.Table;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.codec.Json;
import io.atomflux.error.LimitExceededException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What {@code object_meta.json} tells of the frame that a Parquet file was made of, as the In Silico Framework 0.5 writes it:
 * lists {@code columns}, the names as texts, {@code column_name_dtypes}, what the names were, and {@code dtypes}.
 *
 * <p>A column gets its type again, also floats that have nulls in place of NaN; a name stays the text it is in the file, and the
 * metadata of the table, {@code object_meta}, tell what it was. Without the file a table is as Parquet has it.
 */
final class ObjectMeta {

    static final String FILE = "object_meta.json";

    private static final String METADATA = "object_meta";
    private static final long LONGEST = 16 << 20;
    private static final Map<String, DType> NUMBERS = Stream.of(
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
                    DType.FLOAT64)
            .collect(Collectors.toUnmodifiableMap(DType::name, dtype -> dtype));

    private final String text;
    private final List<String> names;
    private final List<String> types;

    private ObjectMeta(String text, List<String> names, List<String> types) {
        this.text = text;
        this.names = names;
        this.types = types;
    }

    /** Reads the file; empty if the key has none. */
    static Mono<Optional<ObjectMeta>> read(FileSource files) {
        Optional<FileEntry> entry = files.entries().stream()
                .filter(file -> file.name().equals(FILE))
                .findFirst();
        if (entry.isEmpty()) {
            return Mono.just(Optional.empty());
        } else if (entry.get().size() > LONGEST) {
            return Mono.error(() -> new LimitExceededException(
                    "bytes of file " + FILE,
                    entry.get().size(),
                    LONGEST,
                    "remove the file to read the table without it"));
        }
        return CodecSupport.read(files, FILE)
                .map(bytes -> Optional.of(
                        CodecSupport.decoding(FILE, () -> parse(new String(bytes, StandardCharsets.UTF_8)))));
    }

    private static ObjectMeta parse(String text) {
        if (!(Json.readPlain(text) instanceof Map<?, ?> json)) {
            throw new IllegalArgumentException("not a JSON object");
        }
        List<String> names = texts(json, "columns");
        List<String> types = texts(json, "dtypes");
        if (names.size() != types.size()) {
            throw new IllegalArgumentException(
                    "%d dtypes (expected: one for each of the %d columns)".formatted(types.size(), names.size()));
        }
        return new ObjectMeta(text, names, types);
    }

    private static List<String> texts(Map<?, ?> json, String member) {
        if (json.get(member) instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException(member + " is not a list of texts");
    }

    /** Gives the columns of a table their types; {@code whole} if it should have all of them. */
    Table applied(Table table, boolean whole) {
        List<String> there = table.names();
        if (whole && !there.containsAll(names)) {
            List<String> missing = new ArrayList<>(names);
            missing.removeAll(there);
            throw CodecSupport.damaged(FILE, "columns %s are not in the table, which has %s".formatted(missing, there));
        }
        Table.Builder typed = Table.builder();
        for (String name : there) {
            int index = names.indexOf(name);
            Object column = table.column(name);
            DType dtype = index < 0 ? null : NUMBERS.get(types.get(index));
            typed.column(
                    name,
                    dtype == null ? column : typed(name, column, dtype),
                    table.types().get(name));
        }
        table.metadata().forEach(typed::metadata);
        return typed.metadata(METADATA, text).build();
    }

    private static Object typed(String name, Object column, DType dtype) {
        if (column instanceof NdArray array) {
            if (!array.dtype().isReal() || array.dtype().equals(dtype)) {
                return array;
            }
            NdArray converted = array.as(dtype);
            if (!converted.as(array.dtype()).equals(array)) {
                throw CodecSupport.damaged(
                        FILE, "column \"%s\": %s does not hold its values".formatted(name, dtype.name()));
            }
            return converted;
        }
        List<?> values = (List<?>) column;
        boolean floats = dtype.kind() == DType.Kind.FLOAT
                && values.stream().allMatch(value -> value == null || value instanceof Double);
        // pandas writes NaN as null
        return floats
                ? NdArray.of(values.stream().mapToDouble(ObjectMeta::orNan).toArray())
                        .as(dtype)
                : Objects.requireNonNull(column);
    }

    private static double orNan(@Nullable Object value) {
        return value instanceof Double number ? number : Double.NaN;
    }
}
