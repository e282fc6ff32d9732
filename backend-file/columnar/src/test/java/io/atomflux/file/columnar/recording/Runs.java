package io.atomflux.file.columnar.recording;

import io.atomflux.error.StoreNotFoundException;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Small runs for tests. */
final class Runs {

    static final int CHUNK = 3;

    private Runs() {}

    static <T> T await(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(Duration.ofSeconds(30)), "a value");
    }

    static Sample<NdArray> sample(int i) {
        return new Sample<>(i, i * 0.5, NdArray.of(new double[] {i, i % 7 == 0 ? 0 : -i / 3.0, 1e9 * i}, 1, 3));
    }

    static List<Sample<NdArray>> samples(int from, int to) {
        List<Sample<NdArray>> samples = new ArrayList<>();
        for (int i = from; i < to; i++) {
            samples.add(sample(i));
        }
        return samples;
    }

    static RecordingPlan plan(RecordingMode mode) {
        return new RecordingPlan(mode, OptionalLong.empty(), 1, CHUNK, Map.of());
    }

    static RecordingPlan cut(long from) {
        return new RecordingPlan(RecordingMode.RESUME, OptionalLong.of(from), 1, CHUNK, Map.of());
    }

    static void write(RecordingStorage<NdArray> storage, RecordingMode mode, List<Sample<NdArray>> samples) {
        RecordingWriter<NdArray> writer = await(storage.writer(plan(mode)));
        await(writer.append(samples));
        await(writer.close(RecordingStatus.CLOSED, ""));
    }

    /** Reads all; null if there is no recording. */
    static @Nullable List<Sample<NdArray>> read(RecordingStorage<NdArray> storage) {
        try {
            return await(Recording.of(storage).samples().collectList());
        } catch (StoreNotFoundException e) {
            return null;
        }
    }

    /** Returns all files of a group that other programs see. */
    static Map<String, String> visible(Path group) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(group)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = group.relativize(path).toString();
                if (!name.equals("time/" + Commit.FILE) && !name.equals("time/" + SampleFile.FILE)) {
                    files.put(name, java.util.HexFormat.of().formatHex(Files.readAllBytes(path)));
                }
            }
        }
        return files;
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }
}
