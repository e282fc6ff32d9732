package io.atomflux.testkit.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atomflux.Indexed;
import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.SampleRejectedException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.NdArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What every place to record to must do, whatever its frames are. Long, as it is one contract.
 *
 * @param <F> the kind of frame
 */
@Timeout(120)
public abstract class RecordingStorageContract<F> {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CHUNK = 4;

    /** What a place may not be able to keep. */
    public enum Keeps {
        /** What the user gave to be kept with the run. */
        ATTRIBUTES,
        /** Whether the run has ended, and how. */
        STATUS,
        /** The numbers of iterations; else they are counted from 0. */
        ITERATIONS,
        /** That there is a run, before its first sample is committed. */
        EMPTY_RUNS,
        /** Which run it is: the identity of {@link Progress}. */
        IDENTITY
    }

    /**
     * Returns a place that no other test uses; the same name gives the same place of this test class's instance. The first call
     * finds nothing there.
     */
    protected abstract RecordingStorage<F> storage(String name);

    /** Returns what the place keeps; all by default. */
    protected Set<Keeps> keeps() {
        return EnumSet.allOf(Keeps.class);
    }

    /** Returns a frame, the same for the same seed and all of one layout; to be overridden where a place takes other ones only. */
    protected F frame(int seed) {
        return Frames.of(storage("kind").kind(), seed);
    }

    /**
     * Lets the place go as the death of the writer's process would, without closing it. Returns empty, which leaves out the tests
     * of it, if that cannot be had within one process.
     */
    protected Mono<Boolean> kill(RecordingWriter<F> writer) {
        return Mono.empty();
    }

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    private Sample<F> sample(int i) {
        return new Sample<>(i, i * 0.5, frame(i));
    }

    private List<Sample<F>> samples(int from, int to) {
        List<Sample<F>> samples = new ArrayList<>();
        for (int i = from; i < to; i++) {
            samples.add(sample(i));
        }
        return samples;
    }

    private static RecordingPlan plan(RecordingMode mode) {
        return new RecordingPlan(mode, OptionalLong.empty(), 1, CHUNK, Map.of());
    }

