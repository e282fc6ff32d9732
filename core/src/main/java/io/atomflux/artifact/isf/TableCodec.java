package io.atomflux.artifact.isf;

import io.atomflux.artifact.codec.Codecs;
import io.atomflux.artifact.codec.Table;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.UnsupportedDataException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Tables as the In Silico Framework 0.5 keeps them: {@code pandas_to_parquet.parquet}, which the codec {@code parquet} reads, and
 * {@code object_meta.json} with the types that Parquet has no place for, see {@link ObjectMeta}. Never written.
 */
public final class TableCodec implements ArtifactCodec {

    static final String ID = "isf-table";

    /** The codec that reads the files. */
    static final String PARQUET = "parquet";

    /** The option that leaves columns out. */
    static final String COLUMNS = "columns";

    /** For {@link java.util.ServiceLoader}. */
    public TableCodec() {}

    @Override
    public String id() {
        return ID;
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
        return Set.of("limit", COLUMNS);
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        return Mono.error(() -> new UnsupportedDataException(
                "artifact", "value", "tables are not written as Parquet (expected: codec arrow)", null));
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        return Mono.defer(() -> {
            ArtifactCodec parquet = Codecs.installed().require(PARQUET);
            return ObjectMeta.read(files)
                    .flatMap(meta -> parquet.read(files, parameters, wanted, options)
                            .map(table -> meta.isPresent()
                                    ? meta.get().applied((Table) table, !options.containsKey(COLUMNS))
                                    : table));
        });
    }
}
