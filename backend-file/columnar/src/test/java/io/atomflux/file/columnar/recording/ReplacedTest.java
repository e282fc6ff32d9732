package io.atomflux.file.columnar.recording;

import static io.atomflux.file.columnar.recording.Runs.await;
import static io.atomflux.file.columnar.recording.Runs.plan;
import static io.atomflux.file.columnar.recording.Runs.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers while the folder of a recording is exchanged, and storage that fails with more than an exception. */
class ReplacedTest {

    private static final int TIMES = Boolean.getBoolean("atomflux.proof") ? 20_000 : 600;
    private static final int READERS = 6;

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "P1: while a run takes the place of another, readers always find one of both, and know which recorder wrote it")
    void alwaysThere() throws IOException {
        Path one = folder.resolve("run");
        Runs.write(ZarrRecording.at(one).on(new Disk(false)), RecordingMode.CREATE_NEW, samples(0, 4));
        Path two = folder.resolve("other");
        Runs.copy(one, two);
        Places places = new Places(one);
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Long>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(CompletableFuture.supplyAsync(() -> looks(places, over), task -> new Thread(task).start()));
        }
        Disk disk = new Disk(false);
        try {
            for (int i = 0; i < TIMES; i++) {
                Files.move(two, places.next());
                places.publish(disk);
                LockSupport.parkNanos(200_000); // as writing the next one takes longer than exchanging them
                Files.move(one.resolveSibling(".run.gone"), two);
            }
        } finally {
            over.set(true);
        }
        for (CompletableFuture<Long> reader : readers) {
            assertThat(reader.join()).isPositive();
        }
    }

    private static long looks(Places places, AtomicBoolean over) {
        long looks = 0;
        do {
            Snapshot found;
            try {
                found = Snapshot.read(places, new ArrayValues(), "run", 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            assertThat(found).as("look %d", looks).isNotNull();
            assertThat(found.foreign())
                    .as("look %d: taken for one of another program", looks)
                    .isFalse();
            looks++;
        } while (!over.get());
        return looks;
    }

    @Test
    @DisplayName(
            "an error of the machine, such as no memory for a chunk, is told to whoever waits, and the samples are taken again")
    void errorsAreTold() {
        AtomicBoolean failing = new AtomicBoolean(true);
        Disk disk = new Disk(false) {
            @Override
            void step(String change, Path path) {
                if (failing.get()) {
                    throw new OutOfMemoryError("Java heap space");
                }
            }
        };
        RecordingWriter<NdArray> writer =
                await(ZarrRecording.at(folder.resolve("run")).on(disk).writer(plan(RecordingMode.CREATE_NEW)));
        assertThatThrownBy(() -> await(writer.append(samples(0, 2)))).isInstanceOf(OutOfMemoryError.class);
        failing.set(false);
        await(writer.append(samples(0, 2)));
        Progress ended = await(writer.close(RecordingStatus.CLOSED, ""));
        assertThat(ended.committed()).isEqualTo(2);
        assertThat(Runs.read(ZarrRecording.at(folder.resolve("run")))).isEqualTo(samples(0, 2));
    }
}
