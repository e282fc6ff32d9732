package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.SampleRejectedException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

/** Recording to memory, as a simulation sees it. */
@Timeout(60)
class RecorderTest {

    private final MemoryRecording<NdArray> place = MemoryRecording.of(FrameKind.ARRAYS);

    static NdArray frame(long i) {
        return NdArray.of(new double[] {i, -i}, 1, 2);
    }

    static Sample<NdArray> sample(long i) {
        return new Sample<>(i, 0.5 * i, frame(i));
    }

    static Flux<Sample<NdArray>> run(int from, int count) {
        return Flux.range(from, count).map(i -> sample(i));
    }

    static <F> List<Sample<F>> read(RecordingStorage<F> storage) {
        RecordingReader<F> reader = storage.reader().block();
        List<Sample<F>> all = reader.read(0, Long.MAX_VALUE).collectList().block();
        reader.close().block();
        return all;
    }

    @Test
    @DisplayName(
            "Stride: every s-th iteration is kept, starting with iteration 0: M = ceil(n / stride), for every chunk")
    void strideRule() {
        for (int n : new int[] {0, 1, 2, 3, 7, 12, 13}) {
            for (int stride : new int[] {1, 2, 3, 5, 13, 20}) {
                for (int chunk : new int[] {1, 2, 3, 5, 100}) {
                    MemoryRecording<NdArray> here = MemoryRecording.of(FrameKind.ARRAYS);
                    Recorder<NdArray> recorder =
                            Recorder.to(here).stride(stride).chunk(chunk).build();
                    recorder.open().block();
                    for (int i = 0; i < n; i++) {
                        assertThat(recorder.store(0.5 * i, frame(i), i).block()).isEqualTo(i % stride == 0);
                    }
                    assertThat(recorder.close().block().committed()).isEqualTo((n + stride - 1) / stride);
                    int every = stride;
                    assertThat(read(here))
                            .isEqualTo(LongStream.range(0, n)
                                    .filter(i -> i % every == 0)
                                    .mapToObj(RecorderTest::sample)
                                    .toList());
                }
            }
        }
    }

    @Test
    @DisplayName("P1: save() with nothing to do, twice in a row, and before anything was stored is no error")
    void saveWithNothing() {
        Recorder<NdArray> recorder = Recorder.to(place).build();
        assertThat(recorder.save().block().committed()).isZero();
        recorder.store(sample(0)).block();
        assertThat(recorder.save().block().committed()).isOne();
        assertThat(recorder.save().block()).isEqualTo(recorder.progress());
        assertThat(recorder.progress().generation()).isOne();
    }

    @Test
    @DisplayName("P9: a publisher is recorded, and all of it is committed when it completes")
    void recordsPublisher() {
        Recorder<NdArray> recorder = Recorder.to(place).chunk(10).build();
        Progress progress = recorder.record(run(0, 95)).block();
        assertThat(progress.committed()).isEqualTo(95);
        assertThat(progress.status()).isEqualTo(RecordingStatus.OPEN);
        assertThat(read(place)).isEqualTo(run(0, 95).collectList().block());
        assertThat(recorder.close().block().status()).isEqualTo(RecordingStatus.CLOSED);
    }

    @Test
    @DisplayName(
            "P5: a sample that does not continue the recording, e.g. of another element type, is refused, and nothing else happens")
    void refusesSamples() {
        Recorder<NdArray> recorder = Recorder.to(place).build();
        recorder.store(1.0, frame(4), 4).block();
        assertThatThrownBy(() -> recorder.store(2.0, frame(4), 4).block())
                .isInstanceOf(SampleRejectedException.class)
                .hasMessageContaining("not after iteration 4");
        assertThatThrownBy(() -> recorder.store(0.5, frame(5), 5).block())
                .isInstanceOf(SampleRejectedException.class)
                .hasMessageContaining("time 0.5 (expected: not before 1.0");
        assertThatThrownBy(
                        () -> recorder.store(2.0, NdArray.of(new double[3]), 5).block())
                .isInstanceOf(SampleRejectedException.class)
                .hasMessageContaining("float64 (3) (expected: float64 (1, 2)");
        assertThatThrownBy(() -> recorder.store(2.0, NdArray.of(new float[] {1, 2}, 1, 2), 5)
                        .block())
                .isInstanceOf(SampleRejectedException.class)
                .hasMessageContaining("float32 (1, 2) (expected: float64 (1, 2)");
        recorder.store(1.0, frame(5), 5).block(); // the time may stand still
        assertThat(recorder.close().block().committed()).isEqualTo(2);
    }

