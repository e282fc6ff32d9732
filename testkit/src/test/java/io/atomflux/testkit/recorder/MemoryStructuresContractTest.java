package io.atomflux.testkit.recorder;

import io.atomflux.atoms.Atoms;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.MemoryRecording;
import io.atomflux.recorder.RecordingStorage;
import java.util.HashMap;
import java.util.Map;

/** Recordings of structures in memory. */
class MemoryStructuresContractTest extends RecordingStorageContract<Atoms> {

    private final Map<String, RecordingStorage<Atoms>> places = new HashMap<>();

    @Override
    protected RecordingStorage<Atoms> storage(String name) {
        return places.computeIfAbsent(name, unused -> MemoryRecording.of(FrameKind.STRUCTURES));
    }
}
