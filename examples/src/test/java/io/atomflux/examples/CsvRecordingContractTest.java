package io.atomflux.examples;

import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.testkit.recorder.RecordingStorageContract;
import io.atomflux.value.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** The example keeps the whole contract of places to record to. */
class CsvRecordingContractTest extends RecordingStorageContract<Row> {

    @TempDir
    Path folder;

    @Override
    protected RecordingStorage<Row> storage(String name) {
        return new CsvRecording(folder.resolve(name));
    }

    @Override
    protected Row frame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Row.builder()
                .put("energy", seed % 5 == 0 ? Double.NaN : random.nextGaussian())
                .put("accepted", random.nextBoolean())
                .put("n", seed * 7L - 3)
                .build();
    }

    @Override
    protected Mono<Boolean> kill(RecordingWriter<Row> writer) {
        return Mono.fromCallable(() -> {
                    try (var files = Files.walk(folder)) {
                        for (Path csv : files.filter(file -> file.toString().endsWith(".csv"))
                                .toList()) {
                            Files.writeString(csv, "6,3.0,tr", StandardOpenOption.APPEND); // it died while appending
                        }
                    }
                    return true;
                })
                .delayUntil(done -> ((CsvRecording.Writer) writer).lease.release());
    }
}
