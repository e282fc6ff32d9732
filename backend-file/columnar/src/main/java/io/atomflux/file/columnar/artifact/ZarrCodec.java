package io.atomflux.file.columnar.artifact;

import io.atomflux.artifact.codec.CodecSupport;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Slice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * One array as a Zarr array of version 2, folder {@code value.zarr}, that {@code zarr.open_array} of any version of
 * zarr-python reads.
 *
 * <p>Written in chunks of about 4 MiB of whole rows, plain or by option {@code compression=zlib}. Read are versions 2 and 3
 * with the codecs that stores in Zarr are read with, but no shards. Option {@code rows}, e.g. {@code 100:200}, reads only the
 * chunks that hold those entries along the first axis; {@code limit} bounds arrays that are larger than their files.
 */
public final class ZarrCodec implements ArtifactCodec {

    private static final String NAME = "value.zarr";
    private static final String ROWS = "rows";
    private static final Set<String> OPTIONS = Set.of("file", "compression", "limit", ROWS);

    /** For {@link java.util.ServiceLoader}. */
    public ZarrCodec() {}

    @Override
    public String id() {
        return "zarr";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        return value instanceof NdArray array && ZarrWriting.misfit(array) == null;
    }

    @Override
    public Set<String> options() {
        return OPTIONS;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        CodecSupport.checkOptions(id(), options, OPTIONS);
        String name = CodecSupport.chosenFile(NAME, options);
        Object compression = options.getOrDefault("compression", "none");
        if (!compression.equals("none") && !compression.equals("zlib")) {
            throw new InvalidOptionException("compression", "\"%s\" (expected: none or zlib)".formatted(compression));
        }
        if (!(value instanceof NdArray array) || !accepts(value)) {
            return Mono.error(() -> CodecSupport.refused(
                    name,
                    value instanceof NdArray array
                            ? String.valueOf(ZarrWriting.misfit(array))
                            : value.getClass().getName() + " (expected: an NdArray)"));
        }
        ZarrWriting writing = new ZarrWriting(array, compression.equals("zlib"));
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        parameters.put("file", name);
        return Flux.range(0, writing.chunks())
                .concatMap(
                        i -> files.write(
                                name + "/" + writing.name(i),
                                Flux.defer(() -> CodecSupport.pieces(writing.chunk(i)))
                                        .subscribeOn(Schedulers.boundedElastic())),
                        1)
                .then(Mono.defer(() -> files.write(name + "/.zarray", CodecSupport.pieces(writing.document()))))
                .thenReturn(parameters);
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecSupport.checkOptions(id(), options, OPTIONS);
        Slice rows = rows(options.get(ROWS));
        long limit = CodecSupport.limit(options);
        return Mono.defer(() -> ZarrReading.read(files, CodecSupport.keptFile(NAME, parameters), rows, limit));
    }

    private static @Nullable Slice rows(@Nullable Object option) {
        if (option == null) {
            return null;
        }
        Slice rows;
        try {
            rows = Slice.parse(String.valueOf(option));
        } catch (IllegalArgumentException e) {
            throw new InvalidOptionException(ROWS, String.valueOf(e.getMessage()));
        }
        if (rows.step() != 1) {
            throw new InvalidOptionException(ROWS, "%s (expected: rows that follow each other)".formatted(rows));
        }
        return rows;
    }
}
