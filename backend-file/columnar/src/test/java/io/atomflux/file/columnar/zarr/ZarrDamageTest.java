package io.atomflux.file.columnar.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Damaged and foreign Zarr stores")
class ZarrDamageTest {

    private static final String V3 = """
            {"shape": [6, 3], "data_type": "float64",
             "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [5, 3]}},
             "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
             "fill_value": "NaN", "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
             "attributes": {}, "zarr_format": 3, "node_type": "array", "storage_transformers": []}""";
    private static final String V2 = """
            {"shape": [6, 3], "chunks": [5, 3], "dtype": "<f8", "fill_value": "NaN", "order": "C", "filters": null,
             "dimension_separator": ".", "compressor": null, "zarr_format": 2}""";
    private static final long MOST = 1 << 20;

    @TempDir
    static Path golden;

    @TempDir
    Path folder;

    private Path path;
    private ZarrStore store;

    @BeforeAll
    static void unpack() throws IOException {
        Golden.unpack(golden);
    }

    @BeforeEach
    void open() throws IOException {
        path = folder.resolve("x.zarr");
        Files.createDirectories(path.resolve("g/a"));
        write("g/zarr.json", "{\"attributes\": {}, \"zarr_format\": 3, \"node_type\": \"group\"}");
        store = ZarrStore.of(path, true, Duration.ofSeconds(5), MOST);
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(path.resolve(file).getParent());
        Files.writeString(path.resolve(file), text);
    }

    private ArrayInfo array() throws IOException {
        return store.read(tree -> tree.array("g/a")).orElseThrow();
    }

    private byte[] chunk(long... index) throws IOException {
        return store.read(tree ->
                tree.chunk(tree.array("g/a").orElseThrow(), Shape.of(index)).bytes());
    }

