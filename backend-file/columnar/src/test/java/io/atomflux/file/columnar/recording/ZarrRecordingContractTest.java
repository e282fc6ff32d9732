package io.atomflux.file.columnar.recording;

import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.testkit.recorder.RecordingStorageContract;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class ZarrRecordingContractTest extends RecordingStorageContract<NdArray> {

    @TempDir
    Path folder;

    @Override
    protected RecordingStorage<NdArray> storage(String name) {
        return ZarrRecording.at(folder.resolve(name)).on(new Disk(false));
    }

    @Override
    protected Mono<Boolean> kill(RecordingWriter<NdArray> writer) {
        return ((ZarrWriter<NdArray>) writer).abandon().thenReturn(true);
    }
}
