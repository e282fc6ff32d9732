package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.UnsupportedDataException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What codecs of other modules need as those in here do. */
public final class CodecSupport {

    private CodecSupport() {}

    /**
     * Refuses options that are unknown to a codec.
     *
     * @throws InvalidOptionException naming the first one and those there are
     */
    public static void checkOptions(String codec, Map<String, Object> options, Set<String> known) {
        CodecOptions checked = new CodecOptions(codec, options, known);
        checked.limit();
    }

    /**
     * Returns an option that is a list of texts; empty if it is not given.
     *
     * @throws InvalidOptionException if it is something else
     */
    public static Optional<List<String>> texts(String name, Map<String, Object> options) {
        Object value = options.get(name);
        if (value == null) {
            return Optional.empty();
        } else if (value instanceof Collection<?> items && items.stream().allMatch(String.class::isInstance)) {
            return Optional.of(items.stream().map(String.class::cast).toList());
        }
        throw new InvalidOptionException(name, value + " (expected: a list of texts)");
    }

    /** Returns the option {@code limit}, how many bytes data may become when they expand; a quarter of the heap if not given. */
    public static long limit(Map<String, Object> options) {
        return new CodecOptions("", Map.copyOf(options), options.keySet()).limit();
    }

    /**
     * Returns the name of the one file a value is kept in: option {@code file}, or the usual one.
     *
     * @throws io.atomflux.error.InvalidNameException if it is refused
     */
    public static String chosenFile(String usual, Map<String, Object> options) {
        return new CodecOptions("", Map.copyOf(options), options.keySet()).file(usual);
    }

    /** Returns the name of the one file a value is kept in: parameter {@code file}, or the usual one. */
    public static String keptFile(String usual, Map<String, @Nullable Object> parameters) {
        return ValueFile.name(usual, parameters);
    }

    /**
     * Returns what the manifest has of a file.
     *
     * @throws CorruptDataException if it is missing
     */
    public static FileEntry require(FileSource files, String name) {
        return ValueFile.require(files, name);
    }

    /**
     * Reads a whole file into one array; goes on where decoding may take long.
     *
     * @signals {@link CorruptDataException} if it is missing, or longer or shorter than the manifest says; {@link
     *     io.atomflux.error.LimitExceededException} if it has 2 GiB or more
     */
    public static Mono<byte[]> read(FileSource files, String name) {
        return Mono.defer(() -> {
            long size = ValueFile.require(files, name).size();
            return ValueFile.gather(files.read(name), name, size);
        });
    }

    /** Reads a part of a file, which no hash can verify; a part that is shorter than asked for is damage. */
    public static Mono<byte[]> read(FileSource files, String name, long offset, long length) {
        return length == 0
                ? Mono.just(new byte[0])
                : Mono.defer(() -> ValueFile.gather(files.read(name, offset, length), name, length));
    }

    /** Cuts bytes into pieces of at most 1 MiB, without copying. */
    public static Flux<ByteBuffer> pieces(ByteBuffer bytes) {
        return ValueFile.pieces(bytes);
    }

    /** Tells damage of a file. */
    public static CorruptDataException damaged(String file, String problem) {
        return Damage.in(file, problem);
    }

    /** Tells that a file's data are well-formed and refused. */
    public static UnsupportedDataException refused(String file, String problem) {
        return Damage.refused(file, problem);
    }

    /**
     * Decodes, naming the file in what the decoder throws.
     *
     * @throws CorruptDataException for IllegalArgumentException, ArithmeticException and IndexOutOfBoundsException
     * @throws UnsupportedDataException for UnsupportedOperationException
     */
    public static <T> T decoding(String file, Supplier<T> decoder) {
        try {
            return decoder.get();
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedDataException(Damage.STORE, "file " + file, String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            throw new CorruptDataException(Damage.STORE, "file " + file, String.valueOf(e.getMessage()), e);
        }
    }
}
