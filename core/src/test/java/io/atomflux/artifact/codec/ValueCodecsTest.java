package io.atomflux.artifact.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

class ValueCodecsTest {

    private static final Codecs CODECS = Codecs.installed();

    private static Object readBack(ArtifactCodec codec, Object value, Map<String, Object> options) {
        MemoryFiles files = new MemoryFiles(7);
        Map<String, @Nullable Object> parameters =
                codec.write(value, files, options).block();
        assertThat(NumpyMsgpack.CODEC.encode(parameters)).as("plain parameters").isNotNull();
        return codec.read(files, parameters, Object.class, Map.of()).block();
    }

    @ParameterizedTest
    @CsvSource({
        "json, none",
        "json, zlib",
        "msgpack, none",
        "msgpack, zlib",
        "npy, none",
        "npy, zlib",
        "bytes, none",
        "bytes, zlib"
    })
    @DisplayName("M3, M11, M12, I17: whatever a codec accepts comes back equal, with and without compression")
    void roundTrip(String id, String compression) {
        ArtifactCodec codec = CODECS.require(id);
        RandomValues random = new RandomValues(7);
        Supplier<Object> values = switch (id) {
            case "json" -> () -> random.plain(0);
            case "npy" -> random::array;
            case "bytes" -> random::bytes;
            default -> () -> random.any(0);
        };
        for (int i = 0; i < 150; i++) {
            Object value = values.get();
            assertThat(codec.accepts(value)).as("%s", value).isTrue();
            assertThat(readBack(codec, value, Map.of("compression", compression)))
                    .isEqualTo(value);
        }
    }

    @Test
    @DisplayName("I15: the choice goes by what the value is, down to single items that JSON cannot keep")
    void usualChoice() {
        assertThat(chosen(NdArray.of(new double[0]))).isEqualTo("npy");
        assertThat(chosen(new double[][] {{1, 2}})).isEqualTo("npy");
        assertThat(chosen(Bytes.ofText("a"))).isEqualTo("bytes");
        assertThat(chosen(new byte[] {1})).isEqualTo("bytes");
        assertThat(chosen(Map.of("a", List.of(1, 2.5, "x")))).isEqualTo("json");
        assertThat(chosen(Map.of("a", Double.NaN))).isEqualTo("msgpack");
        assertThat(chosen(List.of(Bytes.EMPTY))).isEqualTo("msgpack");
        assertThat(chosen(Map.of("a", 1L, "b", NdArray.of(new int[1])))).isEqualTo("msgpack");
    }

    private static String chosen(Object value) {
        return CODECS.choose(value).id();
    }

