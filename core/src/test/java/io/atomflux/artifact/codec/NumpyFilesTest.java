package io.atomflux.artifact.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.codec.Npy;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumpyFilesTest {

    private static byte[] resource(String name) {
        try (InputStream in = NumpyFilesTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemoryFiles file(String name, byte[] content) {
        MemoryFiles files = new MemoryFiles(100);
        files.content.put(name, content);
        return files;
    }

    private static NdArray npy(String name) {
        return (NdArray) new NpyCodec()
                .read(file("value.npy", resource(name)), Map.of(), NdArray.class, Map.of())
                .block();
    }

    @Test
    @DisplayName("files of NumPy are read: versions 1 to 3, both orders of axes and bytes, 0-d, empty, texts, records")
    void filesOfNumpy() {
        double[] six = {0, 1, 2, 3, 4, 5};
        assertThat(npy("c.npy")).isEqualTo(NdArray.of(six, 2, 3));
        assertThat(npy("fortran.npy"))
                .isEqualTo(NdArray.of(IntStream.range(0, 24).toArray(), 2, 3, 4));
        assertThat(npy("scalar.npy")).isEqualTo(NdArray.of(new float[] {1.5f}).reshape());
        assertThat(npy("empty.npy")).isEqualTo(NdArray.zeros(DType.UINT16, 0, 3));
        assertThat(npy("big.npy").dtype()).isEqualTo(DType.of(">i8"));
        assertThat(npy("big.npy").toLongArray()).containsExactly(0, 1, 2);
        assertThat(npy("text.npy")).isEqualTo(NdArray.ofTexts(List.of("a", "bcd", "\u20ac")));
        assertThat(npy("bool.npy")).isEqualTo(NdArray.of(new boolean[] {true, false}));
        assertThat(npy("version2.npy").toLongArray()).containsExactly(0, 1, 2, 3);
        assertThat(npy("record.npy").dtype().fields())
                .extracting(DType.Field::name)
                .containsExactly("x", "it's \\ \"q\"", "in");
        assertThat(npy("unicode_name.npy").dtype().fields().get(0).name()).isEqualTo("\u20ac");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c.npy",
                "scalar.npy",
                "empty.npy",
                "big.npy",
                "text.npy",
                "bool.npy",
                "record.npy",
                "unicode_name.npy"
            })
    @DisplayName("what is written is what NumPy writes, byte for byte")
    void writtenAsNumpyDoes(String name) {
        byte[] given = resource(name);
        NdArray array = Npy.decode(given);
        assertThat(Npy.decode(Npy.encode(array).toArray())).isEqualTo(array);
        if (array.dtype().fields().isEmpty()) {
            // NumPy leaves room for the first axis to grow; header lengths agree, blanks do not tell more.
            assertThat(new String(Npy.encode(array).toArray(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(new String(given, StandardCharsets.ISO_8859_1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"objects.npy", "dates.npy"})
    @DisplayName("I5: pickled objects and types without a place here are refused, not decoded")
    void refused(String name) {
        assertThatThrownBy(() -> npy(name))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("file value.npy");
    }

    @Test
    @DisplayName("headers that lie about length, shape or type are refused before anything of that size is made")
    void lyingHeaders() {
        String start = "\u0093NUMPY\u0001\u0000";
        for (String header : List.of(
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (10,), }",
                "{'descr': '<f8', 'fortran_order': False, }",
                "{'descr': '<f8', 'fortran_order': 'x', 'shape': (1,), }",
                "{'descr': '" + "x".repeat(200) + "', 'fortran_order': False, 'shape': (1,), }",
                "[".repeat(30_000),
                "__import__('os').system('x')",
                "'\\",
                "'\\x1",
                "")) {
            String whole =
                    start + (char) (header.length() & 0xff) + (char) (header.length() >> 8) + header + "\0\0\0\0";
            assertThatThrownBy(() -> new NpyCodec()
                            .read(
                                    file("value.npy", whole.getBytes(StandardCharsets.ISO_8859_1)),
                                    Map.of(),
                                    NdArray.class,
                                    Map.of())
                            .block())
                    .as(header)
                    .isInstanceOfAny(CorruptDataException.class, UnsupportedDataException.class)
                    .hasMessageContaining("file value.npy");
        }
    }

    private static Object npz(byte[] content, Class<?> wanted, Map<String, Object> options) {
        return new NpzCodec()
                .read(file("value.npz", content), Map.of(), wanted, options)
                .block();
    }

    @Test
    @DisplayName("archives of NumPy are read, stored and deflated, whole or only some arrays of them")
    void archivesOfNumpy() {
        Map<String, NdArray> stored =
                Map.of("a", NdArray.of(new long[] {0, 1, 2}), "b", NdArray.of(new float[] {1, 1, 1, 1}, 2, 2));
        assertThat(npz(resource("stored.npz"), Map.class, Map.of())).isEqualTo(stored);
        assertThat(npz(resource("stored.npz"), Map.class, Map.of("names", List.of("b"))))
                .isEqualTo(Map.of("b", stored.get("b")));
        assertThat(npz(resource("stored.npz"), NdArray.class, Map.of("names", List.of("a"))))
                .isEqualTo(stored.get("a"));
        assertThat(npz(resource("deflated.npz"), Map.class, Map.of()))
                .isEqualTo(Map.of(
                        "arr_0",
                        NdArray.zeros(DType.FLOAT64, 100, 10),
                        "z",
                        NdArray.ofTexts(List.of("x")).reshape()));
        assertThatThrownBy(() -> npz(resource("stored.npz"), Map.class, Map.of("names", List.of("c"))))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> npz(resource("deflated.npz"), Map.class, Map.of("limit", 1000)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("value.npz");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "deflate"})
    @DisplayName("M11, I17: arrays by name come back equal and in order, stored and deflated, also a single one")
    void roundTripOfArchives(String compression) {
        RandomValues random = new RandomValues(5);
        for (int i = 0; i < 30; i++) {
            Map<String, NdArray> arrays = new LinkedHashMap<>();
            for (int j = 0; j <= i % 7; j++) {
                arrays.put((i % 3 == 0 ? "group/\u20ac" : "z") + (9 - j), random.array());
            }
            assertThat(Codecs.installed().choose(arrays).id()).isEqualTo("npz");
            MemoryFiles files = new MemoryFiles();
            var parameters = new NpzCodec()
                    .write(arrays, files, Map.of("compression", compression))
                    .block();
            Map<?, ?> back = (Map<?, ?>) new NpzCodec()
                    .read(files, parameters, Object.class, Map.of())
                    .block();
            assertThat(back).isEqualTo(arrays);
            assertThat(List.copyOf(back.keySet())).isEqualTo(List.copyOf(arrays.keySet()));
        }
        MemoryFiles files = new MemoryFiles();
        NdArray one = NdArray.of(new double[3]);
        var parameters = new NpzCodec()
                .write(one, files, Map.of("file", "np.npz", "compression", compression))
                .block();
        assertThat(new NpzCodec()
                        .read(files, parameters, Object.class, Map.of())
                        .block())
                .isEqualTo(one);
    }

    @Test
    @DisplayName("damaged and cut archives end in an error that names the file, whatever is asked of them")
    void damagedArchives() {
        for (String name : List.of("stored.npz", "deflated.npz")) {
            byte[] whole = resource(name);
            Random random = new Random(1);
            Object good = npz(whole, Map.class, Map.of());
            for (int i = 0; i < 1500; i++) {
                byte[] damaged = whole.clone();
                if (i % 3 == 0) {
                    damaged = Arrays.copyOf(whole, i * whole.length / 1500);
                } else {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                }
                try {
                    Object read = npz(damaged, Map.class, Map.of());
                    // Bits nobody reads: dates, versions, the copy of the sizes before each member.
                    assertThat(List.copyOf(((Map<?, ?>) read).values()))
                            .isEqualTo(List.copyOf(((Map<?, ?>) good).values()));
                } catch (CorruptDataException | UnsupportedDataException | LimitExceededException e) {
                    assertThat(e).hasMessageContaining("value.npz");
                }
            }
        }
    }

    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(Npy.encode(NdArray.of(new double[1])).toArray());
            }
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../x.npy", "/x.npy", "a\\b.npy", "a/./b.npy", "C:x.npy", "a//b.npy", "\u0001.npy", "x.txt"})
    @DisplayName("names in an archive that could become paths, and members that are no arrays, are refused")
    void hostileNames(String name) throws IOException {
        byte[] content = zip(name);
        assertThatThrownBy(() -> npz(content, Map.class, Map.of()))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("value.npz");
        String key = name.substring(0, name.length() - 4);
        assertThat(new NpzCodec().accepts(Map.of(key, NdArray.of(new double[1]))))
                .isEqualTo(name.equals("x.txt"));
    }

    @Test
    @DisplayName("an archive whose members share their bytes is refused: it could expand without end")
    void overlappingMembers() throws IOException {
        byte[] two = zip("a.npy", "b.npy");
        // Both entries of the directory point at the first member.
        int directory = new String(two, StandardCharsets.ISO_8859_1).lastIndexOf("PK\u0001\u0002");
        Arrays.fill(two, directory + 42, directory + 46, (byte) 0);
        Object read = npz(two, Map.class, Map.of());
        assertThat((Map<?, ?>) read)
                .as("the same bytes twice are within the file's size")
                .hasSize(2);
        byte[] many = manyOfOne(300);
        assertThatThrownBy(() -> npz(many, Map.class, Map.of()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("larger than the file");
    }

    /** Makes a directory of many entries that all point at one member. */
    private static byte[] manyOfOne(int count) throws IOException {
        byte[] one = zip("a.npy");
        String text = new String(one, StandardCharsets.ISO_8859_1);
        int directory = text.indexOf("PK\u0001\u0002");
        int end = text.indexOf("PK\u0005\u0006");
        StringBuilder out = new StringBuilder(text.substring(0, directory));
        for (int i = 0; i < count; i++) {
            out.append(text.substring(directory, directory + 46))
                    .append("%05d".formatted(i))
                    .append(text.substring(directory + 46 + 5, end));
        }
        int length = count * (end - directory);
        out.append(text, end, end + 8);
        for (int number : new int[] {count, count}) {
            out.append((char) (number & 0xff)).append((char) (number >> 8 & 0xff));
        }
        for (int shift = 0; shift < 32; shift += 8) {
            out.append((char) (length >> shift & 0xff));
        }
        return out.append(text.substring(end + 16)).toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    @DisplayName("M4: a packed value says itself how it was written; any damaged byte of it is told")
    void packedValues() {
        Codecs codecs = Codecs.installed();
        RandomValues random = new RandomValues(11);
        for (int i = 0; i < 60; i++) {
            Object value = random.any(0);
            Bytes packed = PackedValue.pack(codecs, value).block();
            assertThat(PackedValue.isPacked(packed)).isTrue();
            assertThat(PackedValue.head(packed, "x").codec())
                    .isEqualTo(codecs.choose(value).id());
            assertThat(PackedValue.unpack(codecs, packed, "x", Object.class, Map.of())
                            .block())
                    .isEqualTo(value);
        }
        Bytes packed = PackedValue.pack(codecs.require("msgpack"), List.of(1L), Map.of("compression", "zlib"))
                .block();
        assertThat(PackedValue.unpack(codecs.preferring("json"), packed, "x", Object.class, Map.of())
                        .block())
                .isEqualTo(List.of(1L));
        for (int i = 0; i < packed.length(); i++) {
            byte[] damaged = packed.toArray();
            damaged[i] ^= 16;
            for (byte[] bytes : List.of(damaged, Arrays.copyOf(packed.toArray(), i))) {
                assertThatThrownBy(
                                () -> PackedValue.unpack(codecs, Bytes.of(bytes), "payload 7", Object.class, Map.of())
                                        .block())
                        .isInstanceOfAny(CorruptDataException.class, UnsupportedDataException.class)
                        .hasMessageContaining("payload 7");
            }
        }
    }
}
