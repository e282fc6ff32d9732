package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Values as MLtraq 0.1.165 reads and writes them, see {@link DataPak}: file {@code value.datapak}. Only when named, as other
 * codecs keep more types exactly.
 *
 * <p>A payload of MLtraq may also be bytes of any kind, and nothing beside it tells which. With parameter {@code raw} being
 * {@code perhaps}, what begins as DATAPAK does is read as its value, except by who asks for bytes ({@link Bytes}, {@code
 * byte[]}, {@link ByteBuffer}, or {@code Flux.class} as a stream): they get the bytes of the file as they are. All else is
 * {@link Bytes}.
 */
public final class DataPakCodec implements ArtifactCodec {

    /** Its id. */
    public static final String ID = "datapak-0";

    /** Parameters of a file that MLtraq may have written, as values or as bytes. */
    public static final String RAW = "raw";

    /** Value of {@link #RAW}: the first bytes tell. */
    public static final String PERHAPS = "perhaps";

    private static final String NAME = "value.datapak";

    /** For {@link java.util.ServiceLoader}. */
    public DataPakCodec() {}

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
        return false; // never chosen by itself
    }

    @Override
    public Set<String> options() {
        return ValueFile.OPTIONS;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(ID, options, options());
        return Mono.defer(() -> {
            boolean packed =
                    given.choice(CodecOptions.COMPRESSION, "none", "zlib").equals("zlib");
            String name = given.file(NAME);
            Map<String, @Nullable Object> kept = new LinkedHashMap<>();
            kept.put(CodecOptions.FILE, name);
            return DataPak.write(value, Codecs.installed())
                    .subscribeOn(Schedulers.boundedElastic())
                    .onErrorMap(
                            IllegalArgumentException.class, e -> Damage.refused(name, String.valueOf(e.getMessage())))
                    .map(plain -> packed ? DataPak.compressed(plain) : plain)
                    .flatMap(bytes -> files.write(name, ValueFile.pieces(bytes.asBuffer())))
                    .thenReturn(kept);
        });
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(ID, options, options());
        boolean perhaps = PERHAPS.equals(parameters.get(RAW));
        if (perhaps && (wanted == Flux.class || wanted == Publisher.class)) {
            return Mono.just(ValueFile.stream(files, NAME, parameters, given));
        }
        return ValueFile.read(files, NAME, parameters, given).flatMap(bytes -> {
            if (perhaps && wanted == byte[].class) {
                return Mono.just(bytes);
            } else if (perhaps && wanted == ByteBuffer.class) {
                return Mono.just(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
            }
            Bytes content = Bytes.wrap(bytes);
            return perhaps && (wanted == Bytes.class || !DataPak.begins(content))
                    ? Mono.just(content)
                    : DataPak.read(content, Codecs.installed());
        });
    }
}
