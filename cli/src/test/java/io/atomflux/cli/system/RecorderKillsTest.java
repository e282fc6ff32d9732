package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.cli.system.RecorderChild.Place;
import io.atomflux.cli.system.RecorderChild.Run;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.Sample;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Simulations whose processes are killed while they are recorded. */
class RecorderKillsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long ENDLESS = Long.MAX_VALUE;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"zarr", "npz", "h5md"})
    @DisplayName(
            "Interrupted run: what a killed process had committed is there, and resuming it gives what an unbroken run does")
    void kills(String layout) throws Exception {
        killed(RecorderChild.run(layout), layout, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zarr", "npz", "lmdb", "h5md", "extxyz"})
    @Tag("proof")
    @DisplayName("two hundred kills lose nothing committed, and the resumed run is what an unbroken one is")
    void killsOften(String layout) throws Exception {
        killed(RecorderChild.run(layout), layout, 200);
    }

    private <F> void killed(Run<F> run, String layout, int times) throws Exception {
        Random random = new Random(41);
        Path path = folder.resolve("killed" + run.suffix());
        long committed = 0;
        int grown = 0;
        for (int kill = 0; kill < times; kill++) {
            long told = killOne(layout, path, kill % 2 == 0 ? 2 : random.nextInt(2), random);
            List<Sample<F>> found = samples(run, path);
            assertThat(found.size()).as("samples after kill %d", kill).isGreaterThanOrEqualTo((int)
                    Math.max(told, committed));
            requireSame(run, found, "kill " + kill);
            grown += found.size() > committed ? 1 : 0;
            committed = found.size();
        }
        assertThat(grown).as("runs that got something committed").isPositive();

        long steps = committed + 3L * RecorderChild.CHUNK + 3;
        ChildJvm.Ended ended = new ChildJvm().run(RecorderChild.class, layout, path.toString(), Long.toString(steps));
        assertThat(ended.out()).as("%s", ended.error()).contains("finished " + steps);
        Path unbroken = folder.resolve("unbroken" + run.suffix());
        Place<F> place = run.open().apply(unbroken);
        Recorder<F> recorder = run.resume(place.storage());
        Flux<Sample<F>> all = Flux.generate(() -> 0L, (i, sink) -> {
            if (i == steps) {
                sink.complete();
            } else {
                sink.next(run.sample(i));
            }
            return i + 1;
        });
        recorder.record(all).then(recorder.close()).then(place.close()).block(PATIENCE);
        assertThat(samples(run, path)).isEqualTo(samples(run, unbroken)).hasSize((int) steps);
        Progress progress = progress(run, path);
        assertThat(progress.status()).isIn(RecordingStatus.CLOSED, RecordingStatus.UNKNOWN);
    }

    /**
     * Kills a process at some instant after it has said so many lines: that it is open, that something was committed.
     *
     * @return how many samples it told to be committed
     */
    private static long killOne(String layout, Path path, int lines, Random random)
            throws IOException, InterruptedException {
        Process process = new ChildJvm("-Xmx96m", "-XX:TieredStopAtLevel=1")
                .start(RecorderChild.class, layout, path.toString(), Long.toString(ENDLESS));
        long told = 0;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < lines; i++) {
                told = told(out.readLine());
            }
            int most = lines == 0 ? 500 : 30;
            CompletableFuture<Void> killing = CompletableFuture.runAsync(
                    () -> process.toHandle().destroyForcibly(), // the process itself would close the stream, too
                    CompletableFuture.delayedExecutor(random.nextInt(most * 1000), TimeUnit.MICROSECONDS));
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                told = told(line);
            }
            killing.join();
        }
        assertThat(process.waitFor()).isEqualTo(128 + 9);
        return told;
    }

    private static long told(@Nullable String line) {
        assertThat(line).startsWith("committed ");
        return Long.parseLong(Objects.requireNonNull(line).substring("committed ".length()));
    }

    private static <F> Progress progress(Run<F> run, Path path) {
        return read(run, path, Recording::progress);
    }

    private static <F> List<Sample<F>> samples(Run<F> run, Path path) {
        return read(
                run,
                path,
                recording -> recording
                        .samples()
                        .onErrorResume(
                                StoreNotFoundException.class, absent -> Mono.empty()) // killed before it was made
                        .collectList());
    }

    private static <F, T> T read(Run<F> run, Path path, Function<Recording<F>, Mono<T>> reading) {
        return Objects.requireNonNull(Mono.usingWhen(
                        Mono.fromSupplier(() -> run.open().apply(path)),
                        place -> reading.apply(Recording.of(place.storage())),
                        Place::close)
                .block(PATIENCE));
    }

    private static <F> void requireSame(Run<F> run, List<Sample<F>> found, String when) {
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i)).as("sample %d after %s", i, when).isEqualTo(run.sample(i));
        }
    }
}
