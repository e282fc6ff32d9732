package io.atomflux.file.columnar.recording;

import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.testkit.recorder.RecordingStorageContract;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Frames of three trajectories, two in a chunk. */
class DividedZarrRecordingContractTest extends RecordingStorageContract<NdArray> {

    @TempDir
    Path folder;

    @Override
    protected RecordingStorage<NdArray> storage(String name) {
        return ZarrRecording.at(folder.resolve(name)).on(new Disk(false)).trajectoriesPerChunk(2);
    }

    @Override
    protected Mono<Boolean> kill(RecordingWriter<NdArray> writer) {
        return ((ZarrWriter<NdArray>) writer).abandon().thenReturn(true);
    }
}
