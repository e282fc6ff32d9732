package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.SampleRejectedException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.value.NdArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What a simulation sees of a storage that is slower. */
@Timeout(60)
class BackPressureTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final GatedRecording<NdArray> place = new GatedRecording<>(FrameKind.ARRAYS);
    private final Recorder<NdArray> recorder = Recorder.to(place).chunk(4).build();

    @AfterEach
    void oneCallAtATime() {
        assertThat(place.mistakes).isEmpty();
    }

    private CompletableFuture<Boolean> begin(long iteration) {
        return recorder.store(RecorderTest.sample(iteration)).toFuture();
    }

    private static <T> T await(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private void fill() {
        place.shut();
        recorder.open().block();
        for (int i = 0; i < 8; i++) {
            assertThat(begin(i)).isCompletedWithValue(true);
        }
    }

    private void assertRecorded(int count) {
        assertThat(recorder.save().block(PATIENCE).committed()).isEqualTo(count);
        assertThat(RecorderTest.read(place))
                .isEqualTo(RecorderTest.run(0, count).collectList().block());
    }

    @Test
    @DisplayName("P15: the simulation goes on while a chunk is written, on its own thread, without any switch")
    void goesOnWhileWriting() {
        place.shut();
        recorder.open().block();
        for (int i = 0; i < 4; i++) {
            assertThat(begin(i)).isCompletedWithValue(true);
        }
        assertThat(place.awaitAppend()).isEqualTo(4);
        Thread simulation = Thread.currentThread();
        List<Thread> threads = new ArrayList<>();
        for (int i = 4; i < 8; i++) {
            recorder.store(RecorderTest.sample(i)).subscribe(taken -> threads.add(Thread.currentThread()));
        }
        assertThat(threads).containsExactly(simulation, simulation, simulation, simulation);
        assertThat(recorder.progress().committed()).isZero();
        place.open();
        assertRecorded(8);
    }

    @Test
    @DisplayName("P15: a storage that blocks the thread it is called on does not block the simulation")
    void blockingStorageIsElsewhere() {
        Thread simulation = Thread.currentThread();
        List<Thread> threads = new CopyOnWriteArrayList<>();
        MemoryRecording<NdArray> memory = MemoryRecording.of(FrameKind.ARRAYS);
        RecordingStorage<NdArray> blocking = new RecordingStorage<>() {
            @Override
            public String name() {
                return "blocking";
            }

            @Override
            public FrameKind<NdArray> kind() {
                return FrameKind.ARRAYS;
            }

            @Override
            public Mono<RecordingWriter<NdArray>> writer(RecordingPlan plan) {
                threads.add(Thread.currentThread());
                return memory.writer(plan).map(writer -> new RecordingWriter<NdArray>() {
                    @Override
                    public Progress progress() {
                        return writer.progress();
                    }

                    @Override
                    public Mono<Progress> append(List<Sample<NdArray>> samples) {
                        threads.add(Thread.currentThread());
                        return writer.append(samples);
                    }

                    @Override
                    public Mono<Progress> close(RecordingStatus status, String reason) {
                        threads.add(Thread.currentThread());
                        return writer.close(status, reason);
                    }
                });
            }

            @Override
            public Mono<RecordingReader<NdArray>> reader() {
                return memory.reader();
            }
        };
        Recorder<NdArray> here = Recorder.to(blocking).chunk(2).build();
        here.record(RecorderTest.run(0, 7)).block(PATIENCE);
        here.close().block(PATIENCE);
        assertThat(threads)
                .hasSizeGreaterThan(4)
                .doesNotContain(simulation)
                .allSatisfy(thread ->
                        assertThat(Schedulers.isNonBlockingThread(thread)).isFalse());
    }

    @Test
    @DisplayName("Bounded memory: two buffers at most; store() completes when there is room, in the order of coming")
    void storeWaitsForRoom() {
        fill();
        List<Long> order = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        for (long i = 8; i < 14; i++) {
            long iteration = i;
            waiting.add(recorder.store(RecorderTest.sample(i))
                    .doOnNext(taken -> order.add(iteration))
                    .toFuture());
        }
        assertThat(recorder.stored()).isEqualTo(8); // those that wait are not taken
        assertThat(waiting).noneMatch(CompletableFuture::isDone);

        place.awaitAppend();
        place.openOnce();
        assertThat(place.awaitAppend()).isEqualTo(4);
        await(CompletableFuture.allOf(waiting.subList(0, 4).toArray(CompletableFuture<?>[]::new)));
        assertThat(waiting.subList(4, 6)).noneMatch(CompletableFuture::isDone);
        assertThat(recorder.stored()).isEqualTo(12);

        place.open();
        await(CompletableFuture.allOf(waiting.toArray(CompletableFuture<?>[]::new)));
        assertThat(order).containsExactlyInAnyOrder(8L, 9L, 10L, 11L, 12L, 13L);
        assertRecorded(14);
    }

    @Test
    @DisplayName("a store() that is cancelled while it waits is not taken, and those behind it are")
    void cancelledWhileWaiting() {
        fill();
        Disposable given = recorder.store(RecorderTest.sample(8)).subscribe();
        CompletableFuture<Boolean> next =
                recorder.store(4.0, RecorderTest.frame(80), 8).toFuture();
        given.dispose();
        place.open();
        assertThat(await(next)).isTrue();
        recorder.save().block(PATIENCE);
        assertThat(RecorderTest.read(place).get(8).frame()).isEqualTo(RecorderTest.frame(80));
        assertThat(recorder.stored()).isEqualTo(9);
    }

    @Test
    @DisplayName("a sample that waits is checked when it is its turn, and refused without holding up the next")
    void refusedAfterWaiting() {
        fill();
        assertThatThrownBy(() -> begin(7).getNow(true)).hasCauseInstanceOf(SampleRejectedException.class);
        CompletableFuture<Boolean> first = begin(9);
        CompletableFuture<Boolean> backwards = begin(8);
        CompletableFuture<Boolean> last = begin(10);
        place.open();
        assertThat(await(first)).isTrue();
        assertThatThrownBy(() -> await(backwards)).hasCauseInstanceOf(SampleRejectedException.class);
        assertThat(await(last)).isTrue();
        assertThat(recorder.save().block(PATIENCE).committed()).isEqualTo(10);
    }

    @Test
    @DisplayName(
            "save() commits what was stored before it, samples that wait included, and nothing it must wait for behind it")
    void saveKeepsItsPlace() {
        fill();
        CompletableFuture<Boolean> waits = begin(8);
        CompletableFuture<Progress> save = recorder.save().toFuture();
        for (int i = 9; i < 13; i++) {
            begin(i);
        }
        place.awaitAppend();
        place.openOnce(); // 0 to 3
        assertThat(await(waits)).isTrue();
        place.awaitAppend();
        assertThat(save).isNotDone();
        place.openOnce(); // 4 to 7
        place.awaitAppend();
        place.openOnce(); // 8 to 11
        assertThat(await(save).committed()).isEqualTo(12);
        place.open();
        assertRecorded(13);
    }

    @Test
    @DisplayName("calls that do not wait for each other are bounded too")
    void boundsTheQueue() {
        fill();
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        for (int i = 8; i < 8 + 1024; i++) {
            waiting.add(begin(i));
        }
        assertThatThrownBy(() -> begin(5000).getNow(true))
                .hasCauseInstanceOf(StoreBusyException.class)
                .hasMessageContaining("each store() is waited for");
        place.open();
        await(CompletableFuture.allOf(waiting.toArray(CompletableFuture<?>[]::new)));
        assertRecorded(8 + 1024);
    }

    @Test
    @DisplayName("record() asks for no more than there is room, and goes on off the storage's thread")
    void recordFollowsRoom() {
        place.shut();
        AtomicLong asked = new AtomicLong();
        AtomicInteger given = new AtomicInteger();
        List<Thread> threads = new CopyOnWriteArrayList<>();
        CompletableFuture<Progress> recorded = recorder.record(RecorderTest.run(0, 100)
                        .doOnNext(sample -> {
                            given.incrementAndGet();
                            threads.add(Thread.currentThread());
                        })
                        .doOnRequest(asked::addAndGet))
                .toFuture();
        place.awaitAppend();
        GatedRecording.until(() -> given.get() == 8);
        assertThat(asked).hasValue(8);
        assertThat(recorder.stored()).isEqualTo(8);
        Thread storage = Thread.currentThread();
        place.openOnce(); // the storage completes on this thread
        place.awaitAppend();
        GatedRecording.until(() -> given.get() == 12);
        assertThat(asked).hasValue(12);
        place.open();
        assertThat(await(recorded).committed()).isEqualTo(100);
        assertThat(threads).doesNotContain(storage);
        assertRecorded(100);
    }

    @Test
    @DisplayName("Bounded memory: a fast simulation and a slow storage keep to two buffers, whatever the run's length")
    void boundedOverALongRun() {
        AtomicInteger most = new AtomicInteger();
        Flux<Sample<NdArray>> fast = RecorderTest.run(0, 20_000)
                .doOnNext(sample -> most.accumulateAndGet(
                        (int) (recorder.stored() - recorder.progress().committed()), Math::max));
        assertThat(recorder.record(fast).block(PATIENCE).committed()).isEqualTo(20_000);
        assertThat(most.get()).isBetween(1, 8);
        assertRecorded(20_000);
    }

    @Test
    @DisplayName("several threads store to one recorder: each sample once, or refused because it would go backwards")
    void severalThreads() {
        AtomicLong next = new AtomicLong();
        long taken = Flux.range(0, 4)
                .flatMap(
                        worker -> Mono.fromCallable(() -> {
                                    long mine = 0;
                                    for (int i = 0; i < 2000; i++) {
                                        try {
                                            if (recorder.store(RecorderTest.sample(next.getAndIncrement()))
                                                    .block(PATIENCE)) {
                                                mine++;
                                            }
                                        } catch (SampleRejectedException overtaken) {
                                            assertThat(overtaken).hasMessageContaining("not after iteration");
                                        }
                                    }
                                    return mine;
                                })
                                .subscribeOn(Schedulers.boundedElastic()),
                        4)
                .reduce(Long::sum)
                .block(PATIENCE);
        assertThat(recorder.close().block(PATIENCE).committed()).isEqualTo(taken);
        List<Sample<NdArray>> all = RecorderTest.read(place);
        assertThat(all)
                .hasSize((int) taken)
                .allSatisfy(sample -> assertThat(sample).isEqualTo(RecorderTest.sample(sample.iteration())));
        for (int i = 1; i < all.size(); i++) {
            assertThat(all.get(i).iteration()).isGreaterThan(all.get(i - 1).iteration());
        }
    }

    @Test
    @DisplayName("what comes before the place is open waits for it, in order, and close() waits for it too")
    void waitsForOpening() {
        place.shutOpening();
        CompletableFuture<Progress> opened = recorder.open().toFuture();
        CompletableFuture<Boolean> first = begin(0);
        CompletableFuture<Boolean> second = begin(1);
        CompletableFuture<Progress> save = recorder.save().toFuture();
        assertThat(opened).isNotDone();
        assertThat(first).isNotDone();
        place.goOnOpening();
        assertThat(await(save).committed()).isEqualTo(2);
        assertThat(await(first) && await(second)).isTrue();
        assertThat(await(opened).committed()).isZero();

        GatedRecording<NdArray> other = new GatedRecording<>(FrameKind.ARRAYS);
        other.shutOpening();
        Recorder<NdArray> unused = Recorder.to(other).build();
        CompletableFuture<Boolean> late = unused.store(RecorderTest.sample(0)).toFuture();
        CompletableFuture<Progress> end = unused.close().toFuture();
        assertThatThrownBy(() -> await(late)).hasCauseInstanceOf(StoreClosedException.class);
        other.goOnOpening();
        assertThat(await(end).status()).isEqualTo(RecordingStatus.CLOSED);
        assertThat(other.closed).containsExactly("CLOSED");
    }
}
