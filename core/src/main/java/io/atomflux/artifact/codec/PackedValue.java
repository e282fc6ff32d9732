package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A value as one byte string that says itself how to read it: what a payload's file holds.
 *
 * <p>Numbers are little-endian. Eight bytes {@code 8f 41 46 56 0d 0a 1a 0a} (so that a transfer as text shows), one byte
 * version, 1; the length of the head in four bytes; the head, a msgpack map of {@code codec}, {@code version}, {@code
 * parameters} and {@code file}; the length of the body in eight bytes; the body, as the codec wrote it, so compressed if it was
 * told to; CRC-32C of all before in four bytes.
 */
public final class PackedValue {

    private static final byte[] MAGIC = {(byte) 0x8f, 'A', 'F', 'V', '\r', '\n', 0x1a, '\n'};
    private static final byte VERSION = 1;
    private static final int FIXED = MAGIC.length + 1 + 4 + 8 + 4;

    private PackedValue() {}

    /**
     * What stands before the body.
     *
     * @param codec id of the codec
     * @param version it wrote
     * @param parameters it answered
     * @param file the name it gave the body
     */
    public record Head(String codec, int version, Map<String, @Nullable Object> parameters, String file) {}

    /**
     * Packs a value by a codec.
     *
     * @signals {@link UnsupportedDataException} if the codec cannot keep the value, or does not write exactly one file
     */
    public static Mono<Bytes> pack(ArtifactCodec codec, Object value, Map<String, Object> options) {
        return Mono.defer(() -> {
            OneFile file = new OneFile(codec.id());
            return codec.write(value, file, options)
                    .publishOn(Schedulers.boundedElastic())
                    .map(parameters -> packed(codec, parameters, file));
        });
    }

    /** Packs a value by the codec that is chosen for it. */
    public static Mono<Bytes> pack(Codecs codecs, Object value) {
        return pack(codecs.choose(value), value, Map.of());
    }

    /** Returns what a codec writes, without any head. */
    static Mono<Bytes> body(ArtifactCodec codec, Object value) {
        return Mono.defer(() -> {
            OneFile file = new OneFile(codec.id());
            return codec.write(value, file, Map.of()).map(parameters -> Bytes.wrap(file.out.toByteArray()));
        });
    }