    private static <T> T await(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(PATIENCE), "a value");
    }

    private RecordingWriter<F> open(RecordingStorage<F> storage, RecordingMode mode) {
        return await(storage.writer(plan(mode)));
    }

    private void write(RecordingStorage<F> storage, RecordingMode mode, List<Sample<F>> samples) {
        RecordingWriter<F> writer = open(storage, mode);
        await(writer.append(samples));
        await(writer.close(RecordingStatus.CLOSED, ""));
    }

    private List<Sample<F>> read(RecordingStorage<F> storage) {
        return await(Recording.of(storage).samples().collectList());
    }

    private Progress progress(RecordingStorage<F> storage) {
        return await(Recording.of(storage).progress());
    }

    @Test
    @DisplayName("a place without a recording says so to readers, and is not made by them")
    final void readingMakesNothing() {
        assertThatThrownBy(() -> progress(storage("a"))).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> read(storage("a"))).isInstanceOf(StoreNotFoundException.class);

        write(storage("a"), RecordingMode.CREATE_NEW, samples(0, 1));

        assertThat(read(storage("a"))).isEqualTo(samples(0, 1));
    }

    @Test
    @DisplayName("nothing happens before something is subscribed")
    final void assemblyIsCold() {
        RecordingStorage<F> storage = storage("a");
        var neither = storage.writer(plan(RecordingMode.REPLACE));
        var nor = storage.reader();

        assertThat(neither).isNotNull();
        assertThat(nor).isNotNull();
        assertThatThrownBy(() -> progress(storage)).isInstanceOf(StoreNotFoundException.class);
        RecordingWriter<F> writer = open(storage, RecordingMode.CREATE_NEW);
        var unused = writer.append(samples(0, 3));
        assertThat(unused).isNotNull();
        assertThat(writer.progress().committed()).isZero();
        await(writer.append(samples(0, 1)));
        await(writer.close(RecordingStatus.CLOSED, ""));
        assertThat(read(storage)).hasSize(1);
    }

    @Test
    @DisplayName("what was committed is read back, bit by bit, however it was cut into commits")
    final void readsBack() {
        RecordingStorage<F> storage = storage("a");
        RecordingWriter<F> writer = open(storage, RecordingMode.CREATE_NEW);
        int[] ends = {1, 4, 5, 13, 16, 23};
        int from = 0;
        for (int end : ends) {
            assertThat(await(writer.append(samples(from, end))).committed()).isEqualTo(end);
            assertThat(read(storage("a"))).isEqualTo(samples(0, end));
            from = end;
        }
        await(writer.close(RecordingStatus.CLOSED, ""));

        assertThat(read(storage("a"))).isEqualTo(samples(0, 23));
    }

    @Test
    @DisplayName("many samples in one commit, over many chunks")
    final void manyAtOnce() {
        write(storage("a"), RecordingMode.CREATE_NEW, samples(0, 150));

        assertThat(read(storage("a"))).isEqualTo(samples(0, 150));
    }

    @Test
    @DisplayName("progress tells what is committed, and grows with each commit")
    final void tellsProgress() {
        RecordingStorage<F> storage = storage("a");
        RecordingWriter<F> writer = open(storage, RecordingMode.CREATE_NEW);
        assertThat(writer.progress().committed()).isZero();
        assertThat(writer.progress().lastIteration()).isEmpty();
        assertThat(writer.progress().lastTime()).isEmpty();

        Progress first = await(writer.append(samples(0, 3)));
        Progress second = await(writer.append(samples(3, 5)));

        assertThat(first.committed()).isEqualTo(3);
        assertThat(first.lastIteration()).isEqualTo(OptionalLong.of(2));
        assertThat(first.lastTime()).isEqualTo(OptionalDouble.of(1.0));
        assertThat(first.layout()).isEqualTo(storage.kind().layout(frame(0)));
        assertThat(second.committed()).isEqualTo(5);
        assertThat(second.lastTime()).isEqualTo(OptionalDouble.of(2.0));
        assertThat(second.generation()).isGreaterThan(first.generation());
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(writer.progress()).isEqualTo(second);
        assertThat(told(progress(storage("a")))).isEqualTo(told(second));
        await(writer.close(RecordingStatus.CLOSED, ""));
    }

    private List<Object> told(Progress progress) {
        List<Object> told = new ArrayList<>(
                List.of(progress.committed(), progress.lastIteration(), progress.lastTime(), progress.layout()));
        if (keeps().contains(Keeps.IDENTITY)) {
            told.add(progress.id());
        }
        if (keeps().contains(Keeps.STATUS)) {
            told.add(progress.status());
            told.add(progress.generation());
        }
        return told;
    }

    @Test
    @DisplayName("a run is open, then closed or aborted; all that was committed is there")
    final void tellsHowItEnded() {
        for (RecordingStatus end : List.of(RecordingStatus.CLOSED, RecordingStatus.ABORTED)) {
            RecordingStorage<F> storage = storage(end.name().toLowerCase(Locale.ROOT));
            RecordingWriter<F> writer = open(storage, RecordingMode.CREATE_NEW);
            await(writer.append(samples(0, 3)));
            RecordingStatus during = progress(storage).status();
            await(writer.close(end, end == RecordingStatus.ABORTED ? "diverged" : ""));
            await(writer.close(end, "")); // idempotent

            assertThat(read(storage)).isEqualTo(samples(0, 3));
            if (keeps().contains(Keeps.STATUS)) {
                assertThat(during).isEqualTo(RecordingStatus.OPEN);
                assertThat(progress(storage).status()).isEqualTo(end);
            } else {
                assertThat(progress(storage).status()).isEqualTo(RecordingStatus.UNKNOWN);
            }
        }
    }

    @Test
    @DisplayName("a run that ended before its first sample is an empty recording, and can be continued")
    final void keepsEmptyRuns() {
        RecordingStorage<F> storage = storage("a");
        RecordingWriter<F> writer = open(storage, RecordingMode.CREATE_NEW);
        await(writer.close(RecordingStatus.CLOSED, ""));

        if (keeps().contains(Keeps.EMPTY_RUNS)) {
            assertThat(progress(storage).committed()).isZero();
            assertThat(read(storage)).isEmpty();
            assertThat(await(Recording.of(storage).times().all()).size()).isZero();
        }
        write(storage, RecordingMode.RESUME, samples(0, 2));
        assertThat(read(storage)).isEqualTo(samples(0, 2));
    }

    @Test
    @DisplayName("P11: what the user gave is kept with the run")
    final void keepsAttributes() {
        assumeTrue(keeps().contains(Keeps.ATTRIBUTES), "it keeps none");
        RecordingStorage<F> storage = storage("a");
        Map<String, Object> given = Map.of("seed", 42L, "dt", 0.25, "model", "gbm μ", "ensemble", true);
        RecordingWriter<F> writer = await(
                storage.writer(new RecordingPlan(RecordingMode.CREATE_NEW, OptionalLong.empty(), 1, CHUNK, given)));
        await(writer.append(samples(0, 3)));
        await(writer.close(RecordingStatus.CLOSED, ""));

        assertThat(progress(storage).attributes()).containsAllEntriesOf(given);
    }

    @Test
    @DisplayName("iterations are kept, also with gaps")
    final void keepsIterations() {
        assumeTrue(keeps().contains(Keeps.ITERATIONS), "it keeps none");
        List<Sample<F>> sparse = new ArrayList<>();
        for (int i : new int[] {0, 5, 10, 15, 40, 1_000_000}) {
            sparse.add(new Sample<>(i, i * 1e-3, frame(i % 50)));
        }
        write(storage("a"), RecordingMode.CREATE_NEW, sparse);

        assertThat(read(storage("a"))).isEqualTo(sparse);
        assertThat(progress(storage("a")).lastIteration()).isEqualTo(OptionalLong.of(1_000_000));
    }

    @Test
    @DisplayName("P6: a recording is not wiped unasked: a new one is refused there, and changes nothing")
    final void refusesToBeginTwice() {
        RecordingStorage<F> storage = storage("a");
        write(storage, RecordingMode.CREATE_NEW, samples(0, 3));

        assertThatThrownBy(() -> open(storage("a"), RecordingMode.CREATE_NEW))
                .isInstanceOfSatisfying(
                        RecordingExistsException.class,
                        refused -> assertThat(refused.committed()).isEqualTo(3));

        assertThat(read(storage)).isEqualTo(samples(0, 3));
        write(storage, RecordingMode.RESUME, samples(3, 4)); // the place is free again
        assertThat(read(storage)).isEqualTo(samples(0, 4));
    }

    @Test
    @DisplayName("a run that is resumed equals one that was not interrupted")
    final void resumes() {
        RecordingStorage<F> storage = storage("a");
        for (int from = 0; from < 15; from += 3) {
            RecordingWriter<F> writer = open(storage("a"), RecordingMode.RESUME);
            assertThat(writer.progress().committed()).isEqualTo(from);
            assertThat(writer.progress().lastTime())
                    .isEqualTo(from == 0 ? OptionalDouble.empty() : OptionalDouble.of((from - 1) * 0.5));
            await(writer.append(samples(from, from + 3)));
            await(writer.close(RecordingStatus.ABORTED, "interrupted"));
        }
        write(storage("unbroken"), RecordingMode.CREATE_NEW, samples(0, 15));

        assertThat(read(storage)).isEqualTo(samples(0, 15));
        assertThat(read(storage)).isEqualTo(read(storage("unbroken")));
        assertThat(progress(storage).layout())
                .isEqualTo(progress(storage("unbroken")).layout());
    }

    @Test
    @DisplayName("a run whose writer was killed is resumed, and nothing committed is lost")
    final void resumesAfterDeath() {
        RecordingStorage<F> storage = storage("a");
        RecordingWriter<F> killed = open(storage, RecordingMode.CREATE_NEW);
        await(killed.append(samples(0, 6)));
        assumeTrue(await(kill(killed).hasElement()), "the place can let go within a process");

        assertThat(read(storage)).isEqualTo(samples(0, 6));
        write(storage, RecordingMode.RESUME, samples(6, 9));
        assertThat(read(storage)).isEqualTo(samples(0, 9));
    }

    @Test
    @DisplayName("resuming from an earlier iteration discards what was committed from there on")
    final void cuts() {
        RecordingStorage<F> storage = storage("a");
        write(storage, RecordingMode.CREATE_NEW, samples(0, 10));
        String before = progress(storage).id();
        for (int cut : new int[] {100, 10, 7, 3}) {
            RecordingWriter<F> writer = await(
                    storage.writer(new RecordingPlan(RecordingMode.RESUME, OptionalLong.of(cut), 1, CHUNK, Map.of())));
            int left = Math.min(cut, 10);
            assertThat(writer.progress().committed()).isEqualTo(left);
            if (left > 0) {
                assertThat(writer.progress().lastTime()).isEqualTo(OptionalDouble.of((left - 1) * 0.5));
            }
            await(writer.close(RecordingStatus.CLOSED, ""));
            if (left == 10) {
                assertThat(progress(storage).id()).isEqualTo(before);
            }
            // how it is kept until the next commit is the storage's choice; another one begins from it all the same
        }
        RecordingWriter<F> writer =
                await(storage.writer(new RecordingPlan(RecordingMode.RESUME, OptionalLong.of(3), 1, CHUNK, Map.of())));
        List<Sample<F>> others = List.of(new Sample<>(3, 1.5, frame(33)), new Sample<>(4, 2.0, frame(44)));
        await(writer.append(others));
        await(writer.close(RecordingStatus.CLOSED, ""));

        List<Sample<F>> expected = new ArrayList<>(samples(0, 3));
        expected.addAll(others);
        assertThat(read(storage)).isEqualTo(expected);
        if (keeps().contains(Keeps.IDENTITY)) {
            assertThat(progress(storage).id()).isNotEqualTo(before); // so that who follows it is told
        }
    }

    @Test
    @DisplayName("resuming from iteration 0 begins anew")
    final void cutsAll() {
        RecordingStorage<F> storage = storage("a");
        write(storage, RecordingMode.CREATE_NEW, samples(0, 6));
        RecordingWriter<F> writer =
                await(storage.writer(new RecordingPlan(RecordingMode.RESUME, OptionalLong.of(0), 1, CHUNK, Map.of())));
        assertThat(writer.progress().committed()).isZero();
        assertThat(writer.progress().lastIteration()).isEmpty();
        List<Sample<F>> others = List.of(new Sample<>(0, 0.0, frame(20)), new Sample<>(1, 0.5, frame(21)));
        await(writer.append(others));
        await(writer.close(RecordingStatus.CLOSED, ""));

        assertThat(read(storage)).isEqualTo(others);
    }

    @Test
    @DisplayName("P6: a recording that is replaced stays until the first samples of the new one are committed")
    final void replaces() {
        RecordingStorage<F> storage = storage("a");
        write(storage, RecordingMode.CREATE_NEW, samples(0, 9));
        String before = progress(storage).id();

        RecordingWriter<F> writer = open(storage, RecordingMode.REPLACE);
        assertThat(writer.progress().committed()).isZero();
        assertThat(read(storage)).isEqualTo(samples(0, 9));
        await(writer.close(RecordingStatus.ABORTED, "changed my mind"));
        assertThat(read(storage)).isEqualTo(samples(0, 9));

        RecordingWriter<F> second = open(storage, RecordingMode.REPLACE);
        await(second.append(samples(20, 22)));
        assertThat(read(storage)).isEqualTo(samples(20, 22));
        await(second.append(samples(22, 27)));
        await(second.close(RecordingStatus.CLOSED, ""));
        assertThat(read(storage)).isEqualTo(samples(20, 27));
        if (keeps().contains(Keeps.IDENTITY)) {
            assertThat(progress(storage).id()).isNotEqualTo(before).isNotEmpty();
        }
    }

    @Test
    @DisplayName("P14: a second recorder is refused while the first one writes, and nothing is lost")
    final void oneWriterAtATime() {
        RecordingStorage<F> storage = storage("a");
        RecordingWriter<F> first = open(storage, RecordingMode.CREATE_NEW);
        await(first.append(samples(0, 3)));

        for (RecordingMode mode : RecordingMode.values()) {
            assertThatThrownBy(() -> open(storage("a"), mode))
                    .isInstanceOfAny(
                            StoreBusyException.class,
                            mode == RecordingMode.CREATE_NEW
                                    ? RecordingExistsException.class // seen without the lease
                                    : StoreBusyException.class);
        }

        await(first.append(samples(3, 5)));
        await(first.close(RecordingStatus.CLOSED, ""));
        assertThat(read(storage)).isEqualTo(samples(0, 5));
        write(storage, RecordingMode.RESUME, samples(5, 6));
        assertThat(read(storage)).isEqualTo(samples(0, 6));
    }

    @Test
    @DisplayName("a reader that is open while samples are added sees them once they are committed")
    final void readsWhileWriting() {
        RecordingStorage<F> storage = storage("a");
        RecordingWriter<F> writer = open(storage, RecordingMode.CREATE_NEW);
        await(writer.append(samples(0, 2)));
        RecordingReader<F> reader = await(storage("a").reader());
        for (int end = 3; end < 12; end += 2) {
            assertThat(await(reader.progress()).committed())
                    .isEqualTo(writer.progress().committed());
            await(writer.append(samples((int) writer.progress().committed(), end)));
            assertThat(await(reader.read(0, 100).collectList())).isEqualTo(samples(0, end));
        }
        await(writer.close(RecordingStatus.CLOSED, ""));
        assertThat(await(reader.read(2, 4).collectList())).isEqualTo(samples(2, 4));
        reader.close().block(PATIENCE);
        reader.close().block(PATIENCE);
    }

    @Test
    @DisplayName("ranges are Python's: negative positions count from the end, those beyond it are clipped")
    final void readsRanges() {
        RecordingStorage<F> storage = storage("a");
        write(storage, RecordingMode.CREATE_NEW, samples(0, 11));
        Recording<F> recording = Recording.of(storage);
        List<Sample<F>> all = samples(0, 11);
        int[][] ranges = {{0, 11}, {3, 8}, {4, 4}, {8, 3}, {-3, 100}, {-100, 2}, {10, 11}, {11, 20}, {-4, -1}};
        for (int[] range : ranges) {
            int from = Math.min(11, Math.max(0, range[0] < 0 ? range[0] + 11 : range[0]));
            int to = Math.max(from, Math.min(11, range[1] < 0 ? range[1] + 11 : range[1]));
            assertThat(await(recording.samples(range[0], range[1]).collectList()))
                    .as("%d:%d", range[0], range[1])
                    .isEqualTo(all.subList(from, to));
        }
        RecordingReader<F> reader = await(storage.reader());
        assertThat(await(reader.read(5, 5).collectList())).isEmpty();
        assertThat(await(reader.read(9, 1000).collectList())).isEqualTo(all.subList(9, 11));
        assertThat(await(reader.read(11, 12).collectList())).isEmpty();
        reader.close().block(PATIENCE);
    }

    @Test
    @DisplayName("values: times and states are arrays, of which parts are read")
    final void readsParts() {
        RecordingStorage<F> storage = storage("a");
        write(storage, RecordingMode.CREATE_NEW, samples(0, 14));
        Recording<F> recording = Recording.of(storage);

        assertThat(await(recording.times().all()).toDoubleArray())
                .containsExactly(
                        IntStream.range(0, 14).mapToDouble(i -> i * 0.5).toArray());
        assertThat(await(recording.times().get("-1")).doubleAt(0)).isEqualTo(6.5);
        assertThat(await(recording.times().get("2:9:3")).toDoubleArray()).containsExactly(1, 2.5, 4);
        assertThat(await(recording.times().info()).shape()).containsExactly(14L);
        if (storage.kind() == FrameKind.ARRAYS) {
            NdArray first = (NdArray) frame(0);
            LazyParts.check(recording.data(), first.dtype(), samples(0, 14));
        } else if (storage.kind() == FrameKind.SCALARS) {
            LazyParts.checkSeries(recording, samples(0, 14));
        }
    }

    @Test
    @DisplayName("a reader gives no more than is asked for, and may be cancelled at any time")
    final void readsOnDemand() throws Exception {
        RecordingStorage<F> storage = storage("a");
        write(storage, RecordingMode.CREATE_NEW, samples(0, 30));
        for (int asked : new int[] {0, 1, 4, 5, 29}) {
            List<Sample<F>> got = new CopyOnWriteArrayList<>();
            CompletableFuture<Integer> enough = new CompletableFuture<>();
            BaseSubscriber<Sample<F>> subscriber = new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    if (asked == 0) {
                        enough.complete(0);
                    } else {
                        request(asked);
                    }
                }

                @Override
                protected void hookOnNext(Sample<F> sample) {
                    got.add(sample);
                    if (got.size() >= asked) {
                        enough.complete(got.size());
                    }
                }

                @Override
                protected void hookOnError(Throwable failure) {
                    enough.completeExceptionally(failure);
                }
            };
            Recording.of(storage).samples().subscribe(subscriber);
            enough.get(30, TimeUnit.SECONDS);
            subscriber.cancel();
            assertThat(got).isEqualTo(samples(0, asked));
        }
        assertThat(read(storage)).hasSize(30);
    }

    @Test
    @DisplayName("several readers at once see the same")
    final void manyReaders() {
        RecordingStorage<F> storage = storage("a");
        write(storage, RecordingMode.CREATE_NEW, samples(0, 25));
        RecordingReader<F> shared = await(storage.reader());

        List<List<Sample<F>>> all = await(Flux.range(0, 12)
                .flatMap(
                        i -> i % 2 == 0
                                ? shared.read(0, 25).collectList()
                                : Recording.of(storage("a")).samples().collectList(),
                        12)
                .collectList());
        shared.close().block(PATIENCE);

        assertThat(all).hasSize(12).allSatisfy(samples -> assertThat(samples).isEqualTo(samples(0, 25)));
    }

    @Test
    @DisplayName("a tail waits for a recording, gives what is committed, then what is added, and ends with the run")
    final void tails() {
        RecordingStorage<F> storage = storage("a");
        List<Indexed<Sample<F>>> seen = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> over = new CompletableFuture<>();
        Disposable tail = Recording.of(storage("a"))
                .tail()
                .subscribe(seen::add, over::completeExceptionally, () -> over.complete(null));
        RecordingWriter<F> writer = open(storage, RecordingMode.CREATE_NEW);
        int[] ends = {1, 5, 6, 14};
        int from = 0;
        for (int end : ends) {
            await(writer.append(samples(from, end)));
            until(() -> seen.size() >= end, over);
            assertThat(seen).hasSize(end);
            from = end;
        }
        List<Indexed<Sample<F>>> late =
                await(Recording.of(storage).tail(3).take(11).collectList());
        await(writer.close(RecordingStatus.CLOSED, ""));

        if (keeps().contains(Keeps.STATUS)) {
            over.orTimeout(30, TimeUnit.SECONDS).join();
        }
        tail.dispose();
        assertThat(seen.stream().map(Indexed::value)).isEqualTo(samples(0, 14));
        assertThat(seen.stream().map(Indexed::position))
                .isEqualTo(LongStream.range(0, 14).boxed().toList());
        assertThat(late).isEqualTo(seen.subList(3, 14));
    }

    @Test
    @DisplayName("a tail goes on where an earlier one was left, also over a writer that was resumed")
    final void tailsResumed() {
        assumeTrue(keeps().contains(Keeps.STATUS), "it keeps none");
        RecordingStorage<F> storage = storage("a");
        RecordingWriter<F> writer = open(storage, RecordingMode.CREATE_NEW);
        await(writer.append(samples(0, 7)));
        Indexed<Sample<F>> last = await(Recording.of(storage).tail().take(5).last());
        await(writer.close(RecordingStatus.ABORTED, "interrupted"));
        RecordingWriter<F> resumed = open(storage, RecordingMode.RESUME);
        await(resumed.append(samples(7, 12)));
        await(resumed.close(RecordingStatus.CLOSED, ""));

        List<Sample<F>> rest = await(Recording.of(storage)
                .tail(last.position() + 1)
                .map(Indexed::value)
                .collectList());

        assertThat(rest).isEqualTo(samples(5, 12));
    }

    @Test
    @DisplayName("a tail is told when its recording is replaced")
    final void tailsNoOther() {
        assumeTrue(keeps().contains(Keeps.IDENTITY), "it keeps none");
        RecordingStorage<F> storage = storage("a");
        RecordingWriter<F> writer = open(storage, RecordingMode.CREATE_NEW);
        await(writer.append(samples(0, 4)));
        List<Indexed<Sample<F>>> seen = new CopyOnWriteArrayList<>();
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        BaseSubscriber<Indexed<Sample<F>>> tail = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(3); // less than there is, so that it does not hear of the end
            }

            @Override
            protected void hookOnNext(Indexed<Sample<F>> sample) {
                seen.add(sample);
            }

            @Override
            protected void hookOnError(Throwable failure) {
                told.complete(failure);
            }

            @Override
            protected void hookOnComplete() {
                told.complete(new AssertionError("the tail completed"));
            }
        };
        Recording.of(storage).tail().subscribe(tail);
        until(() -> seen.size() == 3, told);
        await(writer.close(RecordingStatus.CLOSED, ""));
        write(storage, RecordingMode.REPLACE, samples(20, 30));
        tail.request(Long.MAX_VALUE);

        assertThat(told.orTimeout(30, TimeUnit.SECONDS).join())
                .isInstanceOfSatisfying(
                        StoreChangedException.class,
                        changed -> assertThat(changed.emitted()).isEqualTo(seen.size()));
        // A place that is read one sample at a time finds out before the fourth one.
        assertThat(seen.size()).isBetween(3, 4);
        assertThat(seen.stream().map(Indexed::value)).isEqualTo(samples(0, seen.size()));
    }

    @Test
    @DisplayName("Stride: a recorder keeps iterations 0, s, 2s, … of a stream, all of which are committed at its end")
    final void recordsByStride() {
        RecordingStorage<F> storage = storage("a");
        Recorder<F> recorder = Recorder.to(storage).stride(3).chunk(CHUNK).build();
        await(recorder.record(Flux.fromIterable(samples(0, 31))));
        List<Double> times =
                await(Recording.of(storage).samples().map(Sample::time).collectList());
        await(recorder.close());

        assertThat(times)
                .isEqualTo(IntStream.range(0, 11).mapToObj(i -> i * 1.5).toList());
        assertThat(read(storage).stream().map(Sample::frame))
                .isEqualTo(IntStream.range(0, 11).mapToObj(i -> frame(3 * i)).toList());
    }

    @Test
    @DisplayName("a sample that goes back in time or does not fit is refused by the recorder, and nothing is lost")
    final void refusesWhatDoesNotContinue() {
        RecordingStorage<F> storage = storage("a");
        Recorder<F> recorder = Recorder.to(storage).chunk(CHUNK).build();
        for (Sample<F> sample : samples(0, 6)) {
            assertThat(await(recorder.store(sample))).isTrue();
        }
        assertThatThrownBy(() -> await(recorder.store(new Sample<>(6, 0.25, frame(6)))))
                .isInstanceOf(SampleRejectedException.class);
        assertThatThrownBy(() -> await(recorder.store(new Sample<>(2, 4, frame(6)))))
                .isInstanceOf(SampleRejectedException.class);
        Object other = Frames.unlike(storage.kind());
        if (other != null) {
            assertThatThrownBy(() -> await(recorder.store(
                            new Sample<>(6, 3, storage.kind().type().cast(other)))))
                    .isInstanceOf(SampleRejectedException.class);
        }
        assertThat(await(recorder.store(sample(6)))).isTrue();
        await(recorder.save());
        await(recorder.save()); // idempotent
        assertThat(read(storage)).isEqualTo(samples(0, 7));
        await(recorder.close());
        assertThat(read(storage)).isEqualTo(samples(0, 7));
    }

    @Test
    @DisplayName("opening a writer that is given up leaves the place free")
    final void cancelsOpening() {
        RecordingStorage<F> storage = storage("a");
        write(storage, RecordingMode.CREATE_NEW, samples(0, 3));
        for (int i = 0; i < 20; i++) {
            Mono.usingWhen( // closes what came before it was given up
                            storage.writer(plan(RecordingMode.RESUME)),
                            Mono::just,
                            writer -> writer.close(RecordingStatus.ABORTED, ""))
                    .onErrorResume(StoreBusyException.class, busy -> Mono.empty()) // the one before is still letting go
                    .subscribe()
                    .dispose();
        }
        RecordingWriter<F> writer = await(storage.writer(plan(RecordingMode.RESUME))
                .onErrorResume(StoreBusyException.class, busy -> Mono.empty())
                .repeatWhenEmpty(1000, looks -> looks.delayElements(Duration.ofMillis(20))));
        await(writer.append(samples(3, 5)));
        await(writer.close(RecordingStatus.CLOSED, ""));

        assertThat(read(storage)).isEqualTo(samples(0, 5));
    }

    /** Waits without sleeping in steps that matter to the outcome. */
    private static void until(BooleanSupplier reached, CompletableFuture<?> failed) {
        Mono.fromSupplier(() -> {
                    if (failed.isCompletedExceptionally()) {
                        failed.join();
                    }
                    return reached.getAsBoolean();
                })
                .filter(done -> done)
                .repeatWhenEmpty(looks -> looks.delayElements(Duration.ofMillis(5)))
                .block(PATIENCE);
    }
}
