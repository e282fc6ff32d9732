package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.Values;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Any value of the closed set, exactly, as {@link NumpyMsgpack} has it: file {@code value.msgpack}. */
public final class MsgpackCodec implements ArtifactCodec {

    private static final String NAME = "value.msgpack";

    /** For {@link java.util.ServiceLoader}. */
    public MsgpackCodec() {}

    @Override
    public String id() {
        return "msgpack";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        return PlainValues.misfit(value, PlainValues.Kind.CLOSED) == null;
    }

    @Override
    public Set<String> options() {
        return ValueFile.OPTIONS;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(id(), options, options());
        return ValueFile.write(
                files,
                NAME,
                given,
                Map.of(),
                Flux.defer(() -> ValueFile.pieces(encode(value))).subscribeOn(Schedulers.boundedElastic()));
    }

    private static ByteBuffer encode(Object value) {
        String misfit = PlainValues.misfit(value, PlainValues.Kind.CLOSED);
        if (misfit != null) {
            throw Damage.refused(NAME, misfit + " (expected: a value of the set named in package io.atomflux.value)");
        }
        return NumpyMsgpack.CODEC.encode(Values.of("value", value)).asBuffer();
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(id(), options, options());
        return ValueFile.read(files, NAME, parameters, given)
                .mapNotNull(bytes -> Damage.named(
                        ValueFile.name(NAME, parameters), () -> NumpyMsgpack.CODEC.decode(bytes, 0, bytes.length)));
    }
}