    @Test
    @DisplayName("measurements must have the same names in any order")
    void scalars() {
        MemoryRecording<Row> rows = MemoryRecording.of(FrameKind.SCALARS);
        Recorder<Row> recorder = Recorder.to(rows).build();
        recorder.store(0, Row.of("energy", -1.0, "temperature", 300), 0).block();
        recorder.store(1, Row.of("temperature", 301, "energy", -1.5), 1).block();
        assertThatThrownBy(() -> recorder.store(2, Row.of("energy", 1.0), 2).block())
                .isInstanceOf(SampleRejectedException.class)
                .hasMessageContaining("frame of energy (expected: energy, temperature");
        assertThat(recorder.close().block().committed()).isEqualTo(2);
    }

    @Test
    @DisplayName("a measurement that was a number stays one, also after resuming; an integer may stand among floats")
    void typesOfScalars() {
        MemoryRecording<Row> rows = MemoryRecording.of(FrameKind.SCALARS);
        Recorder<Row> recorder = Recorder.to(rows).build();
        recorder.store(0, Row.of("energy", -1.0, "phase", "solid"), 0).block();
        recorder.store(1, Row.of("energy", -1, "phase", "liquid"), 1).block();
        assertThatThrownBy(() -> recorder.store(2, Row.of("energy", "low", "phase", "gas"), 2)
                        .block())
                .isInstanceOf(SampleRejectedException.class)
                .hasMessageContaining("frame of energy (text), phase (text) (expected: energy, phase (text)");
        recorder.close().block();
        Recorder<Row> resumed = Recorder.to(rows).resume().build();
        assertThatThrownBy(() -> resumed.store(2, Row.of("energy", -2.0, "phase", true), 2)
                        .block())
                .isInstanceOf(SampleRejectedException.class)
                .hasMessageContaining("phase (boolean)");
        assertThat(resumed.close().block().committed()).isEqualTo(2);
        assertThat(Recording.of(rows).series("energy").all().block()).isEqualTo(NdArray.of(new double[] {-1, -1}));
    }

    @Test
    @DisplayName("a recording is neither wiped nor continued unless asked, and one recorder at a time writes it")
    void modes() {
        Recorder<NdArray> first = Recorder.to(place).build();
        first.record(run(0, 5)).block();
        assertThatThrownBy(() -> Recorder.to(place).resume().build().open().block())
                .isInstanceOf(StoreBusyException.class);
        first.close().block();
        assertThatThrownBy(() -> Recorder.to(place).build().open().block())
                .isInstanceOf(RecordingExistsException.class)
                .hasMessageContaining("5 samples");

        Recorder<NdArray> second = Recorder.to(place).resume().build();
        assertThat(second.open().block().lastIteration()).hasValue(4);
        assertThat(second.record(run(0, 8)).block().committed()).isEqualTo(8); // starts over: 0 to 4 are skipped
        second.close().block();
        assertThat(read(place)).isEqualTo(run(0, 8).collectList().block());

        Recorder<NdArray> third = Recorder.to(place).resumeFrom(6).build();
        assertThat(third.open().block().committed()).isEqualTo(6);
        third.close().block();

        Recorder<NdArray> fourth = Recorder.to(place).replace().build();
        fourth.open().block();
        assertThat(read(place)).hasSize(6);
        fourth.record(run(0, 2)).block();
        assertThat(read(place)).hasSize(2);
        fourth.close().block();
    }

    @Test
    @DisplayName("a run without samples is a recording, and a closed recorder refuses all but close()")
    void emptyAndClosed() {
        Recorder<NdArray> recorder = Recorder.to(place).build();
        recorder.open().block();
        Progress end = recorder.close().block();
        assertThat(end.committed()).isZero();
        assertThat(end.status()).isEqualTo(RecordingStatus.CLOSED);
        assertThat(recorder.close().block()).isEqualTo(end);
        assertThatThrownBy(() -> recorder.store(sample(0)).block()).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> recorder.save().block()).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> recorder.record(run(0, 1)).block()).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> recorder.open().block()).isInstanceOf(StoreClosedException.class);
        assertThat(read(place)).isEmpty();
    }
}
