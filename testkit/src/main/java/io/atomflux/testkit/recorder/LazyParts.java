package io.atomflux.testkit.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.recorder.LazyArray;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.Sample;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Compares parts of arrays with the samples they are of. */
final class LazyParts {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private LazyParts() {}

    private static NdArray get(LazyArray array, String part) {
        return Objects.requireNonNull(array.get(part).block(PATIENCE));
    }

    /** Compares frames (2, 3). */
    static void check(LazyArray data, DType dtype, List<? extends Sample<?>> samples) {
        int times = samples.size();
        LazyArray.Info info = Objects.requireNonNull(data.info().block(PATIENCE));
        assertThat(info.dtype()).isEqualTo(dtype);
        assertThat(info.shape()).containsExactly(2L, 3L, (long) times);

        NdArray all = Objects.requireNonNull(data.all().block(PATIENCE));
        NdArray everySecond = get(data, "1, ::-1, ::-2");
        NdArray last = get(data, "..., -1");
        assertThat(all.shape()).containsExactly(2, 3, times);
        assertThat(everySecond.shape()).containsExactly(3, (times + 1) / 2);
        for (int t = 0; t < times; t++) {
            NdArray frame = (NdArray) samples.get(t).frame();
            for (int cell = 0; cell < 6; cell++) {
                assertThat(all.at(cell * times + t)).isEqualTo(frame.at(cell));
            }
        }
        for (int i = 0; i < everySecond.length(1); i++) {
            NdArray frame = (NdArray) samples.get(times - 1 - 2 * i).frame();
            for (int j = 0; j < 3; j++) {
                assertThat(everySecond.at(j * everySecond.length(1) + i)).isEqualTo(frame.at(3 + 2 - j));
            }
        }
        assertThat(last).isEqualTo(samples.get(times - 1).frame());
    }

    /** Compares every measurement. */
    static void checkSeries(Recording<?> recording, List<? extends Sample<?>> samples) {
        for (String name : ((Row) samples.get(0).frame()).keys()) {
            NdArray all = Objects.requireNonNull(recording.series(name).all().block(PATIENCE));
            NdArray some = get(recording.series(name), "-2::-3");
            assertThat(all.size()).isEqualTo(samples.size());
            for (int t = 0; t < samples.size(); t++) {
                assertThat(all.at(t)).isEqualTo(((Row) samples.get(t).frame()).get(name));
            }
            for (int i = 0; i < some.size(); i++) {
                assertThat(some.at(i)).isEqualTo(all.at(samples.size() - 2 - 3 * i));
            }
        }
    }
}
