package io.atomflux.hub.artifact;

import io.atomflux.artifact.codec.CodecSupport;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Reads a Parquet file as a {@link io.atomflux.artifact.codec.Table}: file {@code table.parquet}, or the one the manifest
 * names. Nothing is written by it; codec {@code arrow} keeps tables.
 *
 * <p>Numbers without null become arrays of the stored type, dates and times texts in ISO 8601. Columns of structs and maps are
 * refused by name; option {@code columns}, a list, reads the others, and only their bytes, which no hash can verify. What
 * pandas noted is {@code pandas} of the metadata.
 */
public final class ParquetCodec implements ArtifactCodec {

    private static final String NAME = "table.parquet";
    private static final String COLUMNS = "columns";
    private static final Set<String> OPTIONS = Set.of("limit", COLUMNS);

    /** For {@link java.util.ServiceLoader}. */
    public ParquetCodec() {}

    @Override
    public String id() {
        return "parquet";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        return false;
    }

    @Override
    public Set<String> options() {
        return OPTIONS;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        return Mono.error(() -> CodecSupport.refused(
                NAME, "codec parquet only reads (expected: codec arrow of atomflux-backend-file-arrow)"));
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecSupport.checkOptions(id(), options, OPTIONS);
        List<String> columns = CodecSupport.texts(COLUMNS, options).orElse(null);
        long limit = CodecSupport.limit(options);
        return Mono.defer(() -> ParquetTable.read(files, CodecSupport.keptFile(NAME, parameters), columns, limit));
    }
}
