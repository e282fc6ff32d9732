package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Parts of the arrays of a recording. */
@Timeout(60)
class LazyArrayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static <T> T await(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(PATIENCE));
    }

    private static ListRecording<NdArray> arrays(DType dtype, int times, int... shape) {
        ListRecording<NdArray> storage = new ListRecording<>(FrameKind.ARRAYS, "ensemble");
        int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        List<Sample<NdArray>> samples = new ArrayList<>();
        for (int t = 0; t < times; t++) {
            int first = t * size;
            double[] values =
                    IntStream.range(0, size).mapToDouble(i -> first + i).toArray();
            samples.add(
                    new Sample<>(t, t * 0.25, NdArray.of(values, size).as(dtype).reshape(shape)));
        }
        storage.commit(samples);
        return storage;
    }

    private static ListRecording<Row> measurements(Object... energies) {
        ListRecording<Row> storage = new ListRecording<>(FrameKind.SCALARS, "measurements");
        List<Sample<Row>> samples = new ArrayList<>();
        for (Object energy : energies) {
            samples.add(new Sample<>(samples.size(), samples.size(), Row.of("energy", energy)));
        }
        storage.commit(samples);
        return storage;
    }

    /** Picks one element after another, as Python's rules for slices are told. */
    private static final class Model {
        private final List<List<Integer>> picked = new ArrayList<>();
        private final List<Integer> shape = new ArrayList<>();
        private final int[] axes;

        Model(String part, int... axes) {
            this.axes = axes;
            List<String> entries = new ArrayList<>(
                    Arrays.stream(part.split(",")).map(String::strip).toList());
            int ellipsis = entries.indexOf("...");
            int missing = axes.length - entries.size() + (ellipsis >= 0 ? 1 : 0);
            for (int i = 0; i < missing; i++) {
                entries.add(ellipsis >= 0 ? ellipsis : entries.size(), ":");
            }
            entries.remove("...");
            for (int axis = 0; axis < axes.length; axis++) {
                pick(entries.get(axis), axes[axis]);
            }
        }

        private void pick(String entry, int length) {
            List<Integer> found = new ArrayList<>();
            if (!entry.contains(":")) {
                int index = Integer.parseInt(entry);
                found.add(index < 0 ? index + length : index);
                picked.add(found);
                return;
            }
            String[] bounds = entry.split(":", -1);
            int step = bounds.length < 3 || bounds[2].isEmpty() ? 1 : Integer.parseInt(bounds[2]);
            int from = bounds[0].isEmpty() ? (step > 0 ? 0 : length - 1) : bound(bounds[0], length);
            int to = bounds[1].isEmpty() ? (step > 0 ? length : -1) : bound(bounds[1], length);
            for (int i = from; step > 0 ? i < to : i > to; i += step) {
                if (i >= 0 && i < length) {
                    found.add(i);
                } else if (step > 0 ? i >= length : i < 0) {
                    break;
                }
            }
            // what begins beyond the end begins at the end
            if (step < 0 && from >= length) {
                found.clear();
                for (int i = length - 1; i > to && i >= 0; i += step) {
                    found.add(i);
                }
            } else if (step > 0 && from < 0) {
                found.clear();
                for (int i = 0; i < to && i < length; i += step) {
                    found.add(i);
                }
            }
            picked.add(found);
            shape.add(found.size());
        }

        private static int bound(String text, int length) {
            int bound = Integer.parseInt(text);
            return bound < 0 ? bound + length : bound;
        }

        int[] shape() {
            return shape.stream().mapToInt(i -> i).toArray();
        }

        /** The value of an element: those of a frame are numbered in order, frame after frame. */
        double[] values() {
            int count = picked.stream().mapToInt(List::size).reduce(1, (a, b) -> a * b);
            double[] values = new double[count];
            int cells = Arrays.stream(axes, 0, axes.length - 1).reduce(1, (a, b) -> a * b);
            for (int nth = 0; nth < count; nth++) {
                int rest = nth;
                int[] at = new int[axes.length];
                for (int axis = axes.length - 1; axis >= 0; axis--) {
                    at[axis] = picked.get(axis).get(rest % picked.get(axis).size());
                    rest /= picked.get(axis).size();
                }
                int cell = 0;
                for (int axis = 0; axis < axes.length - 1; axis++) {
                    cell = cell * axes[axis] + at[axis];
                }
                values[nth] = at[axes.length - 1] * (double) cells + cell;
            }
            return values;
        }
    }

    private static String entry(Random random, int length) {
        if (random.nextInt(3) == 0 && length > 0) {
            return String.valueOf(random.nextInt(2 * length) - length);
        }
        String from = random.nextInt(3) == 0 ? "" : String.valueOf(random.nextInt(3 * length + 3) - length - 3);
        String to = random.nextInt(3) == 0 ? "" : String.valueOf(random.nextInt(3 * length + 3) - length - 3);
        int step = random.nextInt(9) - 4;
        return from + ":" + to + (step == 0 ? "" : ":" + step);
    }

    private static String part(Random random, int... axes) {
        List<String> entries = new ArrayList<>();
        int named = random.nextInt(axes.length + 1);
        int ellipsis = random.nextInt(2) == 0 || named == 0 ? random.nextInt(named + 1) : -1;
        int before = ellipsis >= 0 ? ellipsis : named;
        for (int i = 0; i < named; i++) {
            int axis = i < before ? i : axes.length - named + i;
            entries.add(entry(random, axes[axis]));
        }
        if (ellipsis >= 0) {
            entries.add(ellipsis, "...");
        }
        return String.join(random.nextBoolean() ? ", " : ",", entries);
    }

    @Test
    @DisplayName(
            "values: two thousand parts of states (d, N, M), of other shapes and of times are those that numpy gives")
    void cutsAsNumpy() {
        Random random = new Random(20250222);
        int[][] shapes = {{2, 5, 23}, {1, 7, 8}, {3, 9}, {11}, {2, 1, 3, 10}, {4, 0, 5}};
        DType[] types = {DType.FLOAT64, DType.FLOAT32, DType.INT16, DType.INT32, DType.UINT8, DType.INT64};
        for (int i = 0; i < 2000; i++) {
            int[] axes = shapes[i % shapes.length];
            DType dtype = types[i % types.length];
            ListRecording<NdArray> storage = arrays(dtype, axes[axes.length - 1], Arrays.copyOf(axes, axes.length - 1));
            storage.step = 1 + random.nextInt(12);
            String part = part(random, axes);

            NdArray got = await(Recording.of(storage).data().get(part));

            Model expected = new Model(part, axes);
            assertThat(got.shape()).as(part).isEqualTo(expected.shape());
            assertThat(got.dtype()).isEqualTo(dtype);
            double[] values = expected.values();
            assertThat(got.toDoubleArray())
                    .as(part)
                    .isEqualTo(NdArray.of(values, values.length).as(dtype).toDoubleArray());

            String times = entry(random, axes[axes.length - 1]);
            assertThat(await(Recording.of(storage).times().get(times)).toDoubleArray())
                    .as(times)
                    .isEqualTo(Arrays.stream(new Model(times, axes[axes.length - 1]).values())
                            .map(t -> t * 0.25)
                            .toArray());
        }
    }

    @Test
    @DisplayName("complex numbers are cut whole")
    void cutsComplex() {
        ListRecording<NdArray> storage = new ListRecording<>(FrameKind.ARRAYS, "complex");
        List<Sample<NdArray>> samples = new ArrayList<>();
        for (int t = 0; t < 7; t++) {
            NdArray pairs = NdArray.of(new double[] {t, -t, t + 0.5, -t - 0.5}, 4);
            byte[] bytes = new byte[32];
            pairs.copyTo(bytes, 0);
            samples.add(new Sample<>(t, t, NdArray.wrap(DType.COMPLEX128, new int[] {2}, bytes, 0)));
        }
        storage.commit(samples);

        NdArray got = await(Recording.of(storage).data().get("1, ::-3"));

        assertThat(got.dtype()).isEqualTo(DType.COMPLEX128);
        assertThat(IntStream.range(0, 3).mapToObj(got::at))
                .containsExactly(new Complex(6.5, -6.5), new Complex(3.5, -3.5), new Complex(0.5, -0.5));
    }

    @ParameterizedTest(name = "\"{0}\"")
    @DisplayName("what is no basic index is refused at the call")
    @ValueSource(
            strings = {
                "",
                " ",
                "0,,1",
                ",",
                "x",
                "1.5",
                "None",
                "newaxis",
                "[0, 1]",
                "0:1:2:3",
                "::0",
                "..., ...",
                "(0)",
                "0 1",
                "--1",
                "1:2:x",
                "\u0661",
                ":, :, x",
                "True"
            })
    void refusesOtherIndices(String part) {
        LazyArray data = Recording.of(arrays(DType.FLOAT64, 3, 2, 2)).data();

        assertThatThrownBy(() -> data.get(part))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }

    @Test
    @DisplayName(
            "one comma may stand behind the last entry; plus signs and blanks are as in Python; large numbers are clipped")
    void takesPythonsSpelling() {
        LazyArray data = Recording.of(arrays(DType.FLOAT64, 3, 2, 2)).data();

        assertThat(await(data.get("0,")).shape()).containsExactly(2, 3);
        assertThat(await(data.get(" +1 , : , - 1 ".replace("- 1", "-1"))).shape())
                .containsExactly(2);
        assertThat(await(data.get("..., -99999999999999999999 : 99999999999999999999"))
                        .shape())
                .containsExactly(2, 2, 3);
        assertThat(await(data.get("..., ::-9223372036854775808")).shape()).containsExactly(2, 2, 1);
        assertThat(await(data.get("..., 2::99999999999999999999")).doubleAt(0)).isEqualTo(8);
    }

    @Test
    @DisplayName("an index that is not in its axis is told with the axis, one too many with the axes there are")
    void tellsTheAxis() {
        LazyArray data = Recording.of(arrays(DType.FLOAT64, 3, 2, 4)).data();

        assertThatThrownBy(() -> await(data.get("0, 4, 0")))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("axis 1")
                .hasMessageContaining("-4 <= index < 4");
        assertThatThrownBy(() -> await(data.get("..., -4"))).hasMessageContaining("axis 2");
        assertThatThrownBy(() -> await(data.get("0, 0, 0, 0")))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("at most 3");
        assertThatThrownBy(() -> await(data.get("99999999999999999999"))).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    @DisplayName("values: the last states are read from the last chunk only, and every hundredth from its own")
    void readsOnlyWhatIsWanted() {
        ListRecording<NdArray> storage = arrays(DType.FLOAT64, 1000, 1, 3);
        storage.step = 50;
        Recording<NdArray> recording = Recording.of(storage);

        assertThat(await(recording.data().get("0, :, -1")).toDoubleArray()).containsExactly(2997, 2998, 2999);
        assertThat(storage.blocks).hasValue(1);
        assertThat(storage.read).hasValue(1);

        assertThat(await(recording.data().get("0, 1, ::-100")).toDoubleArray())
                .containsExactly(2998, 2698, 2398, 2098, 1798, 1498, 1198, 898, 598, 298);
        assertThat(storage.blocks).hasValue(11);
        assertThat(storage.read).hasValue(11);

        assertThat(await(recording.data().get("0, 1, 10:10")).size()).isZero();
        assertThat(await(recording.times().get("-1")).doubleAt(0)).isEqualTo(249.75);
        assertThat(storage.read).hasValue(12);
        assertThat(storage.opened).hasValue(4);
        assertThat(storage.closed).hasValue(4);
    }

    @Test
    @DisplayName("an array tells its type and shape; that of no samples is empty")
    void tellsItsShape() {
        LazyArray.Info info =
                await(Recording.of(arrays(DType.FLOAT32, 5, 2, 3)).data().info());
        assertThat(info.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(info.shape()).containsExactly(2L, 3L, 5L);

        ListRecording<NdArray> none = new ListRecording<>(FrameKind.ARRAYS, "none");
        none.end(RecordingStatus.OPEN);
        assertThat(await(Recording.of(none).data().info()).shape()).containsExactly(0L);
        assertThat(await(Recording.of(none).data().all()).size()).isZero();
        assertThat(await(Recording.of(none).times().all()).shape()).containsExactly(0);
        assertThat(await(Recording.of(none).times().get(":")).dtype()).isEqualTo(DType.FLOAT64);

        ListRecording<Row> nothing = new ListRecording<>(FrameKind.SCALARS, "nothing");
        nothing.end(RecordingStatus.OPEN);
        assertThat(await(Recording.of(nothing).series("x").all()).size()).isZero();
    }

    @Test
    @DisplayName("a part that is larger than memory should hold is refused before anything is read")
    void refusesTooLarge() {
        ListRecording<NdArray> storage = new ListRecording<>(FrameKind.ARRAYS, "large") {
            @Override
            Progress told(Progress progress) {
                return new Progress(
                        progress.id(),
                        100_000,
                        1,
                        RecordingStatus.CLOSED,
                        progress.lastIteration(),
                        progress.lastTime(),
                        "float64 (1, 10000)",
                        progress.attributes());
            }
        };
        storage.commit(List.of(new Sample<>(0, 0, NdArray.zeros(DType.FLOAT64, 1, 10_000))));

        assertThatThrownBy(() -> await(Recording.of(storage).data().all()))
                .isInstanceOfSatisfying(LimitExceededException.class, refused -> {
                    assertThat(refused.size()).isEqualTo(8_000_000_000L);
                    assertThat(refused.limit()).isLessThanOrEqualTo(Integer.MAX_VALUE);
                });
        assertThat(storage.read).hasValue(0);
        assertThat(await(Recording.of(storage).data().info()).shape()).containsExactly(1L, 10_000L, 100_000L);
    }

    @Test
    @DisplayName("a recording that is replaced, cut or removed while a part is read is told of")
    void tellsOfChanges() {
        ListRecording<NdArray> storage = arrays(DType.FLOAT64, 20, 2);
        List<Sample<NdArray>> others = List.of(new Sample<>(0, 0, NdArray.of(new double[] {7, 7})));
        storage.step = 5;
        Runnable[] changes = {
            () -> storage.replace(others), // a shorter one: reading fails
            () -> storage.replace(new ArrayList<>(Collections.nCopies(30, others.get(0)))) // reading does not
        };
        for (Runnable change : changes) {
            storage.replace(arrays(DType.FLOAT64, 20, 2).samples());
            storage.beforeBlock = nth -> {
                if (nth == 3) {
                    change.run();
                }
            };
            storage.blocks.set(0);
            assertThatThrownBy(() -> await(Recording.of(storage).data().all()))
                    .isInstanceOf(StoreChangedException.class);
        }
        storage.beforeBlock = nth -> {};
        storage.remove();
        assertThatThrownBy(() -> await(Recording.of(storage).data().all())).isInstanceOf(StoreNotFoundException.class);
        assertThat(storage.closed).hasValue(storage.opened.get());
    }

    @Test
    @DisplayName("a part that is read while the run goes on is of the samples there were")
    void readsWhileItGrows() {
        ListRecording<NdArray> storage = arrays(DType.FLOAT64, 20, 2);
        storage.step = 5;
        storage.beforeBlock = nth -> storage.commit(List.of(new Sample<>(100 + nth, 99, NdArray.of(new double[2]))));

        assertThat(await(Recording.of(storage).data().all()).shape()).containsExactly(2, 20);
    }

    @Test
    @DisplayName("measurements are arrays: integers, floats, both, booleans, texts")
    void readsSeries() {
        assertThat(series(":", 1L, 2L, 3L)).isEqualTo(NdArray.of(new long[] {1, 2, 3}));
        assertThat(series("::-1", 1L, 2.5, 3L)).isEqualTo(NdArray.of(new double[] {3, 2.5, 1}));
        assertThat(series("1:", 1.5, 2L, 3L)).isEqualTo(NdArray.of(new long[] {2, 3}));
        assertThat(series(":", 1.5, 2L)).isEqualTo(NdArray.of(new double[] {1.5, 2}));
        assertThat(series("-2", true, false, true))
                .isEqualTo(NdArray.of(new boolean[] {false}).reshape());
        assertThat(series("::2", "a", "b", "cc")).isEqualTo(NdArray.ofTexts(List.of("a", "cc")));
        assertThat(await(Recording.of(measurements(1L, 2.5)).series("energy").info())
                        .dtype())
                .isEqualTo(DType.INT64);
        assertThatThrownBy(() -> series(":", 1L, "a")).isInstanceOf(ValueTypeException.class);
        assertThatThrownBy(() ->
                        await(Recording.of(measurements(1L)).series("mass").all()))
                .isInstanceOf(MissingValueException.class);
    }

    private static NdArray series(String part, Object... values) {
        ListRecording<Row> storage = measurements(values);
        storage.step = 2;
        return await(Recording.of(storage).series("energy").get(part));
    }

    @Test
    @DisplayName("arrays are asked of recordings of arrays, series of recordings of measurements")
    void refusesOtherKinds() {
        assertThatThrownBy(() -> Recording.of(measurements(1L)).data())
                .isInstanceOf(UnsupportedStoreOperationException.class);
        assertThatThrownBy(() -> Recording.of(arrays(DType.FLOAT64, 1, 1)).series("x"))
                .isInstanceOf(UnsupportedStoreOperationException.class);
    }
}
