package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.codec.Json;
import io.atomflux.value.Values;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Plain values as a text every program reads, file {@code value.json}.
 *
 * <p>Kept exactly are null, booleans, integers from -2^63 to 2^64 - 1, finite doubles (-0.0 and subnormal ones too), texts,
 * lists and maps with texts as keys. A number with point or exponent is a double, one without an integer. NaN, infinities,
 * arrays and byte strings have no form in JSON and are not accepted.
 */
public final class JsonCodec implements ArtifactCodec {

    private static final String NAME = "value.json";

    /** For {@link java.util.ServiceLoader}. */
    public JsonCodec() {}

    @Override
    public String id() {
        return "json";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        return PlainValues.misfit(value, PlainValues.Kind.JSON) == null;
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

    private ByteBuffer encode(Object value) {
        String misfit = PlainValues.misfit(value, PlainValues.Kind.JSON);
        if (misfit != null) {
            throw Damage.refused(NAME, misfit + " (expected: plain values; codec msgpack keeps what JSON has not)");
        }
        return StandardCharsets.UTF_8.encode(Json.plain(Values.of("value", value)));
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(id(), options, options());
        return ValueFile.read(files, NAME, parameters, given)
                .mapNotNull(bytes -> Damage.named(ValueFile.name(NAME, parameters), () -> decode(bytes)));
    }

    private static @Nullable Object decode(byte[] bytes) {
        try {
            return Json.readPlain(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("is no UTF-8", e);
        }
    }
}
