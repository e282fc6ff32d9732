package io.atomflux.recorder.npz;

import static io.atomflux.recorder.npz.Runs.all;
import static io.atomflux.recorder.npz.Runs.done;
import static io.atomflux.recorder.npz.Runs.files;
import static io.atomflux.recorder.npz.Runs.get;
import static io.atomflux.recorder.npz.Runs.writer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.StoreFullException;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process ends, or the disk is full, at every single step. */
@Timeout(120)
class NpzCrashTest {

    private static final int[] SHAPE = {16, 128}; // of a block of 2 samples, as the plan has it

    @TempDir
    private Path folder;

    /** Does a number of steps, the last one by half, then nothing any more, or nothing that needs room. */
    private static final class Failing extends QuickDisk {

        private final boolean full;
        private int left;
        private boolean failed;

        Failing(int steps, boolean full) {
            this.left = steps;
            this.full = full;
        }

        /** Tells whether this step is done. */
        private void step() throws IOException {
            if (failed && !full) {
                throw new IOException("the process has ended");
            } else if (left-- <= 0) {
                failed = true;
                throw new IOException(full ? "No space left on device" : "the process has ended");
            }
        }

        @Override
        FileChannel open(Path file, Set<? extends OpenOption> options) throws IOException {
            if (!full && options.size() > 1) {
                step();
            }
            return super.open(file, options);
        }

        @Override
        void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
            try {
                step();
            } catch (IOException e) {
                if (left == -1) { // the first that fails is torn
                    super.write(file, bytes.slice(0, bytes.remaining() / 2), at);
                }
                throw e;
            }
            super.write(file, bytes, at);
        }

        @Override
        void force(FileChannel file) throws IOException {
            if (!full) {
                step();
            }
            super.force(file);
        }

        @Override
        void move(Path from, Path to) throws IOException {
            if (!full) {
                step();
            }
            super.move(from, to);
        }

        @Override
        void delete(Path path) throws IOException {
            if (!full) {
                step();
            }
            super.delete(path);
        }

        @Override
        void makeFolder(Path path) throws IOException {
            step();
            super.makeFolder(path);
        }

