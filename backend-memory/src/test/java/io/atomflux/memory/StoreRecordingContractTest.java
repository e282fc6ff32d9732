package io.atomflux.memory;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.rows.StoreRecording;
import io.atomflux.testkit.recorder.RecordingStorageContract;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;

/** Recordings in the rows of a store: one in memory. */
class StoreRecordingContractTest {

    private abstract static class Rows<F> extends RecordingStorageContract<F> {

        private final Map<String, RecordingStorage<F>> places = new HashMap<>();
        private final Supplier<RecordingStorage<F>> made;

        Rows(Supplier<RecordingStorage<F>> made) {
            this.made = made;
        }

        @Override
        protected RecordingStorage<F> storage(String name) {
            return places.computeIfAbsent(name, unused -> made.get());
        }

        @Override
        protected Set<Keeps> keeps() {
            return EnumSet.of(Keeps.ITERATIONS); // and nothing beside the rows
        }
    }

    @Nested
    class OfArrays extends Rows<NdArray> {
        OfArrays() {
            super(() -> StoreRecording.arrays(ObjectIO.open("memory://")));
        }
    }

    @Nested
    class OfMeasurements extends Rows<Row> {
        OfMeasurements() {
            super(() -> StoreRecording.scalars(ObjectIO.open("memory://")));
        }
    }

    @Nested
    class OfStructures extends Rows<Atoms> {
        OfStructures() {
            super(() -> StoreRecording.structures(AtomsIO.open("memory://")));
        }
    }
}
