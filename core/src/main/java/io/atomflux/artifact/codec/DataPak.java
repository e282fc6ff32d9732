package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.codec.Npy;
import io.atomflux.error.LimitExceededException;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Values;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Values as MLtraq 0.1.165 serialises them: DATAPAK, tagged values in a pickle of plain ones, perhaps compressed.
 *
 * <p>Read are None, bool, int, float, str, bytes; lists, tuples and sets as lists, dictionaries as maps with texts as keys,
 * also {@code Bunch}; {@code ndarray} as {@link NdArray}, UUIDs as {@link UUID}, points of time as {@link Instant}. All else,
 * e.g. frames and references to stores, is a {@link Tagged}; {@link #read(Bytes, Codecs)} makes tables of the frames. Written
 * are the same. No byte of a pickle can run code here: whatever names or calls a class is refused.
 *
 * <p>The class is long as reading and writing of each tag stand side by side.
 */
public final class DataPak {

    private static final String MARKER = "DATAPAK-0";
    private static final String VALUE = "value";
    private static final String BUNCH = "mltraq.Bunch-0";
    private static final String ARRAY = "numpy.ndarray-0";
    private static final String TIME = "numpy.datetime64-0";
    private static final String ID = "uuid.UUID-0";
    private static final String TABLE = "pyarrow.Table-0";
    private static final List<String> FRAMES = List.of("pandas.DataFrame-0", "pandas.Series-0", TABLE);
    private static final byte[] PACKED = {'C', '0', '1'};

    private DataPak() {}

    /**
     * A value of a type that has no counterpart here.
     *
     * @param tag e.g. {@code mltraq.DataStore-0}, whose value is a URL, or {@code pandas.DataFrame-0}, whose value is an Arrow
     *     file
     * @param value what the tag is about
     */
    public record Tagged(String tag, Object value) {}

    /**
     * Tells whether bytes begin as DATAPAK does: a pickle of protocol 5, which {@code serialize} of MLtraq always writes, or
     * its mark of compressed data with a head of zlib.
     */
    public static boolean begins(Bytes bytes) {
        if (bytes.length() < 4) {
            return false;
        }
        int first = Byte.toUnsignedInt(bytes.at(3));
        boolean packed = bytes.at(0) == PACKED[0] && bytes.at(1) == PACKED[1] && bytes.at(2) == PACKED[2];
        return bytes.at(0) == (byte) 0x80 && bytes.at(1) == 5
                || packed
                        && bytes.length() > 4
                        && (first & 0xf) == 8
                        && (first << 8 | Byte.toUnsignedInt(bytes.at(4))) % 31 == 0;
    }

    /**
     * Reads a value; frames are {@link Tagged} bytes.
     *
     * @throws io.atomflux.error.CorruptDataException if the bytes are damaged
     * @throws io.atomflux.error.UnsupportedDataException if they hold what is refused, e.g. a pickle that would run code
     * @throws LimitExceededException if compressed bytes would become larger than a quarter of the heap
     */
    public static @Nullable Object read(Bytes packed) {
        long limit = CodecSupport.limit(Map.of());
        return Damage.named("of DATAPAK", () -> {
            byte[] bytes = packed.toArray();
            boolean prefixed = bytes.length >= 3 && bytes[0] == 'C' && bytes[1] == '0' && bytes[2] <= '1';
            byte[] pickle = prefixed && bytes[2] == '1' ? inflated(bytes, limit) : bytes;
            return decoded(SafePickle.read(pickle, prefixed && bytes[2] != '1' ? 3 : 0));
        });
    }

    /**
     * Reads a value; frames are {@link Table}s if there is the codec {@code arrow} among those given.
     *
     * @return cold; empty for None
     * @signals as {@link #read(Bytes)} throws
     */
    public static Mono<Object> read(Bytes packed, Codecs codecs) {
        return Mono.defer(() -> {
            Object value = read(packed);
            Optional<ArtifactCodec> arrow = codecs.find("arrow");
            if (value == null || arrow.isEmpty()) {
                return Mono.justOrEmpty(value);
            }
            List<Tagged> frames = new ArrayList<>();
            find(
                    value,
                    found -> found instanceof Tagged tagged
                            && tagged.value() instanceof Bytes
                            && FRAMES.contains(tagged.tag()),
                    frames);
            Map<Object, Object> tables = new IdentityHashMap<>();
            return Flux.fromIterable(frames)
                    .concatMap(
                            frame -> arrow.get()
                                    .read(
                                            new PackedValue.Body("frame.arrow", (Bytes) frame.value()),
                                            Map.of("file", "frame.arrow"),
                                            Table.class,
                                            Map.of())
                                    .doOnNext(table -> tables.put(frame, table)),
                            1)
                    .then(Mono.fromSupplier(() -> exchanged(value, tables)));
        });
    }

    /** Tells whether a value is searched for. */
    private interface Wanted {
        boolean is(Object value);
    }

    private static <T> void find(@Nullable Object value, Wanted wanted, List<T> found) {
        if (value != null && wanted.is(value)) {
            @SuppressWarnings("unchecked") // the caller asks for this type
            T hit = (T) value;
            found.add(hit);
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(item -> find(item, wanted, found));
        } else if (value instanceof List<?> list) {
            list.forEach(item -> find(item, wanted, found));
        } else if (value instanceof Tagged tagged) {
            find(tagged.value(), wanted, found);
        }
    }

    private static Object exchanged(Object value, Map<Object, Object> by) {
        Object other = by.get(value);
        if (other != null) {
            return other;
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, item) -> copy.put((String) name, item == null ? null : exchanged(item, by)));
            return Collections.unmodifiableMap(copy);
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(item -> copy.add(item == null ? null : exchanged(item, by)));
            return Collections.unmodifiableList(copy);
        } else if (value instanceof Tagged tagged) {
            return new Tagged(tagged.tag(), exchanged(tagged.value(), by));
        }
        return value;
    }

    private static byte[] inflated(byte[] bytes, long limit) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(bytes, PACKED.length, bytes.length - PACKED.length);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] room = new byte[1 << 16];
            while (!inflater.finished()) {
                int length = inflater.inflate(room);
                if (length == 0) {
                    throw new IllegalArgumentException("compressed data end too early");
                }
                out.write(room, 0, length);
                if (out.size() > limit) {
                    throw Compression.tooLarge("of DATAPAK", out.size(), limit);
                }
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("compressed data are damaged", e);
        } finally {
            inflater.end();
        }
    }

    private static @Nullable Object decoded(@Nullable Object value) {
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(decoded(item)));
            return Collections.unmodifiableList(copy);
        } else if (value instanceof Map<?, ?> map) {
            if (map.size() == 2 && map.get(MARKER) instanceof String tag && map.containsKey(VALUE)) {
                return tagged(tag, map.get(VALUE));
            }
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, item) -> copy.put((String) name, decoded(item)));
            return Collections.unmodifiableMap(copy);
        }
        return value;
    }

    private static Object tagged(String tag, @Nullable Object value) {
        switch (tag) {
            case BUNCH -> {
                if (value instanceof Map && decoded(value) instanceof Map<?, ?> bunch) {
                    return bunch;
                }
            }
            case ARRAY -> {
                if (value instanceof Bytes npy) {
                    return Npy.decode(npy.toArray());
                }
            }
            case TIME -> {
                if (value instanceof Long micros) {
                    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
                }
            }
            case ID -> {
                if (value instanceof String digits && digits.matches("[0-9a-fA-F]{32}")) {
                    return new UUID(
                            Long.parseUnsignedLong(digits.substring(0, 16), 16),
                            Long.parseUnsignedLong(digits.substring(16), 16));
                }
            }
            default -> {
                Object inner = decoded(value);
                if (inner != null) {
                    return new Tagged(tag, inner);
                }
            }
        }
        throw new IllegalArgumentException("value of tag %s: %s"
                .formatted(tag, value == null ? null : value.getClass().getSimpleName()));
    }

    /**
     * Writes a value as {@code deserialize} of MLtraq reads it, uncompressed.
     *
     * @param value as {@link #read(Bytes)} gives it, and what {@link Values#of} widens; a {@link Table} must be written by
     *     {@link #write(Object, Codecs)}
     * @throws IllegalArgumentException if it holds something else, or a map with the key {@code DATAPAK-0}, which could not be
     *     read back
     */
    public static Bytes write(@Nullable Object value) {
        Writing out = new Writing();
        out.code(0x80);
        out.code(5);
        out.value(value, 0);
        out.code('.');
        return Bytes.wrap(out.bytes.toByteArray());
    }

    /**
     * Writes a value whose tables become frames, by the codec {@code arrow} among those given.
     *
     * @signals {@link io.atomflux.error.UnsupportedDataException} if there is a table and no such codec
     */
    public static Mono<Bytes> write(Object value, Codecs codecs) {
        return Mono.defer(() -> {
            List<Table> tables = new ArrayList<>();
            find(value, found -> found instanceof Table, tables);
            Map<Object, Object> frames = new IdentityHashMap<>();
            return Flux.fromIterable(tables)
                    .concatMap(
                            table -> PackedValue.body(codecs.require("arrow"), table)
                                    .doOnNext(bytes -> frames.put(table, new Tagged(TABLE, bytes))),
                            1)
                    .then(Mono.fromSupplier(() -> write(exchanged(value, frames))));
        });
    }

    /** Makes a value compressed, as MLtraq with its codec {@code zlib} does; its own reading cannot take that back. */
    public static Bytes compressed(Bytes packed) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(packed.toArray());
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(PACKED);
            byte[] room = new byte[1 << 16];
            while (!deflater.finished()) {
                out.write(room, 0, deflater.deflate(room));
            }
            return Bytes.wrap(out.toByteArray());
        } finally {
            deflater.end();
        }
    }

    private static final class Writing {

        private static final int DEEPEST = 60; // two levels of each tag stay below the limit of reading

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void code(int code) {
            bytes.write(code);
        }

        private void little(long number, int length) {
            for (int i = 0; i < length; i++) {
                code((int) (number >> 8 * i));
            }
        }

        void value(@Nullable Object given, int depth) {
            if (depth > DEEPEST) {
                throw new IllegalArgumentException("value: nested deeper than " + DEEPEST);
            }
            if (given == null) {
                code('N');
            } else if (given instanceof Tagged tagged) {
                tag(tagged.tag(), tagged.value(), depth);
            } else if (given instanceof UUID id) {
                tag(ID, id.toString().replace("-", ""), depth);
            } else if (given instanceof Instant time) {
                tag(TIME, micros(time), depth);
            } else if (given instanceof List<?> list) {
                code(']');
                code('(');
                list.forEach(item -> value(item, depth + 1));
                code('e');
            } else if (given instanceof Map<?, ?> map) {
                if (map.containsKey(MARKER)) {
                    throw new IllegalArgumentException(
                            "value: a map with the key %s (expected: another key)".formatted(MARKER));
                }
                map(map, depth);
            } else {
                plain(Values.of(VALUE, given), depth);
            }
        }

        private static long micros(Instant time) {
            try {
                return ChronoUnit.MICROS.between(Instant.EPOCH, time);
            } catch (ArithmeticException | DateTimeException e) {
                throw new IllegalArgumentException("value: %s (expected: a time in microseconds)".formatted(time), e);
            }
        }

        private void map(Map<?, ?> map, int depth) {
            code('}');
            code('(');
            map.forEach((name, item) -> {
                if (!(name instanceof String text)) {
                    throw new IllegalArgumentException("value: a map key that is no text");
                }
                text(text);
                value(item, depth + 1);
            });
            code('u');
        }

        private void tag(String tag, Object value, int depth) {
            code('}');
            code('(');
            text(MARKER);
            text(tag);
            text(VALUE);
            value(value, depth + 1);
            code('u');
        }

        private void plain(@Nullable Object value, int depth) {
            if (value instanceof Boolean flag) {
                code(flag ? 0x88 : 0x89);
            } else if (value instanceof Long number) {
                if (number == number.intValue()) {
                    code('J');
                    little(number, 4);
                } else {
                    code(0x8a);
                    code(8);
                    little(number, 8);
                }
            } else if (value instanceof BigInteger number) {
                code(0x8a);
                code(9);
                little(number.longValue(), 8);
                code(0);
            } else if (value instanceof Double number) {
                code('G');
                bytes.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
            } else if (value instanceof String text) {
                text(text);
            } else if (value instanceof Bytes part) {
                code(part.length() < 256 ? 'C' : 'B');
                little(part.length(), part.length() < 256 ? 1 : 4);
                bytes.writeBytes(part.toArray());
            } else if (value instanceof NdArray array) {
                tag(ARRAY, Npy.encode(array), depth);
            } else if (value instanceof NdScalar scalar) {
                value(scalar.plain(), depth);
            } else {
                throw new IllegalArgumentException(
                        "value: %s (expected: a plain value, NdArray, UUID, Instant or Tagged)".formatted(value));
            }
        }

        private void text(String text) {
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                throw new IllegalArgumentException("value: a text with a lone surrogate");
            }
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            code('X');
            bytes.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(encoded.length)
                    .array());
            bytes.writeBytes(encoded);
        }
    }
}
