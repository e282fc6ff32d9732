package io.atomflux.file.arrow;

import io.atomflux.artifact.codec.CodecSupport;
import io.atomflux.artifact.codec.Table;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A {@link Table} as an uncompressed Arrow IPC file, file {@code table.arrow}, that {@code pyarrow.feather.read_table} and
 * {@code pandas.read_feather} read.
 *
 * <p>Columns of integers, floats, bool, texts, bytes, times and lists of these, with null; arrays of several axes are lists of
 * fixed size. Columns that are dictionary-encoded are read as what their dictionary holds. A type of {@link Table#types} that the
 * values tell anyway is not kept. Option {@code columns}, a list, reads only some.
 */
public final class ArrowCodec implements ArtifactCodec {

    private static final String NAME = "table.arrow";
    private static final String COLUMNS = "columns";
    private static final Set<String> OPTIONS = Set.of("file", "limit", COLUMNS);

    /** For {@link java.util.ServiceLoader}. */
    public ArrowCodec() {}

    @Override
    public String id() {
        return "arrow";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        if (!(value instanceof Table table)) {
            return false;
        }
        try {
            ArrowFile.types(table);
            return true;
        } catch (UnsupportedOperationException refused) {
            return false;
        }
    }

    @Override
    public Set<String> options() {
        return OPTIONS;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        CodecSupport.checkOptions(id(), options, OPTIONS);
        String name = CodecSupport.chosenFile(NAME, options);
        if (!(value instanceof Table table)) {
            return Mono.error(() -> CodecSupport.refused(name, value.getClass().getName() + " (expected: a Table)"));
        }
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        parameters.put("file", name);
        return files.write(
                        name,
                        Flux.defer(() -> Flux.fromIterable(CodecSupport.decoding(name, () -> ArrowFile.write(table)))
                                        .concatMap(CodecSupport::pieces))
                                .subscribeOn(Schedulers.boundedElastic()))
                .thenReturn(parameters);
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecSupport.checkOptions(id(), options, OPTIONS);
        List<String> columns = CodecSupport.texts(COLUMNS, options).orElse(null);
        long limit = CodecSupport.limit(options);
        return Mono.defer(() -> {
            String name = CodecSupport.keptFile(NAME, parameters);
            return CodecSupport.read(files, name)
                    .map(bytes -> CodecSupport.decoding(name, () -> ArrowFile.read(bytes, columns, limit)));
        });
    }
}
