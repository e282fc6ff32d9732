package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.rows.StoreRecording;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.recorder.StoreRecordingContract;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Recordings in H5MD files")
class H5mdRecordingTest extends StoreRecordingContract {

    @TempDir
    private Path folder;

    @Override
    protected RowBackend<?> open(String place) {
        return new ColumnarProvider().open(Location.of(folder.resolve(place + ".h5md")), OpenOptions.none());
    }

    @Test
    @DisplayName(
            "times and iterations are observables, also of a run that goes on; those of the elements number the frames")
    void timesAreObservables() throws IOException {
        record(0, 3);
        record(2, 5);

        try (TreeStore file = H5mdGoldenTest.open(folder.resolve("run.h5md"), true)) {
            file.read(tree -> {
                assertThat(first(tree, "observables/atoms/time/value", 5)).containsExactly(0.5, 0.75, 1, 1.25, 1.5);
                assertThat(first(tree, "observables/atoms/step/value", 5)).containsExactly(0, 10, 20, 30, 40);
                assertThat(first(tree, "particles/atoms/position/time", 0)).containsExactly(1);
                assertThat(first(tree, "particles/atoms/position/step", 0)).containsExactly(1);
                return true;
            });
        }
    }

    private void record(int from, int to) {
        Duration wait = Duration.ofSeconds(30);
        AtomsIO store = ObjectIO.of(open("run")).atoms();
        Recorder<Atoms> recorder =
                Recorder.to(StoreRecording.structures(store)).resume().build();
        for (int i = from; i < to; i++) {
            Atoms frame = Atoms.of(List.of("Ar"), new double[][] {{i, 0, 0}});
            recorder.store(0.5 + 0.25 * i, frame, 10L * i).block(wait);
        }
        recorder.close().block(wait);
        store.close().block(wait);
    }

    /** Reads an array of one chunk; one of no axis if the length is 0. */
    private static double[] first(Tree tree, String path, int length) throws IOException {
        ArrayInfo array = tree.array(path).orElseThrow();
        assertThat(array.shape()).isEqualTo(length == 0 ? Shape.of() : Shape.of(length));
        return NdArray.wrap(
                        array.element().dtype(),
                        new int[] {Math.max(1, length)},
                        tree.chunk(array, length == 0 ? Shape.of() : Shape.of(0))
                                .bytes(),
                        0)
                .toDoubleArray();
    }
}
