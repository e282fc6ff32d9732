package io.atomflux.testkit.recorder;

import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.MemoryRecording;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.value.Row;
import java.util.HashMap;
import java.util.Map;

/** Recordings of scalars in memory. */
class MemoryScalarsContractTest extends RecordingStorageContract<Row> {

    private final Map<String, RecordingStorage<Row>> places = new HashMap<>();

    @Override
    protected RecordingStorage<Row> storage(String name) {
        return places.computeIfAbsent(name, unused -> MemoryRecording.of(FrameKind.SCALARS));
    }
}
