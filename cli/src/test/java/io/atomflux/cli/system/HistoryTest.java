package io.atomflux.cli.system;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Python and we take turns writing one LMDB store; after each step both read what a model says. */
@Tag("live")
class HistoryTest {

    @TempDir
    Path directory;

    private PythonSteps python;

    @BeforeEach
    void start() throws IOException {
        python = new PythonSteps(directory);
    }

    @AfterEach
    void stop() throws IOException {
        python.close();
    }

    private History history(String... groups) {
        return new History(python, SharedStore.lmdb(directory.resolve("shared.lmdb")), List.of(groups));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("rows written by either, in turns, are read alike by both after each step")
    void turnsOfBothAreReadAlike(long seed) {
        Random random = new Random(seed);
        try (History history = history("default", "train", "test.2")) {
            for (int step = 0; step < 60 * Live.scale(); step++) {
                history.step(random);
                if (step % 20 == 19) {
                    history.reopenAndCheckAll();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    @DisplayName("rows in blocks of the index that split and vanish are read alike by both after each step")
    void rowsBeyondOneBlockAreReadAlike(long seed) {
        Random random = new Random(seed);
        try (History history = history("default")) {
            history.fill(2060, seed % 2 == 0, seed);
            for (int step = 0; step < 25 * Live.scale(); step++) {
                int around = random.nextInt(3) == 0 ? 1024 : random.nextInt(history.size());
                history.insertOrDelete(random, Math.min(around, history.size() - 1));
            }
            history.reopenAndCheckAll();
        }
    }
}