        @Override
        void sync(Path path) throws IOException {
            if (!full) {
                step();
            }
            super.sync(path);
        }
    }

    private static RecordingPlan plan(RecordingMode mode) {
        return new RecordingPlan(mode, OptionalLong.empty(), 1, 2, java.util.Map.of());
    }

    private static List<Sample<NdArray>> run(long from, long to) {
        return Runs.samples(from, to, DType.FLOAT64, SHAPE);
    }

    private interface Work {
        /** Returns how many samples were committed, also if it did not come to its end. */
        void on(NpzRecording recording, long[] committed);
    }

    private static void record(NpzRecording recording, RecordingMode mode, long[] committed) {
        RecordingWriter<NdArray> writer = get(recording.writer(plan(mode)));
        long at = writer.progress().committed();
        try {
            for (int count : new int[] {1, 2, 4, 1}) {
                done(writer.append(run(at, at + count)));
                at += count;
                committed[0] = at;
            }
        } finally {
            done(writer.close(RecordingStatus.CLOSED, "")); // which gives the lease back, whatever else it can do
        }
    }

    private int everyStep(String name, boolean full, int atLeast, int expected, Work before, Work work)
            throws IOException {
        int steps = 0;
        while (true) {
            Path place = folder.resolve(name + steps);
            Path inside = Files.createDirectory(place);
            NpzRecording sound = NpzRecording.on(inside.resolve("res"), new QuickDisk());
            long[] committed = {0};
            before.on(sound, committed);
            NpzRecording failing = NpzRecording.on(inside.resolve("res"), new Failing(steps, full));
            boolean ended = true;
            try {
                work.on(failing, committed);
            } catch (AtomfluxException e) {
                ended = false;
                if (full) {
                    assertThat(e).as("step %d", steps).isInstanceOf(StoreFullException.class);
                }
            }
            check(sound, inside, committed[0], steps, expected);
            if (ended) {
                assertThat(steps).isGreaterThan(atLeast);
                return steps;
            }
            steps++;
        }
    }

    /** All that was committed is there; another recorder goes on, and makes what an unbroken run makes. */
    private static void check(NpzRecording recording, Path folder, long committed, int steps, int expected)
            throws IOException {
        Path file = folder.resolve("res.npz");
        if (Files.exists(file)) { // other programs see it: it is a whole archive at any time
            try (ZipFile zip = new ZipFile(file.toFile())) {
                assertThat(zip.stream().map(ZipEntry::getName)).contains("time.npy", "data.npy");
            }
        }
        if (committed > 0) {
            List<Sample<NdArray>> seen = all(recording);
            assertThat(seen.size()).as("step %d", steps).isGreaterThanOrEqualTo((int) committed);
            assertThat(seen).isEqualTo(run(0, seen.size()));
        }
        RecordingWriter<NdArray> writer = get(recording.writer(plan(RecordingMode.RESUME)));
        long at = writer.progress().committed();
        assertThat(at).as("step %d", steps).isGreaterThanOrEqualTo(committed);
        if (at < expected) {
            done(writer.append(run(at, expected)));
        }
        done(writer.close(RecordingStatus.CLOSED, ""));
        assertThat(all(recording)).as("step %d", steps).isEqualTo(run(0, Math.max(at, expected)));
        assertThat(files(folder)).containsExactly("res.npz");
    }

    @Test
    @DisplayName(
            "P3, P8: a process that ends at any step of recording and closing loses nothing that was committed, nor leaves half a file")
    void crashWhileRecording() throws IOException {
        everyStep(
                "new",
                false,
                40,
                8,
                (recording, committed) -> {},
                (recording, committed) -> record(recording, RecordingMode.CREATE_NEW, committed));
    }

    @Test
    @DisplayName("P3: a process that ends at any step of resuming a finished file loses nothing of it")
    void crashWhileResuming() throws IOException {
        everyStep(
                "again",
                false,
                40,
                16,
                (recording, committed) -> record(recording, RecordingMode.CREATE_NEW, committed),
                (recording, committed) -> record(recording, RecordingMode.RESUME, committed));
    }

    @Test
    @DisplayName("P2: times and frames are of one length after a crash at any step of cutting a run and going on")
    void crashWhileCutting() throws IOException {
        int steps = 0;
        boolean ended = false;
        while (!ended) {
            Path inside = Files.createDirectory(folder.resolve("cut" + steps));
            NpzRecording sound = NpzRecording.on(inside.resolve("res"), new QuickDisk());
            record(sound, RecordingMode.CREATE_NEW, new long[1]);
            NpzRecording failing = NpzRecording.on(inside.resolve("res"), new Failing(steps, false));
            try {
                RecordingWriter<NdArray> writer = get(failing.writer(
                        new RecordingPlan(RecordingMode.RESUME, OptionalLong.of(3), 1, 2, java.util.Map.of())));
                try {
                    done(writer.append(run(103, 105)));
                } finally {
                    done(writer.close(RecordingStatus.CLOSED, ""));
                }
                ended = true;
            } catch (AtomfluxException e) {
                ended = false;
            }
            List<Sample<NdArray>> other = new ArrayList<>(run(0, 3));
            other.addAll(run(103, 105));
            assertThat(all(sound)).as("step %d", steps).isIn(run(0, 8), run(0, 3), other);
            steps++;
        }
        assertThat(steps).isGreaterThan(30);
    }

    @Test
    @DisplayName("P6: a process that ends at any step of replacing a run leaves the old one whole or the new one begun")
    void crashWhileReplacing() throws IOException {
        int steps = 0;
        boolean ended = false;
        while (!ended) {
            Path inside = Files.createDirectory(folder.resolve("replace" + steps));
            NpzRecording sound = NpzRecording.on(inside.resolve("res"), new QuickDisk());
            record(sound, RecordingMode.CREATE_NEW, new long[1]);
            NpzRecording failing = NpzRecording.on(inside.resolve("res"), new Failing(steps, false));
            try {
                RecordingWriter<NdArray> writer = get(failing.writer(plan(RecordingMode.REPLACE)));
                try {
                    done(writer.append(run(50, 53)));
                } finally {
                    done(writer.close(RecordingStatus.CLOSED, ""));
                }
                ended = true;
            } catch (AtomfluxException e) {
                ended = false;
            }
            assertThat(all(sound)).as("step %d", steps).isIn(run(0, 8), run(50, 53));
            steps++;
        }
        assertThat(steps).isGreaterThan(20);
    }

    @Test
    @DisplayName("a disk that is full at any step is told as that, nothing committed is lost, and no half file stays")
    void fullDisk() throws IOException {
        everyStep(
                "full",
                true,
                10,
                8,
                (recording, committed) -> {},
                (recording, committed) -> record(recording, RecordingMode.CREATE_NEW, committed));
    }

    @Test
    @DisplayName("an append that failed is made again, with more behind it, once there is room")
    void failedAppendIsRepeated() {
        int most = 0;
        for (int steps = 1; most == 0; steps++) {
            Failing disk = new Failing(steps, true);
            NpzRecording recording = NpzRecording.on(folder.resolve("again" + steps), disk);
            RecordingWriter<NdArray> writer = get(recording.writer(plan(RecordingMode.CREATE_NEW)));
            try {
                done(writer.append(run(0, 3)));
                most = steps;
            } catch (StoreFullException e) {
                assertThat(writer.progress().committed()).isZero();
            }
            disk.left = Integer.MAX_VALUE;
            long at = writer.progress().committed();
            done(writer.append(run(at, 6)));
            assertThat(all(recording)).isEqualTo(run(0, 6));
            done(writer.close(RecordingStatus.CLOSED, ""));
            assertThat(all(recording)).isEqualTo(run(0, 6));
        }
        assertThat(most).isGreaterThan(3);
    }

    @Test
    @DisplayName("a run that was closed, but whose file could not be made, is finished by the next opening")
    void unfinishedClosing() throws IOException {
        NpzRecording recording = NpzRecording.at(folder.resolve("res"));
        RecordingWriter<NdArray> writer = writer(recording, RecordingMode.CREATE_NEW);
        done(writer.append(run(0, 3)));
        Path blocked = Files.createDirectory(folder.resolve("res.npz")); // no file can be put in its place
        Files.writeString(blocked.resolve("x"), "");
        assertThatExceptionOfType(AtomfluxException.class)
                .isThrownBy(() -> done(writer.close(RecordingStatus.CLOSED, "")));
        assertThat(all(recording)).isEqualTo(run(0, 3));
        Files.delete(blocked.resolve("x"));
        Files.delete(blocked);
        assertThatExceptionOfType(io.atomflux.error.RecordingExistsException.class)
                .isThrownBy(() -> writer(recording, RecordingMode.CREATE_NEW));
        assertThat(files(folder)).containsExactly("res.npz");
        assertThat(all(recording)).isEqualTo(run(0, 3));
    }
}
