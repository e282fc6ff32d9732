package io.atomflux.testkit.recorder;

import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.MemoryRecording;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.value.NdArray;
import java.util.HashMap;
import java.util.Map;

/** Recordings of arrays in memory. */
class MemoryArraysContractTest extends RecordingStorageContract<NdArray> {

    private final Map<String, RecordingStorage<NdArray>> places = new HashMap<>();

    @Override
    protected RecordingStorage<NdArray> storage(String name) {
        return places.computeIfAbsent(name, unused -> MemoryRecording.of(FrameKind.ARRAYS));
    }
}
