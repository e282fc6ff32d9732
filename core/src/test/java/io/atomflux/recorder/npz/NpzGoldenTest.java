package io.atomflux.recorder.npz;

import static io.atomflux.recorder.npz.Runs.all;
import static io.atomflux.recorder.npz.Runs.block;
import static io.atomflux.recorder.npz.Runs.done;
import static io.atomflux.recorder.npz.Runs.files;
import static io.atomflux.recorder.npz.Runs.get;
import static io.atomflux.recorder.npz.Runs.progress;
import static io.atomflux.recorder.npz.Runs.writer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.codec.Npy;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that NumPy wrote, see make.py beside them, and hostile ones. */
@Timeout(60)
class NpzGoldenTest {

    @TempDir
    private Path folder;

    private NpzRecording golden(String name) throws IOException {
        Path file = folder.resolve(name + ".npz");
        try (InputStream in = Objects.requireNonNull(NpzGoldenTest.class.getResourceAsStream(name + ".npz"), name)) {
            Files.copy(in, file);
        }
        return NpzRecording.at(file);
    }

    private static NdArray counting(DType dtype, int... shape) {
        int size = 1;
        for (int axis : shape) {
            size *= axis;
        }
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = i;
        }
        return NdArray.of(values, shape).as(dtype);
    }

    @Test
    @DisplayName("Standard formats: what PySDE saved is read, its state unknown and its iterations counted")
    void pysde() throws IOException {
        NpzRecording recording = golden("pysde");
        assertThat(block(recording, 0, 5)).isEqualTo(counting(DType.FLOAT64, 2, 3, 5));
        assertThat(all(recording).stream().map(Sample::time)).containsExactly(0.0, 0.25, 0.5, 0.75, 1.0);
        assertThat(all(recording).stream().map(Sample::iteration)).containsExactly(0L, 1L, 2L, 3L, 4L);
        Progress progress = progress(recording);
        assertThat(progress.status()).isEqualTo(RecordingStatus.UNKNOWN);
        assertThat(progress.lastTime()).hasValue(1.0);
        assertThat(progress.layout()).isEqualTo("float64 (2, 3)");
        assertThat(progress.id()).isEmpty();
    }

    @Test
    @DisplayName("P6: what PySDE saved is resumed, with iterations counted by the stride, and stays readable for it")
    void pysdeResumed() throws IOException {
        NpzRecording recording = golden("pysde");
        RecordingWriter<NdArray> writer =
                get(recording.writer(new RecordingPlan(RecordingMode.RESUME, OptionalLong.empty(), 10, 4, Map.of())));
        assertThat(writer.progress().lastIteration()).hasValue(40);
        done(writer.append(Runs.samples(50, 51)));
        done(writer.close(RecordingStatus.CLOSED, ""));
        assertThat(block(recording, 0, 5)).isEqualTo(counting(DType.FLOAT64, 2, 3, 5));
        assertThat(all(recording).stream().map(Sample::iteration)).containsExactly(0L, 10L, 20L, 30L, 40L, 50L);
        assertThat(all(recording).get(5)).isEqualTo(Runs.samples(50, 51).get(0));
    }

    @Test
    @DisplayName("times of integers, and of floats of another size and byte order, become 64-bit floats")
    void timesOfOtherTypes() throws IOException {
        assertThat(all(golden("integer-times")).stream().map(Sample::time)).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0);
        assertThat(block(NpzRecording.at(folder.resolve("integer-times")), 1, 3))
                .isEqualTo(NdArray.of(new float[] {1, 2}, 1, 1, 2));
        assertThat(all(golden("big-endian")).stream().map(Sample::time)).containsExactly(0.0, 0.25, 0.5, 0.75, 1.0);
    }

    @Test
    @DisplayName("frames of the other byte order come in ours")
    void bigEndian() throws IOException {
        NdArray data = block(golden("big-endian"), 0, 5);
        assertThat(data.dtype()).isEqualTo(DType.COMPLEX128);
        assertThat(data.asBuffer().getDouble(29 * 16)).isEqualTo(29);
        assertThat(data.asBuffer().getDouble(29 * 16 + 8)).isEqualTo(-14.5);
    }

    @Test
    @DisplayName("arrays with the first axis fastest, and entries that are not deflated, are read as they are meant")
    void fortranOrder() throws IOException {
        NpzRecording recording = golden("stored-fortran");
        assertThat(block(recording, 0, 5)).isEqualTo(counting(DType.INT64, 2, 3, 5));
        RecordingWriter<NdArray> writer = writer(recording, RecordingMode.RESUME);
        assertThat(block(recording, 2, 4).longAt(11)).isEqualTo(5 * 5 + 3);
        done(writer.close(RecordingStatus.CLOSED, ""));
        assertThat(block(recording, 0, 5)).isEqualTo(counting(DType.INT64, 2, 3, 5));
    }

    @Test
    @DisplayName("frames without axes and frames without trajectories are read")
    void smallFrames() throws IOException {
        assertThat(block(golden("scalars"), 0, 5)).isEqualTo(counting(DType.FLOAT64, 5));
        assertThat(block(golden("no-trajectories"), 0, 5)).isEqualTo(NdArray.zeros(DType.FLOAT64, 2, 0, 5));
        assertThat(all(NpzRecording.at(folder.resolve("no-trajectories")))).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"objects", "texts", "time-per-trajectory", "no-data"})
    @DisplayName("files that are no recordings are refused, by readers and by recorders, and stay as they are")
    void othersAreRefused(String name) throws IOException {
        NpzRecording recording = golden(name);
        assertThatExceptionOfType(UnsupportedDataException.class).isThrownBy(() -> progress(recording));
        assertThatExceptionOfType(UnsupportedDataException.class)
                .isThrownBy(() -> writer(recording, RecordingMode.RESUME));
        assertThat(files(folder)).containsExactly(name + ".npz");
    }

    @Test
    @DisplayName("P2: times and frames of unequal lengths are damage")
    void unequalLengths() throws IOException {
        NpzRecording recording = golden("lengths-differ");
        assertThatExceptionOfType(CorruptDataException.class)
                .isThrownBy(() -> progress(recording))
                .withMessageContaining("[2, 3, 4] with 5 times");
    }

    @Test
    @DisplayName("P5: what resuming would lose is refused: further arrays, times that no 64-bit float holds")
    void lossyResumeIsRefused() throws IOException {
        NpzRecording more = golden("more");
        assertThat(all(more)).hasSize(5);
        assertThatExceptionOfType(UnsupportedDataException.class)
                .isThrownBy(() -> writer(more, RecordingMode.RESUME))
                .withMessageContaining("seed.npy");
        NpzRecording inexact = golden("inexact-times");
        assertThatExceptionOfType(UnsupportedDataException.class)
                .isThrownBy(() -> writer(inexact, RecordingMode.RESUME));
        assertThat(files(folder)).containsExactly("inexact-times.npz", "more.npz");
    }

    private NpzRecording zip(Map<String, byte[]> entries) throws IOException {
        Path file = folder.resolve("made.npz");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return NpzRecording.at(file);
    }

    private static byte[] npy(String header, int elements) {
        byte[] words = header.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(10 + words.length + elements).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        return out.putShort((short) words.length).put(words).array();
    }

    private static String text(String type, String shape) {
        return "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n".formatted(type, shape);
    }

    private static Map<String, byte[]> entries(byte[] time, byte[] data) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("time.npy", time);
        entries.put("data.npy", data);
        return entries;
    }

    @Test
    @DisplayName(
            "headers that promise more than there is, absurd shapes and zip bombs are refused before they cost anything")
    void hostileFiles() throws IOException {
        byte[] time = Npy.encode(NdArray.of(new double[] {0, 1}, 2)).toArray();
        NpzRecording promises = zip(entries(time, npy(text("<f8", "100000, 100000, 2"), 16)));
        assertThatExceptionOfType(CorruptDataException.class).isThrownBy(() -> progress(promises));
        NpzRecording overflow = zip(entries(time, npy(text("<f8", "4611686018427387904, 8, 2"), 16)));
        assertThatThrownBy(() -> progress(overflow))
                .isInstanceOfAny(CorruptDataException.class, UnsupportedDataException.class);
        NpzRecording longer = zip(entries(time, npy(text("<f8", "1, 1, 2"), 17)));
        assertThatExceptionOfType(CorruptDataException.class).isThrownBy(() -> progress(longer));
        NpzRecording noHeader = zip(entries(time, new byte[40]));
        assertThatExceptionOfType(CorruptDataException.class).isThrownBy(() -> progress(noHeader));
        NpzRecording notANumber = zip(entries(
                Npy.encode(NdArray.of(new double[] {0, Double.NaN}, 2)).toArray(),
                Npy.encode(NdArray.zeros(DType.FLOAT64, 1, 2)).toArray()));
        assertThatExceptionOfType(CorruptDataException.class).isThrownBy(() -> progress(notANumber));
        NpzRecording bomb = zip(entries(time, npy(text("<f8", "1000, 1000, 2"), 16_000_000)));
        assertThat(progress(bomb).committed()).isEqualTo(2);
        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> all(bomb.limit(15_999_999)))
                .withMessageContaining("limit(bytes)");
        assertThat(all(bomb.limit(16_000_000))).hasSize(2);
    }

    @Test
    @DisplayName("P3: a damaged or cut file is told as damage, never read as if it were whole")
    void damagedFiles() throws IOException {
        NpzRecording recording = NpzRecording.at(folder.resolve("res"));
        RecordingWriter<NdArray> writer = writer(recording, RecordingMode.CREATE_NEW);
        done(writer.append(Runs.samples(0, 9)));
        done(writer.close(RecordingStatus.CLOSED, ""));
        Path file = folder.resolve("res.npz");
        byte[] whole = Files.readAllBytes(file);
        var expected = all(recording);
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 150; i++) {
            byte[] bytes = whole.clone();
            if (i % 3 == 0) {
                bytes = java.util.Arrays.copyOf(whole, random.nextInt(whole.length));
            } else {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, bytes);
            try {
                var seen = all(recording);
                // What may differ unseen is what nobody reads: dates, and names of systems. Frames and times never.
                assertThat(seen.stream().map(Sample::frame))
                        .isEqualTo(expected.stream().map(Sample::frame).toList());
                assertThat(seen.stream().map(Sample::time))
                        .isEqualTo(expected.stream().map(Sample::time).toList());
            } catch (CorruptDataException | UnsupportedDataException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }
}
