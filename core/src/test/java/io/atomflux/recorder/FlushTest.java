package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.test.scheduler.VirtualTimeScheduler;

/** When what was taken is committed. */
@Timeout(60)
class FlushTest {

    private final GatedRecording<NdArray> place = new GatedRecording<>(FrameKind.ARRAYS);

    private static void store(Recorder<NdArray> recorder, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(recorder.store(RecorderTest.sample(i)).block()).isTrue();
        }
    }

    private void assertCommitted(Recorder<NdArray> recorder, int committed, int inMemory) {
        GatedRecording.until(() -> recorder.progress().committed() >= committed);
        assertThat(place.committed()).isEqualTo(committed);
        assertThat(recorder.progress().committed()).isEqualTo(committed);
        assertThat(recorder.stored()).isEqualTo(committed + inMemory);
    }

    @Test
    @DisplayName("Automatic flush: chunks of 5 are committed without the user's doing, as soon as they are full")
    void flushesFullChunks() {
        Recorder<NdArray> recorder = Recorder.to(place).chunk(5).stride(2).build();
        recorder.open().block();
        Runnable skipped = () -> assertThat(
                        recorder.store(99.5, RecorderTest.frame(99), 99).block())
                .isFalse();
        List<List<Integer>> table = List.of( // samples stored, then committed, in memory
                List.of(4, 0, 4),
                List.of(5, 5, 0), // PySDE's ZarrStorage of February 2025 has nothing on disk before the sixth
                List.of(6, 5, 1),
                List.of(10, 10, 0),
                List.of(11, 10, 1));
        int stored = 0;
        for (List<Integer> line : table) {
            for (; stored < line.get(0); stored++) {
                assertThat(recorder.store(RecorderTest.sample(2 * stored)).block())
                        .isTrue();
            }
            assertCommitted(recorder, line.get(1), line.get(2));
            skipped.run(); // changes nothing
            assertCommitted(recorder, line.get(1), line.get(2));
        }
        assertThat(recorder.save().block().committed()).isEqualTo(11);
        assertCommitted(recorder, 11, 0);
        assertThat(place.began).containsExactly(5, 5, 1);
    }

    @Test
    @DisplayName("save(): after it everything recorded so far is committed, and flushes are aligned to chunks again")
    void savesAndAligns() {
        Recorder<NdArray> recorder = Recorder.to(place).chunk(5).build();
        store(recorder, 0, 3);
        assertThat(recorder.save().block().committed()).isEqualTo(3);
        store(recorder, 3, 5); // two make the chunk full
        assertCommitted(recorder, 5, 0);
        store(recorder, 5, 9);
        assertCommitted(recorder, 5, 4);
        recorder.close().block();
        assertThat(place.began).containsExactly(3, 2, 4);

        Recorder<NdArray> resumed = Recorder.to(place).resume().chunk(5).build();
        store(resumed, 9, 10); // the tenth makes the second chunk full
        assertCommitted(resumed, 10, 0);
        resumed.close().block();
    }

    @Test
    @DisplayName("values(): reading includes what was in memory, before any chunk was full and again and again")
    void valuesIncludeTheBuffer() {
        Recorder<NdArray> recorder = Recorder.to(place).chunk(50).build();
        assertThat(recorder.values().block().size().block()).isZero();
        store(recorder, 0, 3);
        Recording<NdArray> values = recorder.values().block();
        assertThat(values.times().all().block().toDoubleArray()).containsExactly(0, 0.5, 1);
        assertThat(values.data().all().block()).isEqualTo(NdArray.of(new double[] {0, 1, 2, 0, -1, -2}, 1, 2, 3));
        assertThat(recorder.values().block().size().block()).isEqualTo(3);
        store(recorder, 3, 4);
        assertThat(recorder.values().block().data().get("0, :, -1").block())
                .isEqualTo(RecorderTest.frame(3).slice(0));
        recorder.close().block();
        assertThat(values.size().block()).isEqualTo(4);
    }

    @Test
    @DisplayName("P3: what a crash loses is bounded by bytes, at one sample at least")
    void flushesByBytes() {
        long frame = FrameKind.ARRAYS.bytes(RecorderTest.frame(0));
        Recorder<NdArray> recorder =
                Recorder.to(place).chunk(1000).flushBytes(3 * frame).build();
        store(recorder, 0, 7);
        assertCommitted(recorder, 6, 1);
        recorder.close().block();
        assertThat(place.began).containsExactly(3, 3, 1);

        GatedRecording<NdArray> narrow = new GatedRecording<>(FrameKind.ARRAYS);
        Recorder<NdArray> one = Recorder.to(narrow).chunk(1000).flushBytes(1).build();
        store(one, 0, 3);
        one.close().block();
        assertThat(narrow.began).containsExactly(1, 1, 1);
    }

    @Test
    @DisplayName("P3: what a crash loses is bounded by time: no sample stays in memory for longer than asked for")
    void flushesByTime() {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        Recorder<NdArray> recorder = Recorder.to(place)
                .chunk(5)
                .flushEvery(Duration.ofSeconds(10))
                .timedBy(time, () -> time.now(TimeUnit.NANOSECONDS))
                .build();
        recorder.open().block();
        time.advanceTimeBy(Duration.ofSeconds(100));
        store(recorder, 0, 1); // at 100 s
        time.advanceTimeBy(Duration.ofSeconds(6));
        store(recorder, 1, 2);
        time.advanceTimeBy(Duration.ofMillis(3999));
        assertCommitted(recorder, 0, 2);
        time.advanceTimeBy(Duration.ofMillis(1)); // the first is 10 s old
        assertCommitted(recorder, 2, 0);
        time.advanceTimeBy(Duration.ofSeconds(25));
        store(recorder, 2, 3); // at 135 s
        time.advanceTimeBy(Duration.ofSeconds(9));
        store(recorder, 3, 6); // a full chunk goes at once, with the older one; 144 s is the age of what is left
        assertCommitted(recorder, 5, 1);
        time.advanceTimeBy(Duration.ofSeconds(9));
        assertCommitted(recorder, 5, 1);
        time.advanceTimeBy(Duration.ofSeconds(1));
        assertCommitted(recorder, 6, 0);
        recorder.close().block();
        assertThat(place.began).containsExactly(2, 3, 1);
        assertThat(time.getScheduledTaskCount()).isLessThanOrEqualTo(3);
        time.dispose();
    }

    @Test
    @DisplayName(
            "P7: frames are values: a simulation that changes its array in place does not change what was recorded")
    void framesDoNotChange() {
        Recorder<NdArray> recorder = Recorder.to(place).chunk(3).build();
        double[] state = {1, 2};
        for (int i = 0; i < 3; i++) {
            recorder.store(i, NdArray.of(state, 2, 1), i).block();
            state[0] *= 10;
            state[1] *= -1;
        }
        assertThat(recorder.values().block().data().get(":, 0").block())
                .isEqualTo(NdArray.of(new double[] {1, 10, 100, 2, -2, 2}, 2, 3));
    }

    @Test
    @DisplayName(
            "Element type: whatever the first frame has is kept, and time is a 64-bit float from the first sample on")
    void elementTypes() {
        for (NdArray frame : List.of(
                NdArray.of(new float[] {0.1f}),
                NdArray.of(new long[] {1L << 62}),
                NdArray.of(new boolean[] {true}),
                NdArray.of(new double[0]),
                NdArray.of(new double[] {Double.NaN}).reshape())) {
            MemoryRecording<NdArray> here = MemoryRecording.of(FrameKind.ARRAYS);
            Recorder<NdArray> recorder = Recorder.to(here).chunk(1).build();
            double[] times = {0, 0.5, 1, 1.5};
            for (int i = 0; i < times.length; i++) {
                recorder.store(times[i], frame, i).block();
            }
            recorder.close().block();
            assertThat(here.reader().block().times(0, 4).block().toDoubleArray())
                    .containsExactly(times);
            assertThat(RecorderTest.read(here))
                    .allSatisfy(sample -> assertThat(sample.frame()).isEqualTo(frame));
        }
    }

    @Test
    @DisplayName("attributes are plain values, and are refused at the call if they are not")
    void attributes() {
        Recorder<NdArray> recorder = Recorder.to(place)
                .attribute("seed", 7)
                .attribute("dt", 0.25f)
                .attribute("of", List.of("gbm", true, Map.of("n", 3)))
                .build();
        assertThat(recorder.open().block().attributes())
                .isEqualTo(Map.of("seed", 7L, "dt", 0.25, "of", List.of("gbm", true, Map.of("n", 3L))));
        Recorder.Builder<NdArray> builder = Recorder.to(place);
        for (Object bad : List.of(new Object(), Double.NaN, RecorderTest.frame(0), List.of(Row.empty()))) {
            assertThatThrownBy(() -> builder.attribute("bad", bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("attribute \"bad\"");
        }
    }

    @Test
    @DisplayName("settings that mean nothing are refused at the call")
    void refusesSettings() {
        List<Runnable> bad = new ArrayList<>();
        bad.add(() -> Recorder.to(place).stride(0));
        bad.add(() -> Recorder.to(place).chunk(-1));
        bad.add(() -> Recorder.to(place).flushBytes(0));
        bad.add(() -> Recorder.to(place).flushEvery(Duration.ZERO));
        bad.add(() -> Recorder.to(place).resumeFrom(-1));
        bad.add(() -> Recorder.to(place).resume().replace());
        bad.add(() -> Recorder.to(place).build().store(Double.NaN, RecorderTest.frame(0), 0));
        bad.add(() -> Recorder.to(place).build().store(0, RecorderTest.frame(0), -1));
        assertThat(bad)
                .allSatisfy(call -> assertThatThrownBy(call::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("expected"));
    }
}