    private static String replaced(String document, String from, String to) {
        assertThat(document).contains(from);
        return document.replace(from, to);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @DisplayName("have documents that contradict themselves, which is told as damage, naming the array")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[6, 3]|[6, -3]",
                "[6, 3]|6",
                "[6, 3]|[6, 3.0]",
                "[6, 3]|[\"6\", 3]",
                "[6, 3]|[6, 9223372036854775808]",
                "[6, 3]|[9223372036854775807, 3]",
                "[6, 3]|[6]",
                "[5, 3]|[5, 0]",
                "[5, 3]|[5, -1]",
                "[5, 3]|[]",
                "[5, 3]|null",
                "\"float64\"|7",
                "\"float64\"|{}",
                "\"float64\"|{\"name\": \"fixed_length_utf32\"}",
                "\"float64\"|{\"name\": \"fixed_length_utf32\", \"configuration\": {\"length_bytes\": 7}}",
                "\"float64\"|{\"name\": \"fixed_length_utf32\", \"configuration\": {\"length_bytes\": 99999999999}}",
                "\"float64\"|{\"name\": \"null_terminated_bytes\", \"configuration\": {\"length_bytes\": 0}}",
                "{\"name\": \"regular\", \"configuration\": {\"chunk_shape\": [5, 3]}}|\"regular\"",
                "\"/\"|\":\"",
                "{\"name\": \"default\", \"configuration\": {\"separator\": \"/\"}}|null",
                "\"NaN\"|\"nan\"",
                "\"NaN\"|[1, 2]",
                "\"NaN\"|true",
                "\"NaN\"|\"0x7ff8\"",
                "\"NaN\"|\"0x7ffg000000000000\"",
                "\"fill_value\": \"NaN\",|",
                "[{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}]|null",
                "[{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}]|[]",
                "[{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}]|{}",
                "\"attributes\": {}|\"attributes\": []",
                "\"zarr_format\": 3|\"zarr_format\": 4",
                "\"zarr_format\": 3|\"zarr_format\": 3, \"zarr_format\": 3",
                "\"node_type\": \"array\"|\"node_type\": \"banana\"",
                "\"array\",|\"array\"",
            })
    void corrupt(String from, String to) throws IOException {
        write("g/a/zarr.json", replaced(V3, from, to == null ? "" : to));
        assertThatThrownBy(this::array).isInstanceOf(CorruptDataException.class).hasMessageContaining("g/a");
        assertThat(store.verify()).singleElement().asString().contains("g/a");
        assertThat(store.<Boolean>read(tree -> tree.hasGroup("g"))).isTrue();
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @DisplayName("have what is not read, which is refused by name")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"float64\"|\"r16\"|r16",
                "\"float64\"|\"bfloat16\"|bfloat16",
                "\"float64\"|{\"name\": \"numpy.datetime64\", \"configuration\": {\"unit\": \"ns\"}}|numpy.datetime64",
                "\"float64\"|{\"name\": \"raw_bytes\", \"configuration\": {\"length_bytes\": 4}}|raw_bytes",
                "\"regular\"|\"rectilinear\"|rectilinear",
                "\"default\"|\"fancy\"|fancy",
                "[{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}]|[{\"name\": \"bytes\"}, {\"name\": \"lzma2\"}]|lzma2",
                "\"storage_transformers\": []|\"storage_transformers\": [{\"name\": \"x\"}]|storage_transformers",
                "\"attributes\"|\"novelty\": 1, \"attributes\"|novelty",
            })
    void unsupported(String from, String to, String named) throws IOException {
        write("g/a/zarr.json", replaced(V3, from, to));
        assertThatThrownBy(this::array)
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("g/a")
                .hasMessageContaining(named);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @DisplayName("have documents of version 2 that contradict themselves or have what is not read")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "[6, 3];[6];corrupt",
                "[5, 3];[0, 3];corrupt",
                "\"<f8\";\"<f7\";corrupt",
                "\"<f8\";\"f\";refused",
                "\"<f8\";8;corrupt",
                "\"<f8\";\"|O\";refused",
                "\"<f8\";\"<M8[ns]\";refused",
                "\"<f8\";\"|V8\";refused",
                "\"<f8\";\"|S0\";refused",
                "\"<f8\";[[\"x\", \"<f8\"]];refused",
                "\"C\";\"K\";corrupt",
                "\".\";\"-\";corrupt",
                "\"compressor\": null;\"compressor\": {\"id\": \"lzma\"};refused",
                "\"compressor\": null;\"compressor\": 3;corrupt",
                "\"filters\": null;\"filters\": [{\"id\": \"pickle\"}];refused",
                "\"zarr_format\": 2;\"zarr_format\": 3;corrupt",
            })
    void version2(String from, String to, String how) throws IOException {
        write("g/a/.zarray", replaced(V2, from, to));
        assertThatThrownBy(this::array)
                .isInstanceOf(how.equals("corrupt") ? CorruptDataException.class : UnsupportedDataException.class)
                .hasMessageContaining("g/a");
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("claim more than is allowed, which is refused before memory is taken")
    @ValueSource(strings = {"[131073, 1]", "[4611686018427387904, 3]", "[4611686018427387904, 4611686018427387904]"})
    void limits(String chunk) throws IOException {
        write("g/a/zarr.json", replaced(V3, "[5, 3]", chunk));
        assertThatThrownBy(this::array)
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("g/a");
        write(
                "g/a/zarr.json",
                replaced(
                        replaced(replaced(V3, "[5, 3]", chunk), "\"float64\"", "\"string\""),
                        "[{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}]",
                        "[\"vlen-utf8\"]"));
        assertThatThrownBy(this::array).isInstanceOf(LimitExceededException.class);
    }

    @Test
    @DisplayName("may claim a huge shape, of which chunks are read all the same")
    void hugeShape() throws IOException {
        write("g/a/zarr.json", replaced(V3, "[6, 3]", "[3074457345618258602, 3]"));
        assertThat(array().shape()).isEqualTo(Shape.of(3074457345618258602L, 3));
        assertThat(chunk(3074457345618258602L / 5, 0)).hasSize(120);
        assertThat(store.<Long>read(tree -> tree.storedBytes(array0(tree)))).isZero();
        assertThat(store.verify()).isEmpty();
    }

    private static ArrayInfo array0(io.atomflux.file.columnar.tree.Tree tree) throws IOException {
        return tree.array("g/a").orElseThrow();
    }

    @Test
    @DisplayName("have documents that are too long, too deep, too many values, or no JSON at all")
    void documents() throws IOException {
        for (String document : new String[] {
            "",
            "null",
            "[]",
            "{",
            "{} {}",
            "{\"a\": tru}",
            "\u0000",
            "{\"zarr_format\": 3, \"a\": " + "[".repeat(5000),
            "{\"zarr_format\": 3, \"a\": [" + "0,".repeat(1 << 20) + "0]}",
            "{\"zarr_format\": 1" + "0".repeat(500) + "}"
        }) {
            write("g/a/zarr.json", document);
            assertThatThrownBy(this::array)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("g/a/zarr.json");
        }
        Files.write(path.resolve("g/a/zarr.json"), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        assertThatThrownBy(this::array).isInstanceOf(CorruptDataException.class);
        try (RandomAccessFile file =
                new RandomAccessFile(path.resolve("g/a/zarr.json").toFile(), "rw")) {
            file.setLength((16L << 20) + 1);
        }
        assertThatThrownBy(this::array).isInstanceOf(LimitExceededException.class);
    }

    @Test
    @DisplayName("may say what need not be understood, give fills as bits and bare words, and names for objects")
    void allowed() throws IOException {
        write(
                "g/a/zarr.json",
                replaced(
                        replaced(
                                replaced(V3, "\"attributes\": {}", "\"x\": {\"must_understand\": false}"),
                                "\"NaN\"",
                                "\"0x7ff8000000000001\""),
                        "{\"name\": \"default\", \"configuration\": {\"separator\": \"/\"}}",
                        "\"default\""));
        byte[] fill = chunk(0, 0);
        assertThat(fill).startsWith(1, 0, 0, 0, 0, 0, 0xf8, 0x7f).hasSize(120);
        write("g/a/zarr.json", replaced(V3, "\"NaN\"", "-Infinity"));
        assertThat(chunk(1, 0)).startsWith(0, 0, 0, 0, 0, 0, 0xf0, 0xff);
        write("g/a/zarr.json", replaced(V3, "\"NaN\"", "null"));
        assertThat(chunk(1, 0)).containsOnly(0);
    }

    @Test
    @DisplayName("have chunks that are too short, too long, or folders")
    void chunks() throws IOException {
        write("g/a/zarr.json", V3);
        for (int length : new int[] {0, 119, 121}) {
            Files.createDirectories(path.resolve("g/a/c/0"));
            Files.write(path.resolve("g/a/c/0/0"), new byte[length]);
            assertThatThrownBy(() -> chunk(0, 0))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("g/a")
                    .hasMessageContaining("chunk [0, 0]");
        }
        assertThat(store.verify()).singleElement().asString().contains("g/a/c/0/0");
        try (RandomAccessFile file =
                new RandomAccessFile(path.resolve("g/a/c/0/0").toFile(), "rw")) {
            file.setLength(1L << 33);
        }
        assertThatThrownBy(() -> chunk(0, 0)).isInstanceOf(LimitExceededException.class);
        assertThatThrownBy(() -> chunk(2, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> chunk(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("have links in the place of chunks, which are not followed")
    void links() throws IOException {
        write("g/a/zarr.json", V3);
        Path secret = folder.resolve("secret");
        Files.write(secret, "p".repeat(120).getBytes(StandardCharsets.UTF_8));
        Files.createDirectories(path.resolve("g/a/c/0"));
        Files.createSymbolicLink(path.resolve("g/a/c/0/0"), secret);
        try {
            assertThat(new String(chunk(0, 0), StandardCharsets.ISO_8859_1)).doesNotContain("ppp");
        } catch (AtomfluxException | IOException refused) {
            assertThat(refused).hasMessageContaining("g");
        }
    }

    @Test
    @DisplayName("hold files nobody described, which verify tells and reading passes over")
    void strays() throws IOException {
        write("g/a/zarr.json", V3);
        write("g/a/c/0/0.0123456789abcdef.partial", "x");
        write("g/a/c/x/0", "x");
        write("g/a/c/0/01", "x");
        write("g/a/notes.txt", "x");
        write("g/b/c/0", "x");
        write("g/zarr.0123456789abcdef.partial", "x");
        assertThat(store.<Long>read(tree -> tree.storedBytes(array0(tree)))).isZero();
        assertThat(store.<java.util.List<String>>read(tree -> tree.names("g"))).containsExactly("a");
        assertThat(store.verify())
                .hasSize(6)
                .anySatisfy(finding -> assertThat(finding).startsWith("g/b:"))
                .anySatisfy(finding -> assertThat(finding).startsWith("g/a/c/0/01:"))
                .anySatisfy(finding -> assertThat(finding).startsWith("g/a/c/x:"))
                .anySatisfy(finding -> assertThat(finding).startsWith("g/a/notes.txt:"))
                .anySatisfy(finding ->
                        assertThat(finding).startsWith("g/a/c/0/0.0123").contains("writer that died"))
                .anySatisfy(
                        finding -> assertThat(finding).startsWith("g/zarr.0123").contains("writer that died"));
    }

    @Test
    @DisplayName("never fail but with a typed error, whatever bytes are changed")
    void fuzz() throws IOException {
        Random random = new Random(7);
        Path document = path.resolve("g/a/zarr.json");
        for (String name : new String[] {"sharded", "U", "text", "blosc_zstd_shuffle", "complex128", "F"}) {
            byte[] valid = Files.readAllBytes(golden.resolve("v3.zarr/default/" + name + "/zarr.json"));
            for (int i = 0; i < 150; i++) {
                byte[] changed = valid.clone();
                for (int k = 0; k <= random.nextInt(3); k++) {
                    int at = random.nextInt(changed.length);
                    changed[at] = random.nextBoolean()
                            ? (byte) random.nextInt(256)
                            : (byte) "0123456789-[]{}\",.e".charAt(random.nextInt(19));
                }
                Files.write(document, changed);
                try {
                    store.read(tree -> {
                        var info = tree.array("g/a");
                        return info.isEmpty()
                                        || info.get().shape().rank() == 0
                                        || info.get().shape().count() == 0
                                ? null
                                : tree.chunk(
                                        info.get(),
                                        Shape.of(new long[info.get().shape().rank()]));
                    });
                } catch (AtomfluxException typed) {
                    assertThat(typed.getMessage()).isNotEmpty();
                }
            }
        }
    }

    @Test
    @DisplayName("have shards whose index or chunks are damaged or cut off")
    void shards() throws IOException {
        Path from = golden.resolve("v3.zarr/default/sharded");
        Files.copy(from.resolve("zarr.json"), path.resolve("g/a/zarr.json"));
        byte[] shard = Files.readAllBytes(from.resolve("c/0/0"));
        Files.createDirectories(path.resolve("g/a/c/0"));
        Path file = path.resolve("g/a/c/0/0");
        Random random = new Random(3);
        int failed = 0;
        for (int i = 0; i < 300; i++) {
            byte[] changed = random.nextInt(3) == 0
                    ? java.util.Arrays.copyOf(shard, random.nextInt(shard.length))
                    : shard.clone();
            if (changed.length > 0) {
                changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(file, changed);
            try {
                for (int inner = 0; inner < 4; inner++) {
                    chunk(inner / 2, inner % 2);
                }
            } catch (CorruptDataException | LimitExceededException typed) {
                failed++;
                assertThat(typed.getMessage()).contains("g/a");
            }
        }
        assertThat(failed).isGreaterThan(200);
    }
}
