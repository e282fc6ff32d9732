package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import io.atomflux.value.NdArray;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Storages that fail, and runs that do. */
@Timeout(60)
class FailureTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final GatedRecording<NdArray> place = new GatedRecording<>(FrameKind.ARRAYS);
    private final Recorder<NdArray> recorder = Recorder.to(place).chunk(4).build();

    @AfterEach
    void oneCallAtATime() {
        assertThat(place.mistakes).isEmpty();
    }

    private static StoreFullException full() {
        return new StoreFullException("gated", "the disk is full", null);
    }

    private static <T> T await(Mono<T> mono) {
        return mono.block(PATIENCE);
    }

    private void store(int from, int to) {
        store(recorder, from, to);
    }

    private static void store(Recorder<NdArray> recorder, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(await(recorder.store(RecorderTest.sample(i)))).isTrue();
        }
    }

    private void assertRecorded(int count) {
        assertThat(RecorderTest.read(place))
                .isEqualTo(RecorderTest.run(0, count).collectList().block());
    }

    @Test
    @DisplayName(
            "save() has what is committed shown to others, once it is; values() and full chunks do not; one that fails loses nothing")
    void publishes() {
        store(0, 6);
        await(recorder.values());
        assertThat(place.published).isEmpty();

        assertThat(await(recorder.save()).committed()).isEqualTo(6);
        store(6, 7);
        assertThat(await(Mono.zip(recorder.save(), recorder.save())).getT2().committed())
                .isEqualTo(7);
        assertThat(place.published).startsWith(6L).last().isEqualTo(7L);

        store(7, 9);
        place.publishingFailures.add(full());
        assertThatThrownBy(() -> await(recorder.save())).isInstanceOf(StoreFullException.class);
        assertThat(place.committed()).isEqualTo(9);
        assertThat(await(recorder.save()).committed()).isEqualTo(9);
        store(9, 10);
        await(recorder.close());
        assertRecorded(10);
    }

    @Test
    @DisplayName("a save() that waits for a batch being appended is told when that fails, and shows nothing of it")
    void publishesNothingThatFailed() {
        store(0, 2);
        place.shut();
        place.failures.add(full());
        Mono<Progress> save = recorder.save().cache();
        save.subscribe(done -> {}, failure -> {});
        place.awaitAppend();
        place.open();

        assertThatThrownBy(() -> await(save)).isInstanceOf(StoreFullException.class);
        assertThat(place.published).isEmpty();
        await(recorder.close());
        assertRecorded(2);
    }

    @Test
    @DisplayName("P2: a flush that fails loses nothing and doubles nothing: the same samples are appended again")
    void triesAgain() {
        Recorder<NdArray> wide = Recorder.to(place).chunk(100).build();
        store(wide, 0, 3);
        place.failures.add(full());
        assertThatThrownBy(() -> await(wide.save())).isInstanceOf(StoreFullException.class);
        assertThat(wide.stored()).isEqualTo(3);
        assertThat(place.committed()).isZero();
        store(wide, 3, 6); // there is room
        place.failures.add(full());
        assertThatThrownBy(() -> await(wide.values())).isInstanceOf(StoreFullException.class);
        assertThat(await(wide.save()).committed()).isEqualTo(6);
        assertRecorded(6);
        assertThat(place.began).containsExactly(3, 3, 3, 3);
    }

    @Test
    @DisplayName("a store() that needs room is told why there is none, is not taken, and tries again the next time")
    void storeNeedsRoom() {
        place.shut();
        store(0, 8);
        CompletableFuture<Boolean> waits =
                recorder.store(RecorderTest.sample(8)).toFuture();
        place.awaitAppend();
        place.failures.add(full());
        place.open();
        assertThatThrownBy(() -> waits.orTimeout(30, TimeUnit.SECONDS).join())
                .hasCauseInstanceOf(StoreFullException.class);
        assertThat(recorder.stored()).isEqualTo(8);
        place.failures.add(full());
        assertThatThrownBy(() -> await(recorder.store(RecorderTest.sample(8)))).isInstanceOf(StoreFullException.class);
        store(8, 9);
        await(recorder.close());
        assertRecorded(9);
    }

    @Test
    @DisplayName(
            "a flush by time that fails is tried again after the same time, and told by the next call if that fails too")
    void timerTriesAgain() {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        Recorder<NdArray> timed = Recorder.to(place)
                .flushEvery(Duration.ofSeconds(1))
                .timedBy(time, () -> time.now(TimeUnit.NANOSECONDS))
                .build();
        await(timed.store(RecorderTest.sample(0)));
        StoreFullException first = full();
        StoreFullException second = full();
        place.failures.addAll(List.of(first, second));
        time.advanceTimeBy(Duration.ofSeconds(1));
        place.awaitAppend();
        GatedRecording.until(() -> place.failures.size() == 1);
        GatedRecording.until(() -> {
            time.advanceTimeBy(Duration.ofSeconds(1)); // the failure arrives on another thread
            return place.failures.isEmpty();
        });
        GatedRecording.until(() -> {
            time.advanceTimeBy(Duration.ofSeconds(1));
            return timed.progress().committed() == 1;
        });

        await(timed.store(RecorderTest.sample(1)));
        StoreFullException untold = full();
        StoreFullException told = full();
        place.began.clear();
        place.shut();
        place.failures.add(untold);
        time.advanceTimeBy(Duration.ofSeconds(1));
        place.awaitAppend();
        place.open();
        assertThat(await(timed.store(RecorderTest.sample(2)))).isTrue();
        place.failures.add(told);
        assertThatThrownBy(() -> await(timed.save())) // with the one before, unless that arrives only now
                .isIn(told, untold);
        place.failures.clear();
        await(timed.close());
        assertRecorded(3);
        time.dispose();
    }

    @Test
    @DisplayName("close() that cannot flush leaves the recorder open; called again it closes, and nothing is lost")
    void closesAgain() {
        store(0, 3);
        place.failures.add(full());
        assertThatThrownBy(() -> await(recorder.close())).isInstanceOf(StoreFullException.class);
        assertThat(place.closed).isEmpty();
        store(3, 4);
        Progress end = await(recorder.close());
        assertThat(end.status()).isEqualTo(RecordingStatus.CLOSED);
        assertThat(place.closed).containsExactly("CLOSED");
        assertRecorded(4);
        assertThat(await(recorder.abort("too late"))).isEqualTo(end);
    }

    @Test
    @DisplayName("abort() commits what can be committed, tells what could not be, and lets the place go in any case")
    void aborts() {
        store(0, 3);
        assertThat(await(recorder.abort("diverged")).status()).isEqualTo(RecordingStatus.ABORTED);
        assertThat(place.closed).containsExactly("ABORTED: diverged");
        assertRecorded(3);

        Recorder<NdArray> second = Recorder.to(place).resume().build();
        await(second.store(RecorderTest.sample(3)));
        place.failures.add(full());
        assertThat(await(second.abort("no room")).committed()).isEqualTo(3);
        assertThat(place.closed.get(1)).startsWith("ABORTED: no room; the last 1 samples could not be written");
        await(Recorder.to(place).resume().build().open()); // the place is free
    }

    @Test
    @DisplayName("closing that fails after all was committed is told each time, and the place is free")
    void closingFails() {
        store(0, 2);
        place.closingFailures.add(new StoreIoException("gated", "closing", null));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> await(recorder.close())).isInstanceOf(StoreIoException.class);
        }
        assertRecorded(2);
        await(Recorder.to(place).resume().build().open());
    }

    @Test
    @DisplayName("opening that fails is told to all who wait for it, and tried again by the next call")
    void openingFails() {
        place.openingFailures.add(full());
        place.shutOpening();
        CompletableFuture<Boolean> waits =
                recorder.store(RecorderTest.sample(0)).toFuture();
        CompletableFuture<Progress> save = recorder.save().toFuture();
        place.goOnOpening();
        for (CompletableFuture<?> failed : List.of(waits, save)) {
            assertThatThrownBy(() -> failed.orTimeout(30, TimeUnit.SECONDS).join())
                    .hasCauseInstanceOf(StoreFullException.class);
        }
        store(0, 1);
        await(recorder.close());
        assertRecorded(1);
    }

    @Test
    @DisplayName("a recorder that was never used leaves its place untouched when it is closed")
    void neverOpened() {
        assertThat(await(recorder.close())).isEqualTo(Progress.NONE);
        await(Recorder.to(place).build().open());
    }

    @Test
    @DisplayName("P14: a recorder that has lost its lease adds nothing any more, says so, and lets the place go")
    void losesItsLease() {
        place.shut();
        store(0, 8);
        CompletableFuture<Boolean> waits =
                recorder.store(RecorderTest.sample(8)).toFuture();
        place.awaitAppend();
        place.lost.tryEmitEmpty();
        assertThatThrownBy(() -> waits.orTimeout(30, TimeUnit.SECONDS).join())
                .hasCauseInstanceOf(StoreBusyException.class);
        for (Mono<?> call :
                List.of(recorder.store(RecorderTest.sample(9)), recorder.save(), recorder.open(), recorder.values())) {
            assertThatThrownBy(() -> await(call))
                    .isInstanceOf(StoreBusyException.class)
                    .hasMessageContaining("lease");
        }
        place.open();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> await(recorder.close())).isInstanceOf(StoreBusyException.class);
        }
        assertThat(place.closed).containsExactly("ABORTED: the lease was lost");
        assertThat(place.began).isEmpty(); // nothing after the batch that was under way
    }

    @Test
    @DisplayName("P10, Interrupted run: an error of the run is signalled, and what was recorded before it is committed")
    void runFails() {
        IllegalStateException broken = new IllegalStateException("diverged");
        Flux<Sample<NdArray>> run = RecorderTest.run(0, 6).concatWith(Mono.error(broken));
        assertThatThrownBy(() -> await(recorder.record(run))).isSameAs(broken);
        assertRecorded(6);
        store(6, 7); // the recorder goes on
        assertThat(await(recorder.close()).committed()).isEqualTo(7);
    }

    @Test
    @DisplayName("P10: an error of the run is told together with that of the flush that follows")
    void runAndFlushFail() {
        IllegalStateException broken = new IllegalStateException("diverged");
        StoreFullException full = full();
        place.failures.add(full);
        assertThatThrownBy(() -> await(recorder.record(RecorderTest.run(0, 2).concatWith(Mono.error(broken)))))
                .isSameAs(broken)
                .hasSuppressedException(full);
        assertThat(await(recorder.close()).committed()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "P9: a run that is cancelled is cancelled at once, and what was taken is committed; close() waits for it")
    void runIsCancelled() {
        TestPublisher<Sample<NdArray>> run = TestPublisher.create();
        place.shut();
        await(recorder.open());
        var recording = recorder.record(run).subscribe();
        for (int i = 0; i < 3; i++) {
            run.next(RecorderTest.sample(i));
        }
        recording.dispose();
        run.assertCancelled();
        assertThat(place.awaitAppend()).isEqualTo(3);
        CompletableFuture<Progress> close = recorder.close().toFuture();
        assertThat(close).isNotDone();
        place.open();
        assertThat(close.orTimeout(30, TimeUnit.SECONDS).join().committed()).isEqualTo(3);
        assertRecorded(3);
    }

    @Test
    @DisplayName(
            "P9: a run cancelled while a sample waits for room, or before the place is open, leaves the recorder usable")
    void cancelledWhileWaiting() {
        place.shutOpening();
        recorder.record(Flux.error(new AssertionError("subscribed")))
                .subscribe()
                .dispose();
        place.goOnOpening();
        place.shut();
        var recording = recorder.record(RecorderTest.run(0, 100)).subscribe();
        place.awaitAppend();
        GatedRecording.until(() -> recorder.stored() == 8);
        recording.dispose();
        place.open();
        assertThat(await(recorder.close()).committed()).isEqualTo(8);
        assertRecorded(8);
    }

    @Test
    @DisplayName("a flush that fails ends a recorded run: it is cancelled and told, and what was taken stays")
    void flushEndsRun() {
        TestPublisher<Sample<NdArray>> run = TestPublisher.create();
        place.failures.add(full());
        await(recorder.open());
        CompletableFuture<Progress> recording = recorder.record(run).toFuture();
        for (int i = 0; i < 4; i++) {
            run.next(RecorderTest.sample(i));
        }
        assertThatThrownBy(() -> recording.orTimeout(30, TimeUnit.SECONDS).join())
                .hasCauseInstanceOf(StoreFullException.class);
        run.assertCancelled();
        assertThat(await(recorder.close()).committed()).isEqualTo(4);
    }

    @Test
    @DisplayName(
            "a sample that does not fit ends a recorded run: it is cancelled, and what was taken before is committed")
    void sampleEndsRun() {
        Flux<Sample<NdArray>> run = RecorderTest.run(0, 3).concatWith(RecorderTest.run(1, 100));
        assertThatThrownBy(() -> await(recorder.record(run))).hasMessageContaining("sample of iteration 1 refused");
        assertRecorded(3);
        assertThat(recorder.stored()).isEqualTo(3);
    }

    @Test
    @DisplayName("close() during a run cancels it, tells it so, and commits what was taken")
    void closeEndsRun() {
        TestPublisher<Sample<NdArray>> run = TestPublisher.create();
        await(recorder.open());
        CompletableFuture<Progress> recording = recorder.record(run).toFuture();
        run.next(RecorderTest.sample(0));
        assertThat(await(recorder.close()).committed()).isOne();
        run.assertCancelled();
        assertThatThrownBy(() -> recording.orTimeout(30, TimeUnit.SECONDS).join())
                .hasCauseInstanceOf(StoreClosedException.class);
    }

    @Test
    @DisplayName("cancelling save() and close() breaks nothing: what they began goes on")
    void cancelledCalls() {
        place.shut();
        store(0, 2);
        recorder.save().subscribe().dispose();
        recorder.close().subscribe().dispose();
        assertThatThrownBy(() -> await(recorder.store(RecorderTest.sample(2))))
                .isInstanceOf(StoreClosedException.class);
        place.open();
        assertThat(await(recorder.close()).committed()).isEqualTo(2);
        assertRecorded(2);
    }

    @Test
    @DisplayName("a storage that throws, or ends without an answer, fails the call that waits and not for ever")
    void brokenStorages() {
        place.failures.add(new OutOfMemoryError("planted"));
        store(0, 1);
        assertThatThrownBy(() -> await(recorder.save()))
                .satisfiesAnyOf(
                        failure -> assertThat(failure).isInstanceOf(OutOfMemoryError.class),
                        failure -> assertThat(failure).hasRootCauseInstanceOf(OutOfMemoryError.class));
        assertThat(await(recorder.close()).committed()).isOne();
        RecordingStorage<NdArray> silent = new RecordingStorage<>() {
            @Override
            public String name() {
                return "silent";
            }

            @Override
            public FrameKind<NdArray> kind() {
                return FrameKind.ARRAYS;
            }

            @Override
            public Mono<RecordingWriter<NdArray>> writer(RecordingPlan plan) {
                return Mono.empty();
            }

            @Override
            public Mono<RecordingReader<NdArray>> reader() {
                return Mono.empty();
            }
        };
        assertThatThrownBy(() -> await(Recorder.to(silent).build().open()))
                .hasMessage("opening silent ended without an answer (expected: one)");
    }
}
