package io.atomflux.file.columnar.recording;

import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.testkit.recorder.RecordingStorageContract;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class ZarrScalarsContractTest extends RecordingStorageContract<Row> {

    @TempDir
    Path folder;

    @Override
    protected RecordingStorage<Row> storage(String name) {
        return ZarrRecording.scalars(folder.resolve(name)).on(new Disk(false));
    }

    /** No texts. */
    @Override
    protected Row frame(int seed) {
        Random random = new Random(seed);
        return Row.builder()
                .put("energy", random.nextGaussian())
                .put("accepted", random.nextBoolean())
                .put("n", seed * 7L - 3)
                .build();
    }

    @Override
    protected Mono<Boolean> kill(RecordingWriter<Row> writer) {
        return ((ZarrWriter<Row>) writer).abandon().thenReturn(true);
    }
}