    private static Bytes packed(ArtifactCodec codec, Map<String, @Nullable Object> parameters, OneFile file) {
        String name = file.name;
        if (name == null) {
            throw several(codec.id(), "writes no file");
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("codec", codec.id());
        map.put("version", (long) codec.version());
        map.put("parameters", parameters);
        map.put("file", name);
        Bytes head = NumpyMsgpack.CODEC.encode(map);
        byte[] body = file.out.toByteArray();
        ByteBuffer out = ByteBuffer.allocate(Math.addExact(FIXED + head.length(), body.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put(VERSION).putInt(head.length()).put(head.asBuffer());
        out.putLong(body.length).put(body);
        out.putInt((int) checksum(out.array(), out.position()));
        return Bytes.wrap(out.array());
    }

    private static long checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }

    private static UnsupportedDataException several(String codec, String problem) {
        return new UnsupportedDataException(
                "a payload", "codec " + codec, problem + " (expected: a codec of exactly one file)", null);
    }

    /** Tells whether bytes begin as a packed value does. */
    public static boolean isPacked(Bytes bytes) {
        for (int i = 0; i < MAGIC.length; i++) {
            if (bytes.length() <= i || bytes.at(i) != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads the head.
     *
     * @param name what the bytes are, for messages
     * @throws io.atomflux.error.CorruptDataException if any byte is damaged or missing
     * @throws UnsupportedDataException if a later version wrote them
     */
    public static Head head(Bytes packed, String name) {
        return opened(packed, name).head();
    }

    /**
     * Unpacks a value.
     *
     * @param name what the bytes are, for messages
     * @param wanted the type asked for, as {@link ArtifactCodec#read} takes it
     * @signals {@link io.atomflux.error.CorruptDataException} naming it, if any byte is damaged or missing; {@link
     *     UnsupportedDataException} if nobody knows the codec
     */
    public static Mono<Object> unpack(
            Codecs codecs, Bytes packed, String name, Class<?> wanted, Map<String, Object> options) {
        return Mono.defer(() -> {
                    Opened opened = opened(packed, name);
                    Head head = opened.head();
                    ArtifactCodec codec = codecs.require(head.codec());
                    if (head.version() > codec.version()) {
                        throw Damage.refused(
                                name,
                                "version %d of codec %s (expected: at most %d; a later Atomflux reads it)"
                                        .formatted(head.version(), head.codec(), codec.version()));
                    }
                    return codec.read(new Body(head.file(), opened.body()), head.parameters(), wanted, options);
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    private record Opened(Head head, Bytes body) {}

    private static Opened opened(Bytes packed, String name) {
        if (!isPacked(packed)) {
            throw Damage.in(name, "is no packed value (expected: one that Atomflux wrote)");
        }
        byte[] bytes = packed.toArray();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < FIXED) {
            throw Damage.in(name, "is cut at %d bytes".formatted(bytes.length));
        }
        int version = in.get(MAGIC.length);
        if (version != VERSION) {
            throw Damage.refused(name, "version %d of packed values (expected: %d)".formatted(version, VERSION));
        }
        if (in.getInt(bytes.length - 4) != (int) checksum(bytes, bytes.length - 4)) {
            throw Damage.in(name, "is damaged or cut (its checksum differs)");
        }
        int headLength = in.getInt(MAGIC.length + 1);
        int headAt = MAGIC.length + 5;
        if (headLength < 0 || headLength > bytes.length - FIXED) {
            throw Damage.in(name, "head of %d bytes".formatted(headLength));
        }
        long length = in.getLong(headAt + headLength);
        if (length != bytes.length - FIXED - headLength) {
            throw Damage.in(
                    name, "body of %d bytes (expected: %d)".formatted(length, bytes.length - FIXED - headLength));
        }
        Object head = Damage.named(name, () -> NumpyMsgpack.CODEC.decode(bytes, headAt, headLength));
        return new Opened(head(head, name), Bytes.wrap(bytes, headAt + headLength + 8, (int) length));
    }

    private static Head head(@Nullable Object decoded, String name) {
        if (decoded instanceof Map<?, ?> map
                && map.get("codec") instanceof String codec
                && map.get("version") instanceof Long version
                && version > 0
                && version <= Integer.MAX_VALUE
                && map.get("file") instanceof String file
                && map.get("parameters") instanceof Map<?, ?> parameters) {
            Map<String, @Nullable Object> kept = new LinkedHashMap<>();
            parameters.forEach((key, value) -> kept.put((String) key, value));
            return new Head(codec, version.intValue(), kept, file);
        }
        throw Damage.in(name, "head without codec, version, parameters or file");
    }

    /** Takes the one file a codec writes. */
    private static final class OneFile implements FileSink {

        private final String codec;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private @Nullable String name;

        OneFile(String codec) {
            this.codec = codec;
        }

        @Override
        public Mono<Void> write(String file, Publisher<ByteBuffer> content) {
            return Mono.defer(() -> {
                if (name != null) {
                    throw several(codec, "writes several files");
                }
                name = file;
                return Flux.from(content)
                        .doOnNext(part -> {
                            byte[] copy = new byte[part.remaining()];
                            part.duplicate().get(copy);
                            out.write(copy, 0, copy.length);
                        })
                        .then();
            });
        }

        @Override
        public Mono<Void> folder(Function<Path, Mono<Void>> work) {
            return Mono.error(() -> several(codec, "writes a folder"));
        }
    }

    /** The one file a codec reads. */
    record Body(String name, Bytes content) implements FileSource {

        @Override
        public List<FileEntry> entries() {
            return List.of(new FileEntry(name, content.length(), Optional.empty()));
        }

        @Override
        public Flux<ByteBuffer> read(String file) {
            return read(file, 0, content.length());
        }

        @Override
        public Flux<ByteBuffer> read(String file, long offset, long length) {
            if (!file.equals(name)) {
                return Flux.error(() -> new ArtifactNotFoundException("a payload", file));
            }
            int from = (int) Math.min(offset, content.length());
            int count = (int) Math.min(length, content.length() - from);
            return ValueFile.pieces(content.asBuffer().slice(from, count));
        }

        @Override
        public Mono<LocalFiles> local() {
            return Mono.error(() -> several("folder", "is in memory and has no path"));
        }
    }
}
