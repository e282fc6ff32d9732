package io.atomflux.cli.system;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Python, by either of its facades, and we take turns writing one remote store; after each step both read the same. */
@Tag("live")
class RemoteHistoryTest {

    private static PythonSteps python;

    @BeforeAll
    static void startPython(@TempDir Path scripts) throws IOException {
        python = new PythonSteps(scripts);
    }

    @AfterAll
    static void stopPython() throws IOException {
        python.close();
    }

    private static History history(SharedStore.Layout layout) {
        SharedStore store = layout == SharedStore.Layout.REDIS ? SharedStore.redis() : SharedStore.mongo();
        String name = RemoteServers.freshDatabase();
        return new History(python, store, List.of(name, name + "-train", name + ".2"));
    }

    @ParameterizedTest
    @CsvSource({"REDIS, 1", "REDIS, 2", "MONGO, 3", "MONGO, 4"})
    @DisplayName("rows written by either, in turns, are read alike by both after each step")
    void turnsOfBothAreReadAlike(SharedStore.Layout layout, long seed) {
        Random random = new Random(seed);
        try (History history = history(layout)) {
            for (int step = 0; step < 50 * Live.scale(); step++) {
                history.step(random);
                if (step % 20 == 19) {
                    history.reopenAndCheckAll();
                }
                if (step % 50 == 49) {
                    history.removeAll();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SharedStore.Layout.class,
            names = {"REDIS", "MONGO"})
    @DisplayName("changes far into many rows are read alike by both after each step")
    void manyRowsAreReadAlike(SharedStore.Layout layout) {
        Random random = new Random(11);
        try (History history = history(layout)) {
            history.fill(1500, layout == SharedStore.Layout.REDIS, 11);
            for (int step = 0; step < 6 * Live.scale(); step++) {
                if (history.size() < 500) {
                    history.fill(1000, step % 2 == 0, step);
                }
                history.insertOrDelete(random, random.nextInt(history.size()));
            }
            history.reopenAndCheckAll();
        }
    }
}
