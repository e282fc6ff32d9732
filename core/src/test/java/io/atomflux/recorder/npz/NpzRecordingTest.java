package io.atomflux.recorder.npz;

import static io.atomflux.recorder.npz.Runs.all;
import static io.atomflux.recorder.npz.Runs.block;
import static io.atomflux.recorder.npz.Runs.done;
import static io.atomflux.recorder.npz.Runs.files;
import static io.atomflux.recorder.npz.Runs.get;
import static io.atomflux.recorder.npz.Runs.plan;
import static io.atomflux.recorder.npz.Runs.progress;
import static io.atomflux.recorder.npz.Runs.sample;
import static io.atomflux.recorder.npz.Runs.samples;
import static io.atomflux.recorder.npz.Runs.writer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.atomflux.adapter.FileLease;
import io.atomflux.codec.Npy;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.TimeLast;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(60)
class NpzRecordingTest {

    @TempDir
    private Path folder;

    private NpzRecording recording() {
        return NpzRecording.at(folder.resolve("res"));
    }

    private static NdArray entry(Path file, String name) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(name);
            assertThat(entry.getMethod()).isEqualTo(ZipEntry.DEFLATED);
            try (InputStream in = zip.getInputStream(entry)) {
                return Npy.decode(in.readAllBytes());
            }
        }
    }

    private static NdArray stack(List<Sample<NdArray>> samples) {
        return TimeLast.stack(samples.stream().map(Sample::frame).toList());
    }

    private static void append(RecordingWriter<NdArray> writer, List<Sample<NdArray>> samples) {
        done(writer.append(samples));
    }

    private static void close(RecordingWriter<NdArray> writer) {
        done(writer.close(RecordingStatus.CLOSED, ""));
    }

    @Test
    @DisplayName(
            "Standard formats: a closed run is one npz of time (M,) and data (d, N, M), deflated, NPY 1.0, in C order")
    void closedRunIsOneFileOfTwoArrays() throws IOException {
        RecordingWriter<NdArray> writer = writer(recording(), RecordingMode.CREATE_NEW);
        List<Sample<NdArray>> run = samples(0, 11);
        append(writer, run.subList(0, 7));
        append(writer, run.subList(7, 11));
        close(writer);

        assertThat(files(folder)).containsExactly("res.npz");
        Path file = folder.resolve("res.npz");
        assertThat(entry(file, "time.npy"))
                .isEqualTo(NdArray.of(run.stream().mapToDouble(Sample::time).toArray(), 11));
        assertThat(entry(file, "data.npy")).isEqualTo(stack(run));
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName)).containsExactly("time.npy", "data.npy");
            byte[] start = zip.getInputStream(zip.getEntry("data.npy")).readNBytes(8);
            assertThat(start).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        }
    }

    @Test
    @DisplayName("Simple variant: .npz is put behind a name unless it ends so")
    void suffixIsAppended() {
        assertThat(NpzRecording.at(Path.of("/x/res")).name()).isEqualTo("/x/res.npz");
        assertThat(NpzRecording.at(Path.of("/x/res.npz")).name()).isEqualTo("/x/res.npz");
        assertThat(NpzRecording.at(Path.of("/x/res.v1")).name()).isEqualTo("/x/res.v1.npz");
    }

    @Test
    @DisplayName("Element type: every type, shape and length comes back as it was, running and closed")
    void elementTypesAreKept() {
        List<DType> types = List.of(
                DType.BOOL, DType.INT8, DType.UINT16, DType.INT64, DType.FLOAT32, DType.FLOAT64, DType.COMPLEX128);
        int[][] shapes = {{}, {1, 1}, {2, 3}, {2, 0}, {3}};
        for (DType type : types) {
            for (int[] shape : shapes) {
                NpzRecording recording =
                        NpzRecording.at(folder.resolve(type.name() + shape.length + "-" + shape.hashCode()));
                List<Sample<NdArray>> run = samples(0, 9, type, shape);
                RecordingWriter<NdArray> writer = get(recording.writer(plan(RecordingMode.CREATE_NEW, 4)));
                append(writer, run);
                assertThat(all(recording)).isEqualTo(run);
                assertThat(progress(recording).layout())
                        .isEqualTo(FrameKind.ARRAYS.layout(run.get(0).frame()));
                close(writer);
                assertThat(all(recording)).isEqualTo(run);
                assertThat(block(recording, 0, 9)).isEqualTo(stack(run));
            }
        }
    }

    @Test
    @DisplayName("appends of any lengths make the same blocks, whatever is read of them")
    void anyLengthsOfAppends() {
        Random random = new Random(5);
        for (int round = 0; round < 6; round++) {
            NpzRecording recording = NpzRecording.on(folder.resolve("round" + round), new QuickDisk());
            // Frames of 8 KiB: a block is made of a few of them.
            List<Sample<NdArray>> run = samples(0, 40, DType.FLOAT64, 4, 256);
            RecordingWriter<NdArray> writer = get(recording.writer(plan(RecordingMode.CREATE_NEW, 1 + round)));
            int at = 0;
            while (at < run.size()) {
                int next = Math.min(run.size(), at + 1 + random.nextInt(12));
                append(writer, run.subList(at, next));
                at = next;
                int from = random.nextInt(at);
                int to = from + 1 + random.nextInt(at - from);
                assertThat(block(recording, from, to)).isEqualTo(stack(run.subList(from, to)));
            }
            assertThat(all(recording)).isEqualTo(run);
            close(writer);
            assertThat(all(recording)).isEqualTo(run);
            assertThat(block(recording, 7, 33)).isEqualTo(stack(run.subList(7, 33)));
        }
    }

    @Test
    @DisplayName(
            "P8: the file is replaced as a whole when a run ends; until then, readers see the run that is being recorded")
    void fileIsReplacedAtTheEnd() throws IOException {
        RecordingWriter<NdArray> first = writer(recording(), RecordingMode.CREATE_NEW);
        append(first, samples(0, 5));
        close(first);
        byte[] before = Files.readAllBytes(folder.resolve("res.npz"));

        RecordingWriter<NdArray> second = writer(recording(), RecordingMode.REPLACE);
        assertThat(all(recording())).hasSize(5);
        append(second, samples(10, 12));
        assertThat(all(recording())).isEqualTo(samples(10, 12));
        assertThat(Files.readAllBytes(folder.resolve("res.npz"))).isEqualTo(before);
        close(second);
        assertThat(all(recording())).isEqualTo(samples(10, 12));
        assertThat(files(folder)).containsExactly("res.npz");
    }

    @Test
    @DisplayName("P6: a recording that is there is not touched without being asked, whether it runs or is finished")
    void existingRunIsNeverWiped() throws IOException {
        RecordingWriter<NdArray> first = writer(recording(), RecordingMode.CREATE_NEW);
        append(first, samples(0, 5));
        assertThatExceptionOfType(StoreBusyException.class)
                .isThrownBy(() -> writer(recording(), RecordingMode.CREATE_NEW));
        close(first);
        byte[] before = Files.readAllBytes(folder.resolve("res.npz"));
        assertThatExceptionOfType(RecordingExistsException.class)
                .isThrownBy(() -> writer(recording(), RecordingMode.CREATE_NEW))
                .satisfies(e -> assertThat(e).hasMessageContaining("5 samples"));
        RecordingWriter<NdArray> nothing = writer(recording(), RecordingMode.REPLACE);
        close(nothing);
        assertThat(Files.readAllBytes(folder.resolve("res.npz"))).isEqualTo(before);
    }

    @Test
    @DisplayName("P6: resuming a finished run goes on where it ended, and makes the file that an unbroken run makes")
    void finishedRunIsResumed() throws IOException {
        RecordingPlan plan =
                new RecordingPlan(RecordingMode.RESUME, OptionalLong.empty(), 3, 4, Map.of("dt", 0.1, "seed", 7L));
        RecordingWriter<NdArray> writer = get(recording().writer(plan));
        append(writer, samples(0, 6));
        Progress closed = get(writer.close(RecordingStatus.ABORTED, "power cut"));
        assertThat(closed.status()).isEqualTo(RecordingStatus.ABORTED);
        assertThat(progress(recording())).isEqualTo(closed);

        RecordingWriter<NdArray> again = writer(recording(), RecordingMode.RESUME);
        assertThat(again.progress().committed()).isEqualTo(6);
        assertThat(again.progress().id()).isEqualTo(closed.id());
        assertThat(again.progress().status()).isEqualTo(RecordingStatus.OPEN);
        assertThat(again.progress().attributes()).containsEntry("dt", 0.1).containsEntry("seed", 7L);
        append(again, samples(6, 10));
        close(again);
        assertThat(all(recording())).isEqualTo(samples(0, 10));
        assertThat(entry(folder.resolve("res.npz"), "data.npy")).isEqualTo(stack(samples(0, 10)));
        assertThat(progress(recording()).generation()).isGreaterThan(closed.generation());
    }

    @Test
    @DisplayName("resuming from an earlier iteration discards what came after it")
    void resumedFromEarlierIteration() {
        for (int from : new int[] {0, 1, 4, 6, 7, 9, 20}) {
            NpzRecording recording = NpzRecording.on(folder.resolve("cut" + from), new QuickDisk());
            RecordingWriter<NdArray> writer = writer(recording, RecordingMode.CREATE_NEW);
            append(writer, samples(0, 9, DType.FLOAT64, 16, 128)); // a block is 4 of them
            close(writer);
            int kept = Math.min(from, 9);
            RecordingWriter<NdArray> again = get(recording.writer(Runs.cut(from)));
            assertThat(again.progress().committed()).isEqualTo(kept);
            if (kept > 0) {
                assertThat(again.progress().lastIteration()).isEqualTo(OptionalLong.of(kept - 1));
                assertThat(again.progress().lastTime()).isEqualTo(OptionalDouble.of((kept - 1) * 0.5));
            }
            List<Sample<NdArray>> rest = samples(kept + 100, kept + 106, DType.FLOAT64, 16, 128);
            append(again, rest);
            List<Sample<NdArray>> expected = new ArrayList<>(samples(0, kept, DType.FLOAT64, 16, 128));
            expected.addAll(rest);
            assertThat(all(recording)).isEqualTo(expected);
            close(again);
            assertThat(all(recording)).isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("iterations and times come back exactly, regular or not, also where they are too many for the comment")
    void iterationsAreKept() throws IOException {
        Random random = new Random(3);
        List<Sample<NdArray>> run = new ArrayList<>();
        long iteration = 0;
        for (int i = 0; i < 3000; i++) {
            iteration += 1 + random.nextInt(5);
            run.add(new Sample<>(iteration, random.nextDouble(), NdArray.of(new double[] {i}, 1)));
        }
        RecordingWriter<NdArray> writer = writer(recording(), RecordingMode.CREATE_NEW);
        append(writer, run);
        close(writer);
        assertThat(all(recording())).isEqualTo(run);
        assertThat(entry(folder.resolve("res.npz"), "iteration.npy").dtype()).isEqualTo(DType.INT64);

        RecordingWriter<NdArray> again = writer(recording(), RecordingMode.RESUME);
        assertThat(all(recording())).isEqualTo(run);
        close(again);
    }

    @Test
    @DisplayName("an empty run makes a file of no samples, and can be resumed with frames of any shape")
    void emptyRun() throws IOException {
        RecordingWriter<NdArray> writer = writer(recording(), RecordingMode.CREATE_NEW);
        assertThatExceptionOfType(StoreNotFoundException.class).isThrownBy(() -> all(recording()));
        close(writer);
        assertThat(all(recording())).isEmpty();
        assertThat(progress(recording()).status()).isEqualTo(RecordingStatus.CLOSED);
        assertThat(entry(folder.resolve("res.npz"), "time.npy").shape()).containsExactly(0);
        RecordingWriter<NdArray> again = writer(recording(), RecordingMode.RESUME);
        append(again, samples(0, 3, DType.INT32, 5));
        close(again);
        assertThat(all(recording())).isEqualTo(samples(0, 3, DType.INT32, 5));
    }

    @Test
    @DisplayName("frames of another shape or type are refused before anything is written")
    void otherFramesAreRefused() {
        RecordingWriter<NdArray> writer = writer(recording(), RecordingMode.CREATE_NEW);
        append(writer, samples(0, 3));
        Sample<NdArray> other = sample(3, DType.FLOAT32, 2, 3);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> writer.check(other))
                .withMessageContaining("float32 (2, 3)")
                .withMessageContaining("float64 (2, 3)");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> done(writer.append(List.of(sample(3, DType.FLOAT64, 2, 3), other))));
        assertThat(all(recording())).isEqualTo(samples(0, 3));
        append(writer, samples(3, 4));
        close(writer);
        assertThat(all(recording())).isEqualTo(samples(0, 4));
    }

    @Test
    @DisplayName("closing is idempotent, gives the lease back, and nothing can be added after it")
    void closedWriter() {
        RecordingWriter<NdArray> writer = writer(recording(), RecordingMode.CREATE_NEW);
        append(writer, samples(0, 1));
        Progress closed = get(writer.close(RecordingStatus.CLOSED, ""));
        assertThat(get(writer.close(RecordingStatus.ABORTED, "late"))).isEqualTo(closed);
        assertThatExceptionOfType(StoreClosedException.class).isThrownBy(() -> append(writer, samples(1, 2)));
        close(writer(recording(), RecordingMode.RESUME));
    }

    @Test
    @DisplayName(
            "closing that fails tells why once, gives the lease back, and nobody who closes again is told so again")
    void closingThatFailed() throws IOException {
        NpzRecording recording = NpzRecording.on(folder.resolve("res"), new QuickDisk() {
            @Override
            void move(Path from, Path to) throws IOException {
                if (to.getFileName().toString().equals("res.npz")) {
                    throw new IOException("No space left on device");
                }
                super.move(from, to);
            }
        });
        RecordingWriter<NdArray> writer = writer(recording, RecordingMode.CREATE_NEW);
        append(writer, samples(0, 3));
        assertThatExceptionOfType(StoreFullException.class).isThrownBy(() -> close(writer));
        assertThat(get(writer.close(RecordingStatus.CLOSED, "")).committed()).isEqualTo(3);

        RecordingWriter<NdArray> next = writer(recording(), RecordingMode.RESUME);
        append(next, samples(3, 4));
        close(next);
        assertThat(all(recording())).isEqualTo(samples(0, 4));
    }

    @Test
    @DisplayName("nobody records to a place while a file that was given up is still being put there")
    void exportGivenUp() throws Exception {
        RecordingWriter<NdArray> writer = writer(recording(), RecordingMode.CREATE_NEW);
        append(writer, samples(0, 5));
        CountDownLatch moving = new CountDownLatch(1);
        CountDownLatch leased = new CountDownLatch(1);
        CompletableFuture<Boolean> intruded = new CompletableFuture<>();
        Path file = folder.resolve("copy.npz");
        Disk slow = new QuickDisk() {
            @Override
            void move(Path from, Path to) throws IOException {
                if (to.equals(file)) {
                    moving.countDown();
                    try {
                        intruded.complete(leased.await(500, TimeUnit.MILLISECONDS));
                    } catch (InterruptedException e) {
                        intruded.completeExceptionally(e);
                    }
                }
                super.move(from, to);
            }
        };
        Disposable export =
                NpzRecording.write(recording(), new Place(file, slow)).subscribe();
        assertThat(moving.await(30, TimeUnit.SECONDS)).isTrue();
        export.dispose();
        Mono<LeaseLock.Lease> next = FileLease.beside(file)
                .acquire("recorder", Runs.WAIT)
                .doOnNext(lease -> leased.countDown())
                .cache();
        next.subscribe();

        assertThat(intruded.get(30, TimeUnit.SECONDS)).isFalse();
        done(get(next).release());
        assertThat(files(folder)).noneMatch(name -> name.endsWith(".tmp"));
        close(writer);
    }

    @Test
    @DisplayName("a reader follows a run from its folder to its file and to the run that replaces it")
    void readerFollows() {
        RecordingWriter<NdArray> writer = writer(recording(), RecordingMode.CREATE_NEW);
        append(writer, samples(0, 5));
        RecordingReader<NdArray> reader = get(recording().reader());
        assertThat(get(reader.progress()).status()).isEqualTo(RecordingStatus.OPEN);
        assertThat(reader.read(1, 3).collectList().block(Runs.WAIT)).isEqualTo(samples(1, 3));
        close(writer);
        assertThat(get(reader.progress()).status()).isEqualTo(RecordingStatus.CLOSED);
        assertThat(reader.read(1, 30).collectList().block(Runs.WAIT)).isEqualTo(samples(1, 5));
        assertThat(get(reader.times(2, 4))).isEqualTo(NdArray.of(new double[] {1, 1.5}, 2));
        RecordingWriter<NdArray> other = writer(recording(), RecordingMode.REPLACE);
        append(other, samples(20, 22));
        close(other);
        assertThat(reader.read(0, 30).collectList().block(Runs.WAIT)).isEqualTo(samples(20, 22));
        done(reader.close());
        done(reader.close());
        assertThatExceptionOfType(StoreClosedException.class).isThrownBy(() -> get(reader.progress()));
    }

    @Test
    @DisplayName("any recording is written as one file, also a growing one, whose id, status and attributes it keeps")
    void exportOfAnyRecording() throws IOException {
        RecordingPlan plan =
                new RecordingPlan(RecordingMode.CREATE_NEW, OptionalLong.empty(), 1, 3, Map.of("rank", 2L));
        RecordingWriter<NdArray> writer = get(recording().writer(plan));
        append(writer, samples(0, 5));
        Path to = folder.resolve("copy");
        Progress written = get(NpzRecording.write(recording(), to));
        assertThat(written.committed()).isEqualTo(5);
        assertThat(written.status()).isEqualTo(RecordingStatus.OPEN);
        assertThat(written.attributes()).containsEntry("rank", 2L);
        assertThat(all(NpzRecording.at(to))).isEqualTo(samples(0, 5));
        append(writer, samples(5, 9));
        done(NpzRecording.write(recording(), to));
        assertThat(all(NpzRecording.at(to))).isEqualTo(samples(0, 9));
        assertThat(files(folder)).noneMatch(name -> name.startsWith(".copy"));
        assertThatExceptionOfType(StoreBusyException.class)
                .isThrownBy(() -> done(NpzRecording.write(recording(), folder.resolve("res"))));
        close(writer);
    }

    @Test
    @DisplayName("attributes that would not fit into the file are refused at once")
    void longAttributesAreRefused() throws IOException {
        RecordingPlan plan = new RecordingPlan(
                RecordingMode.CREATE_NEW,
                OptionalLong.empty(),
                1,
                3,
                Map.of("notes", String.join("", Collections.nCopies(40_000, "n"))));
        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> get(recording().writer(plan)));
        assertThat(files(folder)).isEmpty();
        close(writer(recording(), RecordingMode.CREATE_NEW)); // the lease was given back
    }

    @Test
    @DisplayName(
            "save(): the file is there and has everything so far, as often as it is called; the run goes on in its folder")
    void savesTheFile() throws IOException {
        Recorder<NdArray> recorder = Recorder.to(recording()).chunk(4).build();
        Path file = folder.resolve("res.npz");
        for (int round = 1; round <= 3; round++) {
            recorder.record(Flux.fromIterable(samples(5 * (round - 1), 5 * round)))
                    .block();
            assertThat(recorder.save().block().committed()).isEqualTo(5 * round);
            assertThat(entry(file, "time.npy").length(0)).isEqualTo(5 * round);
            assertThat(entry(file, "data.npy"))
                    .isEqualTo(TimeLast.stack(
                            samples(0, 5 * round).stream().map(Sample::frame).toList()));
        }
        assertThat(Recording.of(recording()).progress().block().status()).isEqualTo(RecordingStatus.OPEN);
        recorder.record(Flux.fromIterable(samples(15, 16)))
                .then(recorder.close())
                .block();
        assertThat(entry(file, "time.npy").length(0)).isEqualTo(16);
        assertThat(files(folder)).doesNotContain(".res.npz.recording");
    }
}
