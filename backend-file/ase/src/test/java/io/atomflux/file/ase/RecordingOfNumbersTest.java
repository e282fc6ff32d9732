package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.rows.StoreRecording;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

@Timeout(60)
@DisplayName("Recordings of what is no structure in files of structures")
class RecordingOfNumbersTest {

    private static final Duration WAIT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"run.xyz", "run.extxyz", "run.xyz.gz", "run.traj"})
    @DisplayName("the first flush of arrays fails, naming the key, and the file is not begun")
    void refusesArrays(String name) {
        ObjectIO store = open(name);
        refuses(
                store,
                name,
                StoreRecording.arrays(store),
                NdArray.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2),
                "key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run.xyz", "run.extxyz", "run.xyz.gz", "run.traj"})
    @DisplayName("the first flush of measurements fails, and the file is not begun")
    void refusesMeasurements(String name) {
        ObjectIO store = open(name);
        refuses(store, name, StoreRecording.scalars(store), Row.of("energy", -1.5), "key");
    }

    private ObjectIO open(String name) {
        Location location = Location.of(folder.resolve(name));
        return ObjectIO.of(
                name.endsWith(".traj")
                        ? new TrajProvider().open(location, OpenOptions.none())
                        : new AseFilesProvider().open(location, OpenOptions.none()));
    }

    private <F> void refuses(ObjectIO store, String name, RecordingStorage<F> place, F frame, String key) {
        Recorder<F> recorder = Recorder.to(place).build();

        assertThatThrownBy(() -> await(recorder.store(0, frame, 0)
                        .then(recorder.store(0.5, frame, 1))
                        .then(recorder.save())))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(key)
                .hasMessageContaining("expected");

        assertThat(recorder.progress().committed()).isZero();
        assertThat(folder.resolve(name)).doesNotExist();
        assertThatThrownBy(() -> await(recorder.close())).isInstanceOf(UnsupportedDataException.class);
        store.close().block(WAIT);
    }

    private static void await(Mono<?> mono) {
        mono.block(WAIT);
    }
}
