package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_OUT)
@Timeout(120)
class TrainOnRecordingTest {

    private static final String ERROR = ": held-out error ";

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "a model gets better while a run is recorded; both are killed, started again, and all is as if they had not been")
    void trainsWhileRecording() throws Exception {
        List<String> page = Page.outputs("RECORD-AND-TRAIN.md").get(0);
        Path frames = folder.resolve("argon.lmdb");
        Path model = folder.resolve("potential.lmdb");
        List<String> lines = new ArrayList<>();
        try (Child trainer = Child.start(TrainOnRecording.class, folder, frames, model); // waits for the run
                BufferedReader told = trainer.output();
                Child run = Child.start(RecordArgon.class, folder, frames, 400)) {
            for (int n = 0; n < 2; n++) {
                String line = told.readLine();
                assertThat(line).as(() -> errors(trainer) + errors(run)).isNotNull();
                lines.add(line);
            }
        } // both killed
        try (Child trainer = Child.start(TrainOnRecording.class, folder, frames, model);
                BufferedReader told = trainer.output()) {
            assertThat(told.readLine()).as(() -> errors(trainer)).matches("goes on after [1-4][05]0 frames");
            assertThat(ExamplesTest.outputOf(RecordArgon::main, frames, 400)).contains("400 frames until 19.95 ps");
            told.lines().forEach(lines::add);
            assertThat(trainer.exitValue()).as(() -> errors(trainer)).isZero();
        }
        // What the first trainer saved but had no time to tell is not told again.
        assertThat(lines).hasSizeGreaterThanOrEqualTo(4).allSatisfy(line -> assertOnPage(line, page));
        assertThat(lines.get(0)).startsWith("50 frames");
        assertThat(lines.get(lines.size() - 1)).startsWith("the potential is lowest at ");
        assertThat(error(lines.get(lines.size() - 2))).isLessThan(0.1 * error(lines.get(0)));
    }

    private static String errors(Child child) {
        try {
            return child.errors();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static double error(String line) {
        return Double.parseDouble(line.split(ERROR)[1].split(" ")[0]);
    }

    /** As the page has it, but for the last digit: powers are not rounded alike on all machines. */
    private static void assertOnPage(String line, List<String> page) {
        if (!line.contains(ERROR)) {
            assertThat(page).contains(line);
            return;
        }
        String expected = page.stream()
                .filter(each -> each.startsWith(line.split(ERROR)[0] + ERROR))
                .findFirst()
                .orElseThrow(() -> new AssertionError(line));
        assertThat(error(line)).as(line).isCloseTo(error(expected), within(2e-4));
    }
}
