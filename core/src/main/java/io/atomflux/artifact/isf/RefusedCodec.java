package io.atomflux.artifact.isf;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.UnsupportedDataException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Values of loaders that are not read here, such as msgpack of the framework and keys of {@code Loader.pickle}. */
public final class RefusedCodec implements ArtifactCodec {

    /** For {@link java.util.ServiceLoader}. */
    public RefusedCodec() {}

    @Override
    public String id() {
        return KeyFolder.REFUSED;
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
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        return Mono.error(() -> new UnsupportedDataException(
                "artifact", "value", "codec " + id() + " writes nothing (expected: another)", null));
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        return Mono.error(() -> new UnsupportedDataException(
                "artifact",
                "value",
                "loader \"%s\" is not read here (expected: reading its files by name, or storing the value anew with"
                                .formatted(parameters.get("loader"))
                        + " numpy_to_npy, numpy_to_npz, numpy_to_zarr or pandas_to_parquet)",
                null));
    }
}
