package io.atomflux.recorder.npz;

import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/** Small runs for the tests of this package. */
final class Runs {

    static final Duration WAIT = Duration.ofSeconds(30);

    private Runs() {}

    static RecordingPlan plan(RecordingMode mode) {
        return plan(mode, 4);
    }

    static RecordingPlan plan(RecordingMode mode, int chunk) {
        return new RecordingPlan(mode, OptionalLong.empty(), 1, chunk, Map.of());
    }

    static RecordingPlan cut(long from) {
        return new RecordingPlan(RecordingMode.RESUME, OptionalLong.of(from), 1, 4, Map.of());
    }

    /** The sample of an iteration is always the same. */
    static Sample<NdArray> sample(long iteration, DType dtype, int... shape) {
        int bytes = dtype.itemSize();
        for (int axis : shape) {
            bytes *= axis;
        }
        byte[] content = new byte[bytes];
        new Random(iteration).nextBytes(content);
        return new Sample<>(iteration, iteration * 0.5, NdArray.wrap(dtype, shape, content, 0));
    }

    static List<Sample<NdArray>> samples(long from, long to) {
        return samples(from, to, DType.FLOAT64, 2, 3);
    }

    static List<Sample<NdArray>> samples(long from, long to, DType dtype, int... shape) {
        List<Sample<NdArray>> samples = new ArrayList<>();
        for (long i = from; i < to; i++) {
            samples.add(sample(i, dtype, shape));
        }
        return samples;
    }

    static <T> T get(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(WAIT));
    }

    static void done(Mono<?> mono) {
        mono.then().block(WAIT);
    }

    static RecordingWriter<NdArray> writer(RecordingStorage<NdArray> storage, RecordingMode mode) {
        return get(storage.writer(plan(mode)));
    }

    static List<Sample<NdArray>> all(RecordingStorage<NdArray> storage) {
        RecordingReader<NdArray> reader = get(storage.reader());
        try {
            return Objects.requireNonNull(
                    reader.read(0, Long.MAX_VALUE).collectList().block(WAIT));
        } finally {
            done(reader.close());
        }
    }

    static NdArray block(RecordingStorage<NdArray> storage, long from, long to) {
        RecordingReader<NdArray> reader = get(storage.reader());
        try {
            return get(reader.block(from, to));
        } finally {
            done(reader.close());
        }
    }

    static Progress progress(RecordingStorage<NdArray> storage) {
        RecordingReader<NdArray> reader = get(storage.reader());
        try {
            return get(reader.progress());
        } finally {
            done(reader.close());
        }
    }

    /** Names of all files below a folder, locks left out. */
    static List<String> files(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> !path.equals(folder) && !path.toString().endsWith(".lock"))
                    .map(path -> folder.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }
}
