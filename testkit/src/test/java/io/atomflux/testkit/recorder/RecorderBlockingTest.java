package io.atomflux.testkit.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.MemoryRecording;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.Sample;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.NdArray;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** A recorder on threads that must not wait. */
class RecorderBlockingTest {

    @Test
    @DisplayName("Simple variant: a run recorded to memory from Reactor's own threads, of which none ever waits")
    void recordsWithoutBlocking() {
        BlockHoundGuard.install();
        MemoryRecording<NdArray> memory = MemoryRecording.of(FrameKind.ARRAYS);
        Recorder<NdArray> recorder = Recorder.to(memory)
                .stride(2)
                .chunk(8)
                .flushEvery(Duration.ofMillis(1))
                .build();
        Flux<Sample<NdArray>> run =
                Flux.range(0, 2000).map(i -> new Sample<NdArray>(i, i * 0.5, NdArray.of(new double[] {i, -i}, 2, 1)));
        recorder.record(run.take(1000))
                .thenMany(run.skip(1000).concatMap(recorder::store))
                .then(recorder.close())
                .subscribeOn(Schedulers.parallel())
                .block(Duration.ofSeconds(30));

        Recording<NdArray> values = Recording.of(memory);
        assertThat(values.size().block()).isEqualTo(1000);
        assertThat(values.data().get("0, 0, ::100").block().toDoubleArray())
                .containsExactly(0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800);
    }
}
