package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.codec.Npy;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Slice;
import io.atomflux.value.Values;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One array as NumPy's {@code .npy}: file {@code value.npy}.
 *
 * <p>Every element type and shape of {@link NdArray}. Option {@code rows} reads only some entries along the first axis, e.g.
 * {@code 100:200}, and of a file that is not compressed only their bytes; no hash can verify those.
 */
public final class NpyCodec implements ArtifactCodec {

    private static final String NAME = "value.npy";
    private static final Set<String> OPTIONS =
            Set.of(CodecOptions.FILE, CodecOptions.COMPRESSION, CodecOptions.LIMIT, CodecOptions.ROWS);

    /** For {@link java.util.ServiceLoader}. */
    public NpyCodec() {}

    @Override
    public String id() {
        return "npy";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        return value instanceof NdArray || isNumbers(value);
    }

    /** Primitive arrays are taken as arrays are; bytes are bytes. */
    private static boolean isNumbers(Object value) {
        Class<?> type = value.getClass();
        while (type.isArray()) {
            type = type.getComponentType();
        }
        return type.isPrimitive() && type != char.class && !(value instanceof byte[]);
    }

    @Override
    public Set<String> options() {
        return OPTIONS;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(id(), options, options());
        return ValueFile.write(files, NAME, given, Map.of(), Flux.defer(() -> content(array(value))));
    }

    private static NdArray array(Object value) {
        if (value instanceof NdArray array) {
            return array;
        } else if (isNumbers(value) && Values.of("value", value) instanceof NdArray array) {
            return array;
        }
        throw Damage.refused(NAME, value.getClass().getName() + " (expected: an NdArray)");
    }

    /** Streams an array as a file, sharing its elements. */
    static Flux<ByteBuffer> content(NdArray array) {
        return Flux.just(Npy.header(array.dtype(), array.shape()).asBuffer())
                .concatWith(ValueFile.pieces(array.asBuffer()));
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(id(), options, options());
        Slice rows = RowSlices.of(given);
        return Mono.defer(() -> {
            String name = ValueFile.name(NAME, parameters);
            if (rows != null && !ValueFile.isPacked(name, parameters)) {
                return some(files, name, rows);
            }
            return ValueFile.read(files, NAME, parameters, given).map(bytes -> {
                NdArray array = decode(name, bytes);
                return rows == null ? array : RowSlices.cut(array, rows);
            });
        });
    }

    static NdArray decode(String name, byte[] bytes) {
        return (NdArray) Objects.requireNonNull(Damage.named(name, () -> Npy.decode(bytes)));
    }

    /** Reads header and rows by their places; a file whose first axis is the fastest is read as a whole. */
    private static Mono<Object> some(FileSource files, String name, Slice rows) {
        long size = ValueFile.require(files, name).size();
        return part(files, name, 0, Math.min(size, Npy.START))
                .map(start -> (Integer)
                        Objects.requireNonNull(Damage.named(name, () -> Npy.dataOffset(ByteBuffer.wrap(start)))))
                .flatMap(offset -> part(files, name, 0, Math.min(size, offset)))
                .flatMap(start -> {
                    Npy.Header header = (Npy.Header)
                            Objects.requireNonNull(Damage.named(name, () -> Npy.header(ByteBuffer.wrap(start))));
                    if (header.dataLength() != size - header.dataOffset()) {
                        throw Damage.in(
                                name,
                                "elements of %d bytes (expected: %d)"
                                        .formatted(size - header.dataOffset(), header.dataLength()));
                    }
                    return rows(files, name, header, rows);
                });
    }

    private static Mono<Object> rows(FileSource files, String name, Npy.Header header, Slice rows) {
        List<Integer> shape = header.shape();
        if (shape.isEmpty()) {
            throw RowSlices.noRows(name);
        }
        long first = rows.first(shape.get(0));
        int count = (int) rows.count(shape.get(0));
        if (header.fortranOrder() && shape.size() > 1 || rows.step() != 1) {
            return part(files, name, header.dataOffset(), header.dataLength())
                    .map(bytes -> RowSlices.cut(
                            (NdArray) Objects.requireNonNull(Damage.named(name, () -> Npy.decode(header, bytes, 0))),
                            rows));
        }
        List<Integer> part = new ArrayList<>(shape);
        part.set(0, count);
        long row = shape.get(0) == 0 ? 0 : header.dataLength() / shape.get(0);
        DType dtype = header.dtype();
        return part(files, name, header.dataOffset() + first * row, count * row)
                .map(bytes -> NdArray.wrap(
                        dtype, part.stream().mapToInt(Integer::intValue).toArray(), bytes, 0));
    }

    private static Mono<byte[]> part(FileSource files, String name, long offset, long length) {
        return ValueFile.gather(length == 0 ? Flux.empty() : files.read(name, offset, length), name, length);
    }
}
