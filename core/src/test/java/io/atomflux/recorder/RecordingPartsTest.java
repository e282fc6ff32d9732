package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.Indexed;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Runs of several workers. */
@Timeout(60)
class RecordingPartsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final Map<Path, ListRecording<NdArray>> places = new HashMap<>();

    private static <T> T await(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(PATIENCE));
    }

    private ListRecording<NdArray> place(Path path) {
        return places.computeIfAbsent(path, p -> new ListRecording<>(FrameKind.ARRAYS, p.toString()));
    }

    /** The states (2, N) of some trajectories of an ensemble. */
    private static List<Sample<NdArray>> states(RecordingParts.Range range, int from, int to) {
        List<Sample<NdArray>> samples = new ArrayList<>();
        int width = (int) range.count();
        for (int t = from; t < to; t++) {
            double[] frame = new double[2 * width];
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < width; j++) {
                    frame[i * width + j] = t * 1e6 + i * 1e3 + range.from() + j;
                }
            }
            samples.add(new Sample<>(t, t * 0.1, NdArray.of(frame, 2, width)));
        }
        return samples;
    }

    @ParameterizedTest(name = "{0}, rank {1}: {2}")
    @DisplayName("Parallel runs: each worker records under a derived name, as PySDE derives it")
    @CsvSource({
        "run.zarr, 0, run_p0.zarr",
        "res.v1.npz, 12, res.v1_p12.npz",
        "plain, 3, plain_p3",
        ".hidden, 1, .hidden_p1",
        "dot., 2, dot._p2"
    })
    void namesParts(String target, int rank, String expected) {
        RecordingParts parts = RecordingParts.of(Path.of("runs", target), 20, 100);

        assertThat(parts.path(rank)).isEqualTo(Path.of("runs", expected));
        assertThat(RecordingParts.seed(42, rank)).isEqualTo(42 + rank);
        assertThatThrownBy(() -> parts.path(20)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    @DisplayName("Parallel runs: blocks of N / P trajectories, the last worker takes the rest; or as even as can be")
    void splits() {
        assertThat(counts(RecordingParts.of(Path.of("a"), 4, 11))).containsExactly(2, 2, 2, 5);
        assertThat(counts(RecordingParts.evenly(Path.of("a"), 4, 11))).containsExactly(3, 3, 3, 2);
        assertThat(counts(RecordingParts.of(Path.of("a"), 4, 3))).containsExactly(0, 0, 0, 3);
        assertThat(counts(RecordingParts.evenly(Path.of("a"), 4, 3))).containsExactly(1, 1, 1, 0);
        assertThat(RecordingParts.of(Path.of("a"), 4, 11).range(3)).isEqualTo(new RecordingParts.Range(6, 11));
        assertThatThrownBy(() -> RecordingParts.of(Path.of("a"), 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RecordingParts.of(Path.of("a"), 1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static long[] counts(RecordingParts parts) {
        long[] counts = new long[parts.world()];
        long next = 0;
        for (int rank = 0; rank < counts.length; rank++) {
            assertThat(parts.range(rank).from()).isEqualTo(next);
            next = parts.range(rank).to();
            counts[rank] = parts.range(rank).count();
        }
        assertThat(next).isEqualTo(parts.trajectories());
        return counts;
    }

    @Test
    @DisplayName("P12: all workers publish the manifest and make its folder at once, without a barrier, and again")
    void publishesAtOnce() throws IOException {
        for (int round = 0; round < 40; round++) {
            Path here = folder.resolve("run%d/deep/down/run.zarr".formatted(round / 2)); // new, then there already
            List<RecordingParts> all = await(Flux.range(0, 16)
                    .flatMap(
                            rank -> Mono.defer(() ->
                                            RecordingParts.of(here, 16, 1000).publish())
                                    .subscribeOn(Schedulers.parallel()),
                            16)
                    .collectList());
            assertThat(all).hasSize(16);
            RecordingParts found = await(RecordingParts.open(here));
            assertThat(found.world()).isEqualTo(16);
            assertThat(counts(found)).isEqualTo(counts(all.get(0)));
        }
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .hasSize(20)
                    .containsOnly("run_parts.json"); // and no drafts
        }
    }

    @Test
    @DisplayName("another manifest is not overwritten")
    void refusesAnother() {
        Path target = folder.resolve("run.zarr");
        await(RecordingParts.evenly(target, 4, 100).publish());

        for (RecordingParts other : List.of(
                RecordingParts.evenly(target, 8, 100),
                RecordingParts.evenly(target, 4, 101),
                RecordingParts.of(target, 4, 99))) {
            assertThatThrownBy(() -> await(other.publish()))
                    .isInstanceOf(ForeignDataException.class)
                    .hasMessageContaining("4 parts of 100 trajectories");
        }
        assertThat(await(RecordingParts.open(target)).world()).isEqualTo(4);
    }

    @Test
    @DisplayName("a manifest that names other files, other ranges or nonsense is refused")
    void refusesForgedManifests() throws IOException {
        Path target = folder.resolve("run.zarr");
        Path manifest = folder.resolve("run_parts.json");
        assertThatThrownBy(() -> await(RecordingParts.open(target))).isInstanceOf(StoreNotFoundException.class);
        await(RecordingParts.of(target, 2, 10).publish());
        String good = Files.readString(manifest);
        for (String bad : List.of(
                good.replace("run_p1.zarr", "../../etc/passwd"),
                good.replace("run_p1.zarr", "run_p0.zarr"),
                good.replace("\"to\":5", "\"to\":6"),
                good.replace("\"trajectories\":10", "\"trajectories\":-10"),
                good.replace("\"version\":1", "\"version\":2"),
                good.substring(0, good.length() / 2),
                "[]",
                "",
                good.replace("blocks", "x"))) {
            assertThat(bad).isNotEqualTo(good);
            Files.writeString(manifest, bad);
            assertThatThrownBy(() -> await(RecordingParts.open(target)))
                    .as(bad)
                    .isInstanceOf(CorruptDataException.class);
        }
    }

    @Test
    @DisplayName("P13: parts are joined along the axis of trajectories in the order of ranks; empty parts are fine")
    void joinsParts() {
        for (int world : new int[] {1, 2, 3, 7}) {
            for (int trajectories : new int[] {5, 12}) {
                Path target = folder.resolve("run-%d-%d.zarr".formatted(world, trajectories));
                RecordingParts parts =
                        await(RecordingParts.of(target, world, trajectories).publish());
                for (int rank = 0; rank < world; rank++) {
                    if (parts.range(rank).count() > 0) {
                        place(parts.path(rank)).commit(states(parts.range(rank), 0, 9));
                    }
                }
                Recording<NdArray> joined =
                        Recording.of(await(RecordingParts.open(target)).joined(this::place));
                List<Sample<NdArray>> expected = states(new RecordingParts.Range(0, trajectories), 0, 9);
                ListRecording<NdArray> whole = new ListRecording<>(FrameKind.ARRAYS, "whole");
                whole.commit(expected);

                assertThat(await(joined.samples().collectList())).isEqualTo(expected);
                assertThat(await(joined.progress()).layout()).isEqualTo("float64 (2, %d)".formatted(trajectories));
                Random random = new Random(world);
                for (String part : List.of("...", "0, :, -1", "1, 4", ":, 2:4, ::3", "1, ::-2, 1:3")) {
                    assertThat(await(joined.data().get(part)))
                            .as(part)
                            .isEqualTo(await(Recording.of(whole).data().get(part)));
                }
                for (int i = 0; i < 30; i++) {
                    String part = "%d, %d:%d, %d:"
                            .formatted(
                                    random.nextInt(2),
                                    random.nextInt(trajectories),
                                    random.nextInt(trajectories + 1),
                                    random.nextInt(9));
                    assertThat(await(joined.data().get(part)))
                            .as(part)
                            .isEqualTo(await(Recording.of(whole).data().get(part)));
                }
                assertThat(await(joined.times().all()))
                        .isEqualTo(await(Recording.of(whole).times().all()));
            }
        }
        assertThat(places.values()).allSatisfy(place -> assertThat(place.closed).hasValue(place.opened.get()));
    }

    @Test
    @DisplayName("P16: one trajectory is read from its own part")
    void readsOneTrajectory() {
        RecordingParts parts = RecordingParts.of(folder.resolve("run"), 4, 12);
        for (int rank = 0; rank < 4; rank++) {
            place(parts.path(rank)).commit(states(parts.range(rank), 0, 9));
        }
        await(Recording.of(parts.joined(this::place)).data().get("1, 4, :"));

        assertThat(IntStream.range(0, 4)
                        .map(rank -> place(parts.path(rank)).blocks.get()))
                .containsExactly(0, 3, 0, 0);
    }

    @Test
    @DisplayName(
            "a part that does not exist yet has nothing so far; the joined run goes on as all parts do, and ends with the last")
    void followsJoined() {
        RecordingParts parts = RecordingParts.of(folder.resolve("run"), 3, 6);
        Recording<NdArray> joined = Recording.of(parts.joined(this::place));
        List<ListRecording<NdArray>> each =
                IntStream.range(0, 3).mapToObj(rank -> place(parts.path(rank))).toList();
        List<Sample<NdArray>> expected = states(new RecordingParts.Range(0, 6), 0, 8);
        StepVerifier.create(joined.tail().map(Indexed::value))
                .then(() -> each.get(0).commit(states(parts.range(0), 0, 5)))
                .then(() -> each.get(2).commit(states(parts.range(2), 0, 3)))
                .expectNoEvent(Duration.ofMillis(30))
                .then(() -> assertThat(await(joined.progress()).committed()).isZero())
                .then(() -> each.get(1).commit(states(parts.range(1), 0, 4)))
                .expectNextSequence(expected.subList(0, 3))
                .then(() -> {
                    for (int rank = 0; rank < 3; rank++) {
                        each.get(rank)
                                .commit(states(
                                        parts.range(rank),
                                        each.get(rank).samples().size(),
                                        8));
                        each.get(rank).end(RecordingStatus.CLOSED);
                    }
                })
                .expectNextSequence(expected.subList(3, 8))
                .expectComplete()
                .verify(PATIENCE);
        assertThat(each).allSatisfy(place -> assertThat(place.closed).hasValue(place.opened.get()));

        StepVerifier.create(joined.tail(), 8)
                .expectNextCount(8)
                .then(() -> each.get(1).replace(states(parts.range(1), 0, 20)))
                .thenCancel()
                .verify(PATIENCE);
        StepVerifier.create(Recording.of(parts.joined(this::place)).tail(9))
                .expectError(StoreChangedException.class)
                .verify(PATIENCE);
    }

    @Test
    @DisplayName(
            "parts of different times, iterations, types or numbers of trajectories are told of, with rank and position")
    void refusesUnlikeParts() {
        RecordingParts parts = RecordingParts.of(folder.resolve("run"), 2, 4);
        place(parts.path(0)).commit(states(parts.range(0), 0, 6));
        List<Sample<NdArray>> others = states(parts.range(1), 0, 6);
        Recording<NdArray> joined = Recording.of(parts.joined(this::place));

        Sample<NdArray> moved = others.get(4);
        others.set(4, new Sample<>(4, 0.45, moved.frame()));
        place(parts.path(1)).replace(others);
        for (Mono<?> read : List.of(
                joined.samples().collectList(),
                joined.data().all(),
                joined.times().all())) {
            assertThatThrownBy(() -> await(read))
                    .isInstanceOf(ForeignDataException.class)
                    .hasMessageContaining("rank 1")
                    .hasMessageContaining("position 4")
                    .hasMessageContaining("0.45");
        }
        others.set(4, new Sample<>(40, moved.time(), moved.frame()));
        place(parts.path(1)).replace(others);
        assertThatThrownBy(() -> await(joined.samples().collectList()))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("iteration 40");
        place(parts.path(1)).replace(states(new RecordingParts.Range(2, 5), 0, 6));
        assertThatThrownBy(() -> await(joined.progress()))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("rank 1")
                .hasMessageContaining("2 trajectories");
        place(parts.path(1)).replace(List.of(new Sample<>(0, 0, NdArray.of(new float[4], 2, 2))));
        assertThatThrownBy(() -> await(joined.progress()))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("float32");
    }

    @Test
    @DisplayName("what joins or merges parts is for reading only")
    void refusesWriting() {
        RecordingPlan plan = new RecordingPlan(RecordingMode.REPLACE, OptionalLong.empty(), 1, 1, Map.of());
        RecordingParts parts = RecordingParts.of(folder.resolve("run"), 2, 4);
        assertThatThrownBy(() -> await(parts.joined(this::place).writer(plan)))
                .isInstanceOf(UnsupportedStoreOperationException.class);
        assertThatThrownBy(() ->
                        await(RecordingParts.merged(List.of(measurements(0, 1))).writer(plan)))
                .isInstanceOf(UnsupportedStoreOperationException.class);
        assertThatThrownBy(() -> RecordingParts.merged(List.of())).isInstanceOf(IllegalArgumentException.class);
        StepVerifier.create(Recording.of(parts.joined(this::place)).samples())
                .expectError(StoreNotFoundException.class)
                .verify(PATIENCE);
    }

    private static ListRecording<Row> measurements(int rank, long... iterations) {
        ListRecording<Row> storage = new ListRecording<>(FrameKind.SCALARS, "rank " + rank);
        storage.commit(rows(rank, iterations));
        return storage;
    }

    private static List<Sample<Row>> rows(int rank, long... iterations) {
        return LongStream.of(iterations)
                .mapToObj(i -> new Sample<>(i, i, Row.of("rank", (long) rank)))
                .toList();
    }

    private static String told(Sample<Row> sample) {
        return sample.iteration() + "/" + sample.frame().get("rank");
    }

    @Test
    @DisplayName(
            "merged recordings are ordered by iteration, then rank, as far as all have come; the order never changes later")
    void merges() {
        ListRecording<Row> first = measurements(0, 0, 10, 20);
        ListRecording<Row> second = measurements(1, 0, 5, 10, 15);
        ListRecording<Row> third = new ListRecording<>(FrameKind.SCALARS, "rank 2");
        Recording<Row> merged = Recording.of(RecordingParts.merged(List.of(first, second, third)));

        StepVerifier.create(merged.tail().map(seen -> seen.position() + ":" + told(seen.value())))
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(20))
                .then(() -> third.commit(rows(2, 3, 12)))
                .expectNext("0:0/0", "1:0/1", "2:3/2", "3:5/1", "4:10/0", "5:10/1", "6:12/2")
                .then(() -> {
                    third.commit(rows(2, 15, 16, 40));
                    second.commit(rows(1, 30));
                    first.commit(rows(0, 25));
                })
                .expectNext("7:15/1", "8:15/2", "9:16/2", "10:20/0", "11:25/0")
                .then(() -> List.of(first, second, third).forEach(part -> part.end(RecordingStatus.CLOSED)))
                .expectNext("12:30/1", "13:40/2")
                .expectComplete()
                .verify(PATIENCE);

        assertThat(await(merged.samples(-3, -1).map(RecordingPartsTest::told).collectList()))
                .containsExactly("25/0", "30/1");
        assertThat(await(merged.progress()).lastIteration()).isEqualTo(OptionalLong.of(40));
        assertThat(await(merged.series("rank").get("7:9"))).isEqualTo(NdArray.of(new long[] {1, 2}));
    }

    @Test
    @DisplayName("merged recordings are read from any position")
    void mergesFromAnywhere() {
        Random random = new Random(3);
        List<RecordingStorage<Row>> parts = new ArrayList<>();
        List<String> all = new ArrayList<>();
        List<long[]> iterations = new ArrayList<>();
        for (int rank = 0; rank < 4; rank++) {
            iterations.add(random.longs(60, 0, 150).distinct().sorted().toArray());
            ListRecording<Row> part = measurements(rank, iterations.get(rank));
            part.end(RecordingStatus.CLOSED);
            parts.add(part);
        }
        for (long i = 0; i < 150; i++) {
            for (int rank = 0; rank < 4; rank++) {
                for (long iteration : iterations.get(rank)) {
                    if (iteration == i) {
                        all.add(i + "/" + rank);
                    }
                }
            }
        }
        Recording<Row> merged = Recording.of(RecordingParts.merged(parts));

        assertThat(await(merged.size())).isEqualTo(all.size());
        for (int from = 0; from <= all.size(); from += 7) {
            int to = Math.min(all.size(), from + random.nextInt(20));
            assertThat(await(merged.samples(from, to)
                            .map(RecordingPartsTest::told)
                            .collectList()))
                    .isEqualTo(all.subList(from, to));
        }
        assertThat(await(merged.tail().map(seen -> told(seen.value())).collectList()))
                .isEqualTo(all);
    }

    @Test
    @DisplayName("a part that is opened only after the reader was given up is closed all the same")
    void partOpenedLate() {
        ListRecording<NdArray> there = place(folder.resolve("a"));
        there.commit(states(new RecordingParts.Range(0, 1), 0, 3));
        AtomicReference<@Nullable Subscriber<? super RecordingReader<NdArray>>> asked = new AtomicReference<>();
        RecordingStorage<NdArray> late = new RecordingStorage<>() {
            @Override
            public String name() {
                return "late";
            }

            @Override
            public FrameKind<NdArray> kind() {
                return FrameKind.ARRAYS;
            }

            @Override
            public Mono<RecordingWriter<NdArray>> writer(RecordingPlan plan) {
                return Mono.never();
            }

            @Override
            public Mono<RecordingReader<NdArray>> reader() {
                return Mono.from(subscriber -> {
                    subscriber.onSubscribe(new Subscription() {
                        @Override
                        public void request(long n) {}

                        @Override
                        public void cancel() {} // goes on, which it may
                    });
                    asked.set(subscriber);
                });
            }
        };
        PartReaders.open("both", List.of(late, there)).subscribe().dispose();
        there.reader().subscribe(reader -> Objects.requireNonNull(asked.get()).onNext(reader));

        assertThat(there.opened).hasPositiveValue();
        assertThat(there.closed).hasValue(there.opened.get());
    }
}
