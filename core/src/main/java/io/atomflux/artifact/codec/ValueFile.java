package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.LimitExceededException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A value that is kept in one file, perhaps compressed; the manifest has the file's name and the compression. */
final class ValueFile {

    static final Set<String> OPTIONS = Set.of(CodecOptions.FILE, CodecOptions.COMPRESSION, CodecOptions.LIMIT);

    private static final int PIECE = 1 << 20;
    private static final int TRUSTED = 1 << 24; // what a file's size is believed before its bytes are there
    private static final int LONGEST = Integer.MAX_VALUE - 8;

    private ValueFile() {}

    /** Cuts bytes into pieces of at most 1 MiB, without copying. */
    static Flux<ByteBuffer> pieces(ByteBuffer bytes) {
        int length = bytes.remaining();
        int from = bytes.position();
        int count = (int) ((length + (long) PIECE - 1) / PIECE);
        return Flux.range(0, count)
                .map(i -> bytes.slice(from + i * PIECE, Math.min(PIECE, length - i * PIECE))
                        .asReadOnlyBuffer());
    }

    /** Writes a stream as the one file; answers the parameters, to which those given are added. */
    static Mono<Map<String, @Nullable Object>> write(
            FileSink files,
            String usualName,
            CodecOptions options,
            Map<String, @Nullable Object> parameters,
            Flux<ByteBuffer> content) {
        boolean packed =
                options.choice(CodecOptions.COMPRESSION, "none", "zlib").equals("zlib");
        String name = options.file(packed ? usualName + ".zlib" : usualName);
        Map<String, @Nullable Object> kept = new LinkedHashMap<>(parameters);
        kept.put(CodecOptions.FILE, name);
        if (packed) {
            kept.put(CodecOptions.COMPRESSION, "zlib");
        }
        return files.write(name, packed ? Compression.deflate(content) : content)
                .thenReturn(kept);
    }

    /** Returns the name of the one file. */
    static String name(String usualName, Map<String, @Nullable Object> parameters) {
        Object name = parameters.get(CodecOptions.FILE);
        if (name == null) {
            return usualName;
        } else if (name instanceof String text) {
            return ArtifactKey.fileName(text);
        }
        throw Damage.in(String.valueOf(name), "is no name of a file (in the manifest)");
    }

    /** Tells whether the file is compressed. */
    static boolean isPacked(String name, Map<String, @Nullable Object> parameters) {
        Object packed = parameters.get(CodecOptions.COMPRESSION);
        if (packed == null) {
            return false;
        } else if (packed.equals("zlib")) {
            return true;
        }
        throw Damage.refused(name, "compression \"%s\" (expected: zlib or none)".formatted(packed));
    }

    /** Streams the content of the one file. */
    static Flux<ByteBuffer> stream(
            FileSource files, String usualName, Map<String, @Nullable Object> parameters, CodecOptions options) {
        return Flux.defer(() -> {
            String name = name(usualName, parameters);
            require(files, name);
            return isPacked(name, parameters)
                    ? Compression.inflate(files.read(name), false, options.limit(), name)
                    : files.read(name);
        });
    }

    /** Reads the whole content of the one file; goes on where work may take long. */
    static Mono<byte[]> read(
            FileSource files, String usualName, Map<String, @Nullable Object> parameters, CodecOptions options) {
        return Mono.defer(() -> {
            String name = name(usualName, parameters);
            long size = require(files, name).size();
            boolean packed = isPacked(name, parameters);
            return gather(stream(files, usualName, parameters, options), name, packed ? -1 : size);
        });
    }

    static FileEntry require(FileSource files, String name) {
        for (FileEntry entry : files.entries()) {
            if (entry.name().equals(name)) {
                return entry;
            }
        }
        throw Damage.in(name, "is missing");
    }

    /**
     * Gathers a stream.
     *
     * @param size what it should be; negative if not known
     */
    static Mono<byte[]> gather(Flux<ByteBuffer> content, String name, long size) {
        if (size > LONGEST) {
            return Mono.error(() -> tooLong(name, size));
        }
        return content.collect(() -> new Room(name, size), Room::add)
                .map(Room::bytes)
                .publishOn(Schedulers.boundedElastic());
    }

    private static LimitExceededException tooLong(String name, long size) {
        return new LimitExceededException(
                "bytes of file " + name, size, LONGEST, "read it as a stream: its artifact's files()");
    }

    private static final class Room {

        private final String name;
        private final long size;
        private byte[] bytes;
        private int length;

        Room(String name, long size) {
            this.name = name;
            this.size = size;
            this.bytes = new byte[(int) Math.min(size < 0 ? 1 << 12 : size, TRUSTED)];
        }

        void add(ByteBuffer part) {
            long needed = length + (long) part.remaining();
            if (needed > LONGEST) {
                throw tooLong(name, needed);
            }
            if (size >= 0 && needed > size) {
                throw Damage.in(name, "more bytes than the %d of its manifest".formatted(size));
            }
            if (needed > bytes.length) {
                long room = Math.max(needed, Math.min(2L * bytes.length, size < 0 ? LONGEST : size));
                bytes = Arrays.copyOf(bytes, (int) Math.min(room, LONGEST));
            }
            int more = part.remaining();
            part.duplicate().get(bytes, length, more);
            length += more;
        }

        byte[] bytes() {
            if (size >= 0 && length != size) {
                throw Damage.in(name, "%d bytes (expected: %d)".formatted(length, size));
            }
            return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        }
    }
}