    @Test
    @DisplayName("what no codec keeps is refused with its place inside the value")
    void nothingFits() {
        assertThatThrownBy(() -> CODECS.choose(Map.of("a", List.of(1L, new Object()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("value.a[1]: java.lang.Object");
        assertThatThrownBy(() -> CODECS.choose(BigInteger.ONE.shiftLeft(64)))
                .hasMessageContaining("outside -2^63 to 2^64 - 1");
        assertThatThrownBy(() -> CODECS.choose(Flux.just(1))).hasMessageContaining("rows or bytes");
        Object deep = 1L;
        for (int i = 0; i < 5000; i++) {
            deep = List.of(deep);
        }
        Object nested = deep;
        assertThatThrownBy(() -> CODECS.choose(nested)).hasMessageContaining("nested deeper than 64");
    }

    @Test
    @DisplayName("the order of choice can be set, and an unknown codec names those there are")
    void preferring() {
        assertThat(CODECS.preferring("msgpack").choose(Map.of("a", 1L)).id()).isEqualTo("msgpack");
        assertThatThrownBy(() -> CODECS.require("pickle"))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("npy")
                .hasMessageContaining("pickle");
        assertThatThrownBy(() -> CODECS.with(new NpyCodec())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("JSON keeps what it accepts exactly, and refuses what it has no form for")
    void exactnessOfJson() {
        JsonCodec json = new JsonCodec();
        List<Object> exact = Arrays.asList(
                null,
                true,
                Long.MIN_VALUE,
                new BigInteger("18446744073709551615"),
                -0.0,
                4.9e-324,
                1e300,
                "\ud800",
                "");
        assertThat(readBack(json, exact, Map.of())).isEqualTo(exact);
        Map<String, Object> names = Map.of("$bytes", 1L, "$$", 2L, "", 3L);
        assertThat(readBack(json, names, Map.of())).isEqualTo(names);
        assertThat(readBack(json, List.of((byte) 1, 2, 0.5f), Map.of())).isEqualTo(List.of(1L, 2L, 0.5));
        for (Object other : List.of(Double.NaN, Bytes.EMPTY, NdArray.of(new int[1]), Map.of(1, 2))) {
            assertThat(json.accepts(List.of(other))).isFalse();
            assertThatThrownBy(() -> json.write(List.of(other), new MemoryFiles(), Map.of())
                            .block())
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("value[0]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "msgpack", "npy"})
    @DisplayName("damaged, cut or random files end in an error that names the file, never in a wrong kind of error")
    void damage(String id) {
        ArtifactCodec codec = CODECS.require(id);
        Object value = id.equals("npy") ? NdArray.of(new double[6], 2, 3) : Map.of("a", List.of(1L, "text"), "b", 2.5);
        MemoryFiles files = new MemoryFiles();
        Map<String, @Nullable Object> parameters =
                codec.write(value, files, Map.of()).block();
        String name = (String) parameters.get("file");
        byte[] whole = files.content.get(name);
        Random random = new Random(3);
        for (int i = 0; i < 400; i++) {
            byte[] damaged = whole.clone();
            if (i < whole.length) {
                damaged = Arrays.copyOf(whole, i);
            } else {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            files.content.put(name, damaged);
            try {
                codec.read(files, parameters, Object.class, Map.of()).block();
            } catch (CorruptDataException | UnsupportedDataException e) {
                assertThat(e).hasMessageContaining("file " + name);
            }
        }
        files.content.clear();
        assertThatThrownBy(() ->
                        codec.read(files, parameters, Object.class, Map.of()).block())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("is missing");
    }

    @Test
    @DisplayName("deep nesting in a file is refused before it can end the stack")
    void deepNesting() {
        for (String text : List.of("[".repeat(100_000), "{\"a\":".repeat(100) + "1" + "}".repeat(100))) {
            MemoryFiles files = new MemoryFiles();
            files.content.put("value.json", text.getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> new JsonCodec()
                            .read(files, Map.of(), Object.class, Map.of())
                            .block())
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("value.json");
        }
        MemoryFiles files = new MemoryFiles();
        byte[] lists = new byte[100_000];
        Arrays.fill(lists, (byte) 0x91);
        files.content.put("value.msgpack", lists);
        assertThatThrownBy(() -> new MsgpackCodec()
                        .read(files, Map.of(), Object.class, Map.of())
                        .block())
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("value.msgpack");
    }

    @Test
    @DisplayName("compressed data that would become too large are refused while they expand")
    void bomb() {
        BytesCodec codec = new BytesCodec();
        MemoryFiles files = new MemoryFiles();
        Map<String, @Nullable Object> parameters = codec.write(
                        Bytes.wrap(new byte[5_000_000]), files, Map.of("compression", "zlib"))
                .block();
        assertThat(files.content.get("value.bin.zlib")).hasSizeLessThan(10_000);
        assertThatThrownBy(() -> codec.read(files, parameters, Bytes.class, Map.of("limit", 1_000_000))
                        .block())
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("value.bin.zlib");
        Flux<?> stream =
                (Flux<?>) codec.read(files, parameters, Flux.class, Map.of()).block();
        assertThat(stream.take(1).blockLast()).isInstanceOf(ByteBuffer.class);
    }

    @Test
    @DisplayName("M5: compressed data that end early, or go on behind their end, are damage")
    void truncatedCompression() {
        BytesCodec codec = new BytesCodec();
        MemoryFiles files = new MemoryFiles(9);
        Bytes value = new RandomValues(1).bytes();
        Map<String, @Nullable Object> parameters =
                codec.write(value, files, Map.of("compression", "zlib")).block();
        byte[] whole = files.content.get("value.bin.zlib");
        for (int length = 0; length <= whole.length + 12; length++) {
            files.content.put("value.bin.zlib", Arrays.copyOf(whole, length));
            if (length == whole.length) {
                assertThat(codec.read(files, parameters, Bytes.class, Map.of()).block())
                        .isEqualTo(value);
            } else {
                assertThatThrownBy(() -> codec.read(files, parameters, Bytes.class, Map.of())
                                .block())
                        .isInstanceOf(CorruptDataException.class);
            }
        }
    }

    @Test
    @DisplayName("bytes go in and out as a stream, whose parts are never held together")
    void bytesAsStream() {
        BytesCodec codec = new BytesCodec();
        for (String compression : List.of("none", "zlib")) {
            MemoryFiles files = new MemoryFiles();
            Flux<ByteBuffer> content = Flux.range(0, 300).map(i -> ByteBuffer.wrap(new byte[] {(byte) (int) i, 1}));
            Map<String, @Nullable Object> parameters = codec.write(content, files, Map.of("compression", compression))
                    .block();
            Flux<?> read = (Flux<?>)
                    codec.read(files, parameters, Flux.class, Map.of()).block();
            assertThat(read.cast(ByteBuffer.class)
                            .map(ByteBuffer::remaining)
                            .reduce(Integer::sum)
                            .block())
                    .isEqualTo(600);
        }
        assertThatThrownBy(() ->
                        codec.write(Flux.just("a"), new MemoryFiles(), Map.of()).block())
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("java.lang.String");
    }

    @Test
    @DisplayName("rows of an array are read without the rest, as Python's slices choose them")
    void someRows() {
        NpyCodec codec = new NpyCodec();
        NdArray array = NdArray.of(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 5, 2);
        for (String compression : List.of("none", "zlib")) {
            MemoryFiles files = new MemoryFiles();
            Map<String, @Nullable Object> parameters = codec.write(array, files, Map.of("compression", compression))
                    .block();
            assertThat(rows(codec, files, parameters, "1:3")).isEqualTo(array.slice(1, 3));
            assertThat(rows(codec, files, parameters, "-1:")).isEqualTo(array.slice(4, 5));
            assertThat(rows(codec, files, parameters, "9:")).isEqualTo(array.slice(0, 0));
            assertThat(rows(codec, files, parameters, "::-2"))
                    .isEqualTo(NdArray.of(new double[] {8, 9, 4, 5, 0, 1}, 3, 2));
        }
        MemoryFiles one = new MemoryFiles();
        codec.write(NdArray.of(new int[] {1}).reshape(), one, Map.of()).block();
        assertThatThrownBy(() -> rows(codec, one, Map.of(), ":1")).hasMessageContaining("0-d");
        assertThatThrownBy(() -> rows(codec, one, Map.of(), "x")).isInstanceOf(InvalidOptionException.class);
    }

    private static Object rows(
            ArtifactCodec codec, MemoryFiles files, Map<String, @Nullable Object> parameters, String rows) {
        return codec.read(files, parameters, NdArray.class, Map.of("rows", rows))
                .block();
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "msgpack", "npy", "bytes"})
    @DisplayName("I7: options a codec does not know are refused at the call, and nothing is written")
    void unknownOptions(String id) {
        ArtifactCodec codec = CODECS.require(id);
        MemoryFiles files = new MemoryFiles();
        assertThatThrownBy(() -> codec.write(Bytes.EMPTY, files, Map.of("overwrite", true)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("overwrite");
        assertThatThrownBy(() -> codec.read(files, Map.of(), Object.class, Map.of("x", 1)))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> codec.write(Bytes.EMPTY, files, Map.of("compression", "lz77")))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> codec.write(Bytes.EMPTY, files, Map.of("file", "../x")))
                .isInstanceOf(InvalidNameException.class);
        assertThat(files.content).isEmpty();
    }

    @Test
    @DisplayName("I16: what is given to a codec is not changed, nor are bytes shared with the caller")
    void inputStays() {
        byte[] given = {1, 2, 3};
        MemoryFiles files = new MemoryFiles();
        Map<String, @Nullable Object> parameters =
                new BytesCodec().write(given, files, Map.of()).block();
        ByteBuffer buffer = ByteBuffer.wrap(given);
        new BytesCodec().write(buffer, new MemoryFiles(), Map.of()).block();
        assertThat(buffer.position()).isZero();
        given[0] = 9;
        assertThat(new BytesCodec()
                        .read(files, parameters, Bytes.class, Map.of())
                        .block())
                .isEqualTo(Bytes.of((byte) 1, (byte) 2, (byte) 3));
        Map<String, Object> map = Collections.unmodifiableMap(Map.of("a", 1L));
        assertThat(readBack(new JsonCodec(), map, Map.of())).isEqualTo(map);
    }

    @Test
    @DisplayName("the name of the file can be chosen, so that folders of other programs can be written and read")
    void fileName() {
        MemoryFiles files = new MemoryFiles();
        NdArray array = NdArray.zeros(DType.FLOAT32, 0, 3);
        Map<String, @Nullable Object> parameters =
                new NpyCodec().write(array, files, Map.of("file", "np.npy")).block();
        assertThat(files.content).containsOnlyKeys("np.npy");
        assertThat(new NpyCodec()
                        .read(files, parameters, NdArray.class, Map.of())
                        .block())
                .isEqualTo(array);
    }
}
