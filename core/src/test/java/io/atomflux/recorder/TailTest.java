package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.Indexed;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Following a recording, and reading it in order. */
@Timeout(60)
class TailTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ListRecording<Row> storage = new ListRecording<>(FrameKind.SCALARS, "run");
    private final Recording<Row> recording = Recording.of(storage);

    private static List<Sample<Row>> samples(int from, int to) {
        List<Sample<Row>> samples = new ArrayList<>();
        for (long i = from; i < to; i++) {
            samples.add(new Sample<>(i, i, Row.of("x", i)));
        }
        return samples;
    }

    private static Long[] positions(int from, int to) {
        return LongStream.range(from, to).boxed().toArray(Long[]::new);
    }

    @Test
    @DisplayName(
            "a tail waits for the recording, emits what is committed, then what is added, and completes with the run")
    void followsARun() {
        StepVerifier.create(recording.tail().map(Indexed::position))
                .then(() -> storage.commit(samples(0, 3)))
                .expectNext(positions(0, 3))
                .then(() -> storage.commit(samples(3, 20)))
                .expectNext(positions(3, 20))
                .then(() -> storage.end(RecordingStatus.CLOSED))
                .expectComplete()
                .verify(PATIENCE);
        assertThat(storage.opened).hasValue(1);
        assertThat(storage.closed).hasValue(1);
    }

    @Test
    @DisplayName(
            "a tail of a run that has ended emits all of it and completes, also of one that was aborted or is empty")
    void completesWithWhatIsThere() {
        storage.end(RecordingStatus.ABORTED);
        StepVerifier.create(recording.tail()).expectComplete().verify(PATIENCE);
        storage.commit(samples(0, 9));
        storage.end(RecordingStatus.ABORTED);
        StepVerifier.create(recording.tail(2).map(Indexed::position))
                .expectNext(positions(2, 9))
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(recording.tail(9)).expectComplete().verify(PATIENCE);
    }

    @Test
    @DisplayName("a tail of a recording of which nobody wrote down whether it has ended does not end")
    void waitsForOthers() {
        storage.commit(samples(0, 2));
        storage.end(RecordingStatus.UNKNOWN);
        StepVerifier.create(recording.tail())
                .expectNextCount(2)
                .expectNoEvent(Duration.ofMillis(60))
                .thenCancel()
                .verify(PATIENCE);
        assertThat(storage.closed).hasValue(1);
    }

    @Test
    @DisplayName("a tail reads and looks only while samples are asked for, and no more than a chunk beyond")
    void followsOnDemand() {
        StepVerifier.create(recording.tail().map(Indexed::position), 0)
                .expectSubscription()
                .then(() -> storage.commit(samples(0, 100)))
                .then(() -> {
                    assertThat(storage.opened).hasValue(0);
                    assertThat(storage.looks).hasValue(0);
                })
                .thenRequest(1)
                .expectNext(0L)
                .then(() -> assertThat(storage.read).hasValue(4))
                .thenRequest(3)
                .expectNext(positions(1, 4))
                .then(() -> {
                    assertThat(storage.read).hasValue(4);
                    storage.looks.set(0);
                })
                .expectNoEvent(Duration.ofMillis(60))
                .then(() -> assertThat(storage.looks).hasValue(0))
                .thenRequest(96)
                .expectNext(positions(4, 100))
                .thenCancel()
                .verify(PATIENCE);
        assertThat(storage.read).hasValue(100);
        assertThat(storage.closed).hasValue(1);
    }

    @Test
    @DisplayName("many tails, also late ones, see every sample once and in order")
    void manyTails() {
        List<Flux<Long>> tails = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            tails.add(recording
                    .tail(i)
                    .map(Indexed::position)
                    .collectList()
                    .map(seen -> (long) seen.size())
                    .flux());
        }
        StepVerifier.create(Flux.mergeSequential(tails, 20, 1))
                .then(() -> {
                    for (int i = 0; i < 100; i += 10) {
                        storage.commit(samples(i, i + 10));
                    }
                    storage.end(RecordingStatus.CLOSED);
                })
                .expectNextSequence(
                        LongStream.range(0, 20).map(i -> 100 - i).boxed().toList())
                .expectComplete()
                .verify(PATIENCE);
        assertThat(storage.closed).hasValue(20);
    }

    @Test
    @DisplayName("a run that is replaced is told of with the position reached, and nothing of the other one is given")
    void tellsOfAnotherRun() {
        storage.commit(samples(0, 5));
        StepVerifier.create(recording.tail().map(Indexed::position))
                .expectNext(positions(0, 5))
                .then(() -> storage.replace(samples(50, 90)))
                .expectErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(
                                StoreChangedException.class,
                                changed -> assertThat(changed.emitted()).isEqualTo(5)))
                .verify(PATIENCE);
        assertThat(storage.closed).hasValue(1);
    }

    @Test
    @DisplayName("a run that is replaced between looking and reading gives nothing of the other one")
    void givesNothingOfAnotherRun() {
        storage.commit(samples(0, 8));
        storage.beforeRead = nth -> {
            if (nth == 2) {
                storage.replace(samples(50, 90));
            }
        };
        StepVerifier.create(recording.tail().map(Indexed::position))
                .expectNext(positions(0, 4))
                .expectErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(
                                StoreChangedException.class,
                                changed -> assertThat(changed.emitted()).isEqualTo(4)))
                .verify(PATIENCE);

        storage.replace(samples(0, 8));
        storage.reads.set(0);
        StepVerifier.create(recording.samples(2, 8).map(Sample::iteration))
                .expectNext(2L, 3L)
                .expectErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(
                                StoreChangedException.class,
                                changed -> assertThat(changed.emitted()).isEqualTo(2)))
                .verify(PATIENCE);
    }

    @Test
    @DisplayName(
            "a run that becomes shorter before its first samples are read is told of as a change, whatever reading it failed with")
    void tellsOfAShorterRunAtItsBegin() {
        for (boolean tail : new boolean[] {true, false}) {
            storage.replace(samples(0, 8));
            storage.reads.set(0);
            storage.beforeRead = nth -> {
                if (nth == 1) {
                    storage.replace(samples(0, 2));
                    throw new RowOutOfBoundsException(3, 2, "run");
                }
            };
            StepVerifier.create(tail ? recording.tail().map(Indexed::value) : recording.samples())
                    .expectErrorSatisfies(failure -> assertThat(failure)
                            .isInstanceOfSatisfying(
                                    StoreChangedException.class,
                                    changed -> assertThat(changed.emitted()).isZero()))
                    .verify(PATIENCE);
        }
    }

    @Test
    @DisplayName("a run that has not begun when it is replaced is followed all the same")
    void followsWhatComesFirst() {
        storage.end(RecordingStatus.OPEN);
        StepVerifier.create(recording.tail().map(Indexed::position))
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(20))
                .then(() -> storage.replace(samples(0, 2)))
                .expectNext(0L, 1L)
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    @DisplayName("a recording that is shorter than the position to go on from is another one")
    void refusesPositionsBeyond() {
        storage.commit(samples(0, 5));
        StepVerifier.create(recording.tail(6))
                .expectError(StoreChangedException.class)
                .verify(PATIENCE);
        assertThat(storage.closed).hasValue(1);
        assertThatThrownBy(() -> recording.tail(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName(
            "a failure of reading is told, and the reader closed; nothing that was emitted comes again when it is resumed")
    void tellsFailures() {
        storage.commit(samples(0, 8));
        storage.beforeRead = nth -> {
            if (nth == 2) {
                throw new StoreIoException("run", "reading", null);
            }
        };
        List<Long> seen = new ArrayList<>();
        StepVerifier.create(recording.tail().map(Indexed::position).doOnNext(seen::add))
                .expectNextCount(4)
                .expectError(StoreIoException.class)
                .verify(PATIENCE);
        StepVerifier.create(recording.tail(seen.get(3) + 1).map(Indexed::position))
                .expectNext(4L, 5L, 6L, 7L)
                .thenCancel()
                .verify(PATIENCE);
        assertThat(storage.closed).hasValue(2);
    }

    @Test
    @DisplayName("cancelling at any point closes the reader")
    void closesWhenCancelled() {
        storage.commit(samples(0, 30));
        for (int taken = 1; taken <= 30; taken++) {
            StepVerifier.create(recording.tail(), taken)
                    .expectNextCount(taken)
                    .thenCancel()
                    .verify(PATIENCE);
            StepVerifier.create(recording.samples(), taken)
                    .expectNextCount(taken)
                    .thenCancel()
                    .verify(PATIENCE);
        }
        assertThat(storage.opened).hasValue(60);
        assertThat(storage.closed).hasValue(60);
    }

    @Test
    @DisplayName("following tells first how it is, then each time something has changed")
    void tellsChanges() {
        storage.commit(samples(0, 3));
        RecordingReader<Row> reader = storage.reader().block();
        StepVerifier.create(reader.follow().map(Progress::committed))
                .expectNext(3L)
                .then(() -> storage.commit(samples(3, 7)))
                .expectNext(7L)
                .then(() -> storage.end(RecordingStatus.CLOSED))
                .expectNext(7L)
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    @DisplayName("samples of a recording that does not exist are an error; nothing is opened before they are asked for")
    void readsOnDemand() {
        StepVerifier.create(recording.samples())
                .expectError(StoreNotFoundException.class)
                .verify(PATIENCE);
        storage.commit(samples(0, 10));
        StepVerifier.create(recording.samples(), 0)
                .expectSubscription()
                .then(() -> assertThat(storage.opened).hasValue(0))
                .thenRequest(2)
                .expectNextCount(2)
                .then(() -> assertThat(storage.read).hasValue(4))
                .thenRequest(8)
                .expectNextCount(8)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(recording.size().block()).isEqualTo(10);
        assertThat(storage.closed).hasValue(2);
    }
}
