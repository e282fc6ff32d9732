package io.atomflux.file.columnar.recording;

import static io.atomflux.file.columnar.recording.Runs.await;
import static io.atomflux.file.columnar.recording.Runs.cut;
import static io.atomflux.file.columnar.recording.Runs.plan;
import static io.atomflux.file.columnar.recording.Runs.sample;
import static io.atomflux.file.columnar.recording.Runs.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.file.columnar.zarr.ZarrJson;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.TimeLast;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against groups that PySDE's calls of zarr-python have made, golden/pysde, and against its hazards. */
class ZarrRecordingTest {

    @TempDir
    Path folder;

    @BeforeEach
    void unpack() throws IOException {
        try (InputStream file = Objects.requireNonNull(getClass().getResourceAsStream("/golden/pysde/groups.zip"));
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path path = folder.resolve("golden").resolve(entry.getName());
                Files.createDirectories(path.getParent());
                Files.write(path, zip.readAllBytes());
            }
        }
    }

    private Path golden(String name) {
        return folder.resolve("golden").resolve(name);
    }

    private static ZarrRecording<NdArray> at(Path path) {
        return ZarrRecording.at(path).on(new Disk(false));
    }

    private static DType type(String name) {
        String digits = name.replaceAll("[a-z]", "");
        int size = digits.isEmpty() ? 1 : Integer.parseInt(digits) / 8;
        String kind = name.equals("bool") ? "b" : name.substring(0, 1);
        return DType.of((size == 1 ? "|" : "<") + kind + size);
    }

    private static NdArray frame(int t, DType type, boolean zeros) {
        double[] cells = new double[6];
        for (int i = 0; i < 6 && !zeros; i++) {
            int counted = t * 100 + i / 3 * 10 + i % 3;
            cells[i] = type == DType.BOOL ? counted % 2 : counted % 120;
        }
        NdArray real = NdArray.of(cells, 2, 3);
        if (type.kind() != DType.Kind.COMPLEX) {
            return real.as(type);
        }
        double[] both = new double[12];
        for (int i = 0; i < 6; i++) {
            both[2 * i] = cells[i];
        }
        NdArray parts = NdArray.of(both, 12).as(type.itemSize() == 8 ? DType.FLOAT32 : DType.FLOAT64);
        return NdArray.copyOf(type, new int[] {2, 3}, parts.asBuffer());
    }

    private static List<Sample<NdArray>> golden(DType type, int from, int to, boolean zeros) {
        List<Sample<NdArray>> samples = new ArrayList<>();
        for (int t = from; t < to; t++) {
            samples.add(new Sample<>(t, 0.5 * t, frame(t, type, zeros && (t == 2 || t == 3))));
        }
        return samples;
    }

    private static RecordingPlan chunks(int chunk, RecordingMode mode) {
        return new RecordingPlan(mode, OptionalLong.empty(), 1, chunk, Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bool",
                "int8",
                "int16",
                "int32",
                "int64",
                "uint8",
                "uint16",
                "uint32",
                "uint64",
                "float16",
                "float32",
                "float64",
                "complex64",
                "complex128"
            })
    @DisplayName("Element type: preserved; documents are byte by byte those of zarr-python, both ways")
    void elementTypes(String name) throws IOException {
        DType type = type(name);
        assertThat(Runs.read(at(golden(name)))).isEqualTo(golden(type, 0, 3, false));

        Path own = folder.resolve("own");
        RecordingWriter<NdArray> writer = await(at(own).writer(chunks(2, RecordingMode.CREATE_NEW)));
        await(writer.append(golden(type, 0, 3, false)));
        await(writer.close(RecordingStatus.CLOSED, ""));

        for (String document : List.of("zarr.json", "time/zarr.json", "data/zarr.json")) {
            assertThat(own.resolve(document))
                    .hasSameTextualContentAs(golden(name).resolve(document));
            assertThat(Files.readAllBytes(own.resolve(document)))
                    .isEqualTo(Files.readAllBytes(golden(name).resolve(document)));
        }
        assertThat(Runs.visible(own).keySet())
                .isEqualTo(Runs.visible(golden(name)).keySet());
    }

    @Test
    @DisplayName(
            "Standard formats: a group is, file by file, what PySDE makes of the same run; a chunk of zeros is no file")
    void equalsPysde() throws IOException {
        Path own = folder.resolve("own");
        RecordingWriter<NdArray> writer = await(at(own).writer(chunks(2, RecordingMode.CREATE_NEW)));
        for (int t = 0; t < 7; t += 3) {
            await(writer.append(golden(DType.FLOAT64, t, Math.min(7, t + 3), true)));
        }
        await(writer.close(RecordingStatus.CLOSED, ""));

        assertThat(Runs.visible(own).keySet())
                .isEqualTo(Runs.visible(golden("run")).keySet());
        assertThat(own.resolve("data/c/0/0/1")).doesNotExist();
        assertThat(Files.readAllBytes(own.resolve("data/zarr.json")))
                .isEqualTo(Files.readAllBytes(golden("run").resolve("data/zarr.json")));
        assertThat(Runs.read(at(own))).isEqualTo(Runs.read(at(golden("run"))));
    }

    @Test
    @DisplayName("Interrupted run: a group of PySDE is read, of unknown status, and continued in its own chunks")
    void continuesPysde() throws IOException {
        Progress found = await(Recording.of(at(golden("unaligned"))).progress());
        assertThat(found.status()).isEqualTo(RecordingStatus.UNKNOWN);
        assertThat(found.committed()).isEqualTo(8);
        assertThat(found.layout()).isEqualTo("float32 (2, 3)");
        assertThat(found.lastIteration()).isEqualTo(OptionalLong.of(7));

        RecordingPlan resumed = new RecordingPlan(RecordingMode.RESUME, OptionalLong.empty(), 10, 50, Map.of());
        RecordingWriter<NdArray> writer = await(at(golden("unaligned")).writer(resumed));
        assertThat(writer.progress().lastIteration()).isEqualTo(OptionalLong.of(70)); // 0, 10, 20, …
        assertThatThrownBy(() -> writer.check(new Sample<>(80, 4, frame(8, DType.FLOAT64, false))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("float64")
                .hasMessageContaining("float32");
        await(writer.append(List.of(new Sample<>(80, 4, frame(8, DType.FLOAT32, false)))));
        await(writer.close(RecordingStatus.CLOSED, ""));

        List<Sample<NdArray>> all = Objects.requireNonNull(Runs.read(at(golden("unaligned"))));
        assertThat(all).extracting(Sample::iteration).containsExactly(0L, 10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L);
        assertThat(all).extracting(Sample::frame).isEqualTo(frames(golden(DType.FLOAT32, 0, 9, false)));
        assertThat(golden("unaligned").resolve("data/c/0/0/2")).exists(); // still three in a chunk
    }

    private static List<NdArray> frames(List<Sample<NdArray>> samples) {
        return samples.stream().map(Sample::frame).toList();
    }

    @Test
    @DisplayName("P2: times and data are never of unequal length, also where PySDE was killed between them")
    void tornGroup() throws IOException {
        assertThat(Runs.read(at(golden("torn")))).isEqualTo(golden(DType.FLOAT64, 0, 3, false));
        RecordingWriter<NdArray> writer = await(at(golden("torn")).writer(plan(RecordingMode.RESUME)));
        await(writer.close(RecordingStatus.CLOSED, ""));

        assertThat(Documents.samples(Files.readAllBytes(golden("torn").resolve("time/zarr.json"))))
                .isEqualTo(3);
        assertThat(await(Recording.of(at(golden("torn"))).times().all()).toDoubleArray())
                .containsExactly(0, 0.5, 1);
    }

    @Test
    @DisplayName(
            "P2: while the recording is open its group's document tells both lengths at one instant, afterwards none")
    void consolidated() throws IOException {
        Path own = folder.resolve("own");
        RecordingWriter<NdArray> writer = await(at(own).writer(plan(RecordingMode.CREATE_NEW)));
        for (int end = 2; end < 9; end += 2) {
            await(writer.append(samples(end - 2, end)));
            Map<?, ?> group = ZarrJson.read(Files.readAllBytes(own.resolve("zarr.json")));
            Map<?, ?> arrays = (Map<?, ?>) ((Map<?, ?>) group.get("consolidated_metadata")).get("metadata");
            for (String name : List.of("time", "data")) {
                List<?> shape = (List<?>) ((Map<?, ?>) arrays.get(name)).get("shape");
                assertThat(shape.get(shape.size() - 1)).isEqualTo((long) end);
                assertThat(Documents.samples(
                                Files.readAllBytes(own.resolve(name).resolve("zarr.json"))))
                        .isEqualTo(end);
            }
        }
        await(writer.close(RecordingStatus.CLOSED, ""));
        assertThat(ZarrJson.read(Files.readAllBytes(own.resolve("zarr.json"))))
                .doesNotContainKey("consolidated_metadata");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/c/0/0/0", "data/c/0/0/2", "time/c/0", "time/c/2", "time/.samples"})
    @DisplayName(
            "P3: a chunk that is damaged, exchanged, cut short or lost is told, with its file, and never read as data")
    void damage(String name) throws IOException {
        Path own = folder.resolve("own");
        Runs.write(at(own), RecordingMode.CREATE_NEW, samples(1, 9));
        byte[] content = Files.readAllBytes(own.resolve(name));
        List<byte[]> damaged = new ArrayList<>(List.of(java.util.Arrays.copyOf(content, content.length / 2)));
        for (int i = 0; i < content.length; i += 1 + content.length / 40) {
            byte[] flipped = content.clone();
            flipped[i] ^= 0x10;
            damaged.add(flipped);
        }
        if (!name.startsWith("time")) {
            damaged.add(Files.readAllBytes(own.resolve("data/c/0/0/1")));
        }
        for (byte[] bytes : damaged) {
            Files.write(own.resolve(name), bytes);
            List<Sample<NdArray>> read;
            try {
                read = Runs.read(at(own));
            } catch (CorruptDataException e) {
                assertThat(e.place()).contains(name.endsWith(".samples") ? "samples" : name);
                continue;
            } catch (IllegalArgumentException e) {
                assertThat(name).isEqualTo("time/.samples");
                continue;
            }
            assertThat(read).isEqualTo(samples(1, 9)); // a bit that means nothing, e.g. of a frame's header
        }
        Files.delete(own.resolve(name));
        assertThatThrownBy(() -> Runs.read(at(own))).isInstanceOf(RuntimeException.class);
    }

    @Test
    @DisplayName("P4: the chunk length is the recorder's from the start, and only the last chunk is written again")
    void chunkLength() throws IOException {
        Path own = folder.resolve("own");
        RecordingWriter<NdArray> writer = await(at(own).writer(chunks(4, RecordingMode.CREATE_NEW)));
        await(writer.append(samples(1, 2)));
        await(writer.append(samples(2, 6)));
        assertThat(own.resolve("data/c/0/0/1")).exists();
        var before = Files.getAttribute(own.resolve("data/c/0/0/0"), "unix:ino");
        await(writer.append(samples(6, 20)));
        await(writer.close(RecordingStatus.CLOSED, ""));

        assertThat(Files.getAttribute(own.resolve("data/c/0/0/0"), "unix:ino")).isEqualTo(before);
        assertThat(Files.readString(own.resolve("data/zarr.json")).replaceAll("\\s", ""))
                .contains("\"chunk_shape\":[1,3,4]", "\"shape\":[1,3,19]");
    }

    @Test
    @DisplayName("P5: times are 64-bit floats whatever they are; a group with other ones takes only times these hold")
    void times() {
        Path own = folder.resolve("own");
        List<Sample<NdArray>> whole = List.of(
                new Sample<>(0, 0, sample(0).frame()),
                new Sample<>(1, 0.5, sample(1).frame()));
        Runs.write(at(own), RecordingMode.CREATE_NEW, whole);
        assertThat(Runs.read(at(own))).isEqualTo(whole);

        RecordingWriter<NdArray> writer = await(at(golden("integers")).writer(plan(RecordingMode.RESUME)));
        NdArray next = frame(3, DType.FLOAT64, false);
        assertThatThrownBy(() -> writer.check(new Sample<>(3, 2.5, next)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("int64");
        assertThatThrownBy(() -> await(writer.append(List.of(new Sample<>(3, 2.5, next)))))
                .isInstanceOf(IllegalArgumentException.class);
        await(writer.append(List.of(new Sample<>(3, 3, next))));
        await(writer.close(RecordingStatus.CLOSED, ""));
        assertThat(await(Recording.of(at(golden("integers"))).times().all()).toDoubleArray())
                .containsExactly(0, 1, 2, 3);
    }

    @Test
    @DisplayName("P6: a folder that is no recording is refused in every mode, and left as it is")
    void foreignFolder() throws IOException {
        Path home = folder.resolve("home");
        Files.createDirectories(home);
        Files.writeString(home.resolve("thesis.tex"), "years");
        for (RecordingMode mode : RecordingMode.values()) {
            assertThatThrownBy(() -> await(at(home).writer(plan(mode)))).isInstanceOf(ForeignDataException.class);
        }
        assertThatThrownBy(() -> await(at(home).reader())).isInstanceOf(ForeignDataException.class);
        assertThat(home.resolve("thesis.tex")).hasContent("years");
        try (var names = Files.list(home)) {
            assertThat(names).hasSize(1);
        }
    }

    @Test
    @DisplayName("P6: a group of somebody else inside a recording is not discarded with it")
    void groupInside() throws IOException {
        Path run = folder.resolve("shared");
        RecordingWriter<NdArray> writer = await(at(run).writer(plan(RecordingMode.CREATE_NEW)));
        await(writer.append(samples(0, 2)));
        await(writer.close(RecordingStatus.CLOSED, ""));
        Files.createDirectories(run.resolve("default"));
        Files.writeString(
                run.resolve("default/zarr.json"), "{\"zarr_format\": 3, \"node_type\": \"group\", \"attributes\": {}}");

        assertThatThrownBy(() -> await(at(run).writer(plan(RecordingMode.REPLACE))))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("\"default\"");
        assertThat(run.resolve("default/zarr.json")).exists();
        RecordingWriter<NdArray> next = await(at(run).writer(plan(RecordingMode.RESUME)));
        await(next.append(samples(2, 3)));
        await(next.close(RecordingStatus.CLOSED, ""));
        assertThat(await(Recording.of(at(run)).size())).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"time/zarr.json", "time/.recording.json", "data/c/0/0/0"})
    @DisplayName("a file that is far larger than any recorder makes it is refused before it is read")
    void hugeFiles(String name) throws IOException {
        Path run = folder.resolve("huge");
        RecordingWriter<NdArray> writer = await(at(run).writer(plan(RecordingMode.CREATE_NEW)));
        await(writer.append(samples(0, 2)));
        await(writer.close(RecordingStatus.CLOSED, ""));
        try (RandomAccessFile file = new RandomAccessFile(run.resolve(name).toFile(), "rw")) {
            file.setLength(5L << 30); // a hole
        }

        assertThatThrownBy(() -> Recording.of(at(run)).samples().blockLast())
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining(name);
    }

    @Test
    @DisplayName("P11: stride, chunk, status, reason and what the user gave are kept with the run")
    void metadata() throws IOException {
        Path own = folder.resolve("own");
        Map<String, Object> given = Map.of("seed", 7, "dt", 0.5, "names", List.of("x", "y"));
        RecordingWriter<NdArray> writer =
                await(at(own).writer(new RecordingPlan(RecordingMode.CREATE_NEW, OptionalLong.empty(), 5, 4, given)));
        await(writer.append(samples(0, 2)));
        await(writer.close(RecordingStatus.ABORTED, "diverged"));

        Progress progress = await(Recording.of(at(own)).progress());
        assertThat(progress.attributes()).isEqualTo(Map.of("seed", 7L, "dt", 0.5, "names", List.of("x", "y")));
        assertThat(progress.status()).isEqualTo(RecordingStatus.ABORTED);
        assertThat(ZarrJson.read(Files.readAllBytes(own.resolve("time/.recording.json"))))
                .containsEntry("stride", 5L)
                .containsEntry("chunk", 4L)
                .containsEntry("reason", "diverged");
    }

    @Test
    @DisplayName("P14: a second recorder of the same folder is refused while the first one writes")
    void oneWriter() {
        Path own = folder.resolve("own");
        RecordingWriter<NdArray> writer = await(at(own).writer(plan(RecordingMode.CREATE_NEW)));
        assertThatThrownBy(() -> await(at(own).writer(plan(RecordingMode.RESUME))))
                .isInstanceOf(StoreBusyException.class);
        await(writer.close(RecordingStatus.CLOSED, ""));
        Runs.write(at(own), RecordingMode.RESUME, samples(0, 2));
        assertThat(Runs.read(at(own))).isEqualTo(samples(0, 2));
    }

    @Test
    @DisplayName("P16: frames are divided among chunks, and some trajectories are read without the others")
    void divided() throws IOException {
        Path own = folder.resolve("own");
        RecordingStorage<NdArray> storage = at(own).trajectoriesPerChunk(2);
        List<Sample<NdArray>> run = golden(DType.INT32, 0, 7, false);
        Runs.write(storage, RecordingMode.CREATE_NEW, run);

        assertThat(Files.readString(own.resolve("data/zarr.json")).replaceAll("\\s", ""))
                .contains("\"chunk_shape\":[2,2,3]", "\"shape\":[2,3,7]");
        assertThat(Runs.read(at(own))).isEqualTo(run);
        Files.write(own.resolve("data/c/0/1/0"), new byte[] {1, 2, 3});
        RecordingReader<NdArray> reader = await(at(own).reader());
        NdArray all = TimeLast.stack(frames(run));
        assertThat(await(reader.cells(1, 6, 0, 2)))
                .isEqualTo(NdArray.of(
                        java.util.stream.IntStream.range(0, 10)
                                .map(i -> (int) all.longAt(i / 5 * 7 + 1 + i % 5))
                                .toArray(),
                        2,
                        5));
        assertThatThrownBy(() -> await(reader.cells(1, 6, 0, 3))).isInstanceOf(CorruptDataException.class);

        Path large = folder.resolve("large");
        RecordingWriter<NdArray> writer = await(at(large).writer(chunks(1 << 20, RecordingMode.CREATE_NEW)));
        assertThatThrownBy(() -> writer.check(new Sample<>(0, 0, NdArray.zeros(DType.FLOAT64, 1, 10_000))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trajectoriesPerChunk");
        await(writer.close(RecordingStatus.CLOSED, ""));
    }

    @Test
    @DisplayName("what another program appends to both arrays belongs to the recording; iterations are counted on")
    void appendedByOthers() throws IOException {
        Path own = folder.resolve("own");
        Runs.write(at(own), RecordingMode.CREATE_NEW, samples(1, 6));
        Path longer = folder.resolve("longer");
        Runs.write(at(longer), RecordingMode.CREATE_NEW, samples(1, 9));
        for (Map.Entry<String, String> file : Runs.visible(longer).entrySet()) {
            Files.write(own.resolve(file.getKey()), java.util.HexFormat.of().parseHex(file.getValue()));
        }

        assertThat(Runs.read(at(own))).isEqualTo(samples(1, 9));
        Runs.write(at(own), RecordingMode.RESUME, samples(9, 12));
        assertThat(Runs.read(at(own))).isEqualTo(samples(1, 12));
    }

    @Test
    @DisplayName("a reader in the middle is told when the recording is replaced or cut, and gets no mixed data")
    void changedUnderReader() {
        for (boolean replace : new boolean[] {true, false}) {
            Path own = folder.resolve("own" + replace);
            Runs.write(at(own), RecordingMode.CREATE_NEW, samples(0, 12));
            RecordingReader<NdArray> reader = await(at(own).reader());
            List<Sample<NdArray>> seen = new ArrayList<>();
            assertThatThrownBy(() -> reader.read(0, 12)
                            .doOnNext(sample -> {
                                seen.add(sample);
                                if (seen.size() == 4) {
                                    RecordingWriter<NdArray> writer =
                                            await(at(own).writer(replace ? plan(RecordingMode.REPLACE) : cut(7)));
                                    await(writer.append(samples(50, 60)));
                                    await(writer.close(RecordingStatus.CLOSED, ""));
                                }
                            })
                            .blockLast())
                    .isInstanceOf(StoreChangedException.class);
            assertThat(seen).isEqualTo(samples(0, seen.size())).hasSizeBetween(4, 6);
        }
    }

    @Test
    @DisplayName("frames without cells, and frames of a single number, are recorded too")
    void smallFrames() {
        for (int[] shape : new int[][] {{}, {1}, {1, 0}, {4}, {2, 1, 3}}) {
            List<Sample<NdArray>> run = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                int n = java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
                run.add(new Sample<>(
                        i,
                        i,
                        NdArray.of(new java.util.Random(i).doubles(n).toArray(), n)
                                .reshape(shape)));
            }
            Path own = folder.resolve("own" + shape.length + run.get(0).frame().size());
            Runs.write(at(own).trajectoriesPerChunk(2), RecordingMode.CREATE_NEW, run);
            assertThat(Runs.read(at(own))).isEqualTo(run);
            assertThat(await(Recording.of(at(own)).data().all())).isEqualTo(TimeLast.stack(frames(run)));
        }
    }
}
