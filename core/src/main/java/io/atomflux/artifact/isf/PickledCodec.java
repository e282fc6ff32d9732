package io.atomflux.artifact.isf;

import io.atomflux.artifact.codec.BytesCodec;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Pickled values of the In Silico Framework: raw bytes for who asks for bytes, and nothing else, as decoding a pickle runs
 * what is in it. Never written.
 */
public final class PickledCodec implements ArtifactCodec {

    private static final Set<Class<?>> RAW =
            Set.of(Bytes.class, byte[].class, ByteBuffer.class, Flux.class, Publisher.class);

    private final BytesCodec bytes = new BytesCodec();

    /** For {@link java.util.ServiceLoader}. */
    public PickledCodec() {}

    @Override
    public String id() {
        return KeyFolder.PICKLE;
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
        return Mono.error(() -> refused("pickles are not written (expected: codec json, msgpack or rows)"));
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        return Mono.defer(() -> {
            if (!RAW.contains(wanted)) {
                throw refused(
                        "a Python pickle of loader %s, which is never decoded (expected: its bytes, as Bytes.class)"
                                .formatted(parameters.get("loader")));
            }
            List<FileEntry> entries = files.entries();
            if (entries.size() != 1) {
                throw refused(
                        "%d files in place of one pickle (expected: reading them by name)".formatted(entries.size()));
            }
            return bytes.read(files, Map.of(Layout.FILE, entries.get(0).name()), wanted, options);
        });
    }

    private static UnsupportedDataException refused(String problem) {
        return new UnsupportedDataException("artifact", "value", problem, null);
    }
}
