package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Bytes as they are: file {@code value.bin}.
 *
 * <p>Accepts {@link Bytes}, {@code byte[]}, {@link ByteBuffer} and, when named, any publisher of byte buffers, which is never
 * held as a whole. Reads {@link Bytes}, {@code byte[]}, a read-only {@link ByteBuffer}, or {@code Flux.class} as a stream.
 */
public final class BytesCodec implements ArtifactCodec {

    private static final String NAME = "value.bin";

    /** For {@link java.util.ServiceLoader}. */
    public BytesCodec() {}

    @Override
    public String id() {
        return "bytes";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        return value instanceof Bytes
                || value instanceof byte[]
                || value instanceof ByteBuffer
                || (value instanceof Publisher && !RowsCodec.isView(value));
    }

    @Override
    public Set<String> options() {
        return ValueFile.OPTIONS;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(id(), options, options());
        return ValueFile.write(files, NAME, given, Map.of(), content(value));
    }

    private static Flux<ByteBuffer> content(Object value) {
        if (value instanceof Bytes bytes) {
            return ValueFile.pieces(bytes.asBuffer());
        } else if (value instanceof byte[] bytes) {
            return ValueFile.pieces(Bytes.of(bytes).asBuffer());
        } else if (value instanceof ByteBuffer buffer) {
            byte[] copy = new byte[buffer.remaining()];
            buffer.duplicate().get(copy);
            return ValueFile.pieces(ByteBuffer.wrap(copy));
        } else if (value instanceof Publisher<?> publisher) {
            return Flux.from(publisher).map(part -> {
                if (part instanceof ByteBuffer buffer) {
                    return buffer;
                }
                throw Damage.refused(
                        NAME, "a publisher of " + part.getClass().getName() + " (expected: of ByteBuffer)");
            });
        }
        return Flux.error(() -> Damage.refused(NAME, value.getClass().getName() + " (expected: bytes)"));
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(id(), options, options());
        if (wanted == Flux.class || wanted == Publisher.class) {
            return Mono.just(ValueFile.stream(files, NAME, parameters, given));
        }
        return ValueFile.read(files, NAME, parameters, given)
                .map(bytes -> wanted == byte[].class
                        ? bytes
                        : wanted == ByteBuffer.class ? ByteBuffer.wrap(bytes).asReadOnlyBuffer() : Bytes.wrap(bytes));
    }
}
