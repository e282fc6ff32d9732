package io.atomflux.file.columnar.recording;

import static io.atomflux.file.columnar.recording.Runs.await;
import static io.atomflux.file.columnar.recording.Runs.cut;
import static io.atomflux.file.columnar.recording.Runs.plan;
import static io.atomflux.file.columnar.recording.Runs.samples;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.StoreFullException;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The process dies before each single change of the file system; then somebody looks, and resumes. */
class CrashTest {

    private static final int EVERY = Boolean.getBoolean("atomflux.proof") ? 1 : 6;

    @TempDir
    Path folder;

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Dead from some change on. */
    private static final class DyingDisk extends Disk {

        private int left;

        DyingDisk(int left) {
            super(false);
            this.left = left;
        }

        @Override
        synchronized void step(String change, Path path) {
            if (left-- <= 0) {
                left = 0;
                throw new Killed();
            }
        }
    }

    /** Full from some change on, until it is freed. */
    private static final class FullDisk extends Disk {

        private int left;

        FullDisk(int left) {
            super(false);
            this.left = left;
        }

        @Override
        synchronized void step(String change, Path path) throws IOException {
            boolean takesRoom = change.equals("create") || change.equals("write") || change.equals("folder");
            if (takesRoom && left-- <= 0) {
                left = 0;
                throw new IOException("No space left on device");
            }
        }

        synchronized void free() {
            left = Integer.MAX_VALUE;
        }
    }

    /** What is there before, how it is opened, and what is added then, commit by commit. */
    private enum Scenario {
        CREATE(0, RecordingMode.CREATE_NEW, -1, 0, 2, 4, 9),
        APPEND(2, RecordingMode.RESUME, -1, 2, 4, 5, 10),
        ALIGNED(3, RecordingMode.RESUME, -1, 3, 6),
        REPLACE(5, RecordingMode.REPLACE, -1, 100, 101, 107),
        CUT(8, RecordingMode.RESUME, 4, 104, 105, 109),
        CUT_IN_CHUNK(5, RecordingMode.RESUME, 4, 104, 105),
        EMPTY(0, RecordingMode.CREATE_NEW, -1, 0);

        private final int before;
        private final RecordingMode mode;
        private final int cut;
        private final int[] ends;

        Scenario(int before, RecordingMode mode, int cut, int... ends) {
            this.before = before;
            this.mode = mode;
            this.cut = cut;
            this.ends = ends;
        }

        RecordingPlan opening() {
            return cut < 0 ? plan(mode) : cut(cut);
        }

        /** Returns what is there after opening and after each commit; null is no recording. */
        List<@Nullable List<Sample<NdArray>>> states() {
            List<@Nullable List<Sample<NdArray>>> states = new ArrayList<>();
            List<Sample<NdArray>> now = samples(0, before);
            states.add(before == 0 ? null : now);
            if (cut >= 0) {
                now = samples(0, cut);
            } else if (mode != RecordingMode.RESUME) {
                now = List.of();
            }
            states.add(cut >= 0 ? now : states.get(0));
            for (int i = 1; i < ends.length; i++) {
                now = new ArrayList<>(now);
                now.addAll(samples(ends[i - 1], ends[i]));
                states.add(now);
            }
            states.add(now); // closed
            return states;
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "P2, P3: a writer killed at any change of the file system leaves what was committed and nothing else; resumed, the group equals an unbroken one")
    void killed(Scenario scenario) throws IOException {
        Path prepared = folder.resolve("prepared");
        Files.createDirectories(prepared);
        if (scenario.before > 0) {
            Runs.write(
                    ZarrRecording.at(prepared.resolve("run")).on(new Disk(false)),
                    RecordingMode.CREATE_NEW,
                    samples(0, scenario.before));
        }
        List<@Nullable List<Sample<NdArray>>> states = scenario.states();
        boolean done = false;
        for (int step = scenario.ordinal() % EVERY; !done; step += EVERY) {
            assertThat(step).isLessThan(2000);
            Path place = folder.resolve("at" + step);
            Runs.copy(prepared, place);
            Path run = place.resolve("run");
            int acknowledged = runUntilKilled(scenario, ZarrRecording.at(run).on(new DyingDisk(step)));
            done = acknowledged == states.size() - 1;

            List<Sample<NdArray>> found = Runs.read(ZarrRecording.at(run));
            assertThat(found)
                    .as("killed before change %d, after %d acknowledged", step, acknowledged)
                    .isIn(states.get(acknowledged), states.get(Math.min(states.size() - 1, acknowledged + 1)));
            RecordingWriter<NdArray> writer =
                    await(ZarrRecording.at(run).on(new Disk(false)).writer(plan(RecordingMode.RESUME)));
            int committed = found == null ? 0 : found.size();
            assertThat(writer.progress().committed()).isEqualTo(committed);
            assertThat(Runs.read(ZarrRecording.at(run))).isEqualTo(found);
            await(writer.append(samples(200, 202)));
            await(writer.close(RecordingStatus.CLOSED, ""));

            List<Sample<NdArray>> all = new ArrayList<>(found == null ? List.of() : found);
            all.addAll(samples(200, 202));
            assertThat(Runs.read(ZarrRecording.at(run))).isEqualTo(all);
            Path unbroken = place.resolve("unbroken");
            Runs.write(ZarrRecording.at(unbroken).on(new Disk(false)), RecordingMode.CREATE_NEW, all);
            assertThat(Runs.visible(run)).as("step %d", step).isEqualTo(Runs.visible(unbroken));
            try (var names = Files.list(place)) {
                assertThat(names.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder("run", "unbroken", ".run.recorder.lock", ".unbroken.recorder.lock");
            }
        }
    }

    /** Returns how many of the states were acknowledged. */
    private static int runUntilKilled(Scenario scenario, ZarrRecording<NdArray> storage) {
        int acknowledged = 0;
        RecordingWriter<NdArray> writer = null;
        try {
            writer = await(storage.writer(scenario.opening()));
            acknowledged = 1;
            for (int i = 1; i < scenario.ends.length; i++) {
                await(writer.append(samples(scenario.ends[i - 1], scenario.ends[i])));
                acknowledged++;
            }
            await(writer.close(RecordingStatus.CLOSED, ""));
            return acknowledged + 1;
        } catch (Killed e) {
            if (writer != null) {
                ((ZarrWriter<NdArray>) writer).abandon().block();
            }
            return acknowledged;
        }
    }

    @Test
    @DisplayName("a killed recovery is recovered from")
    void killedAgain() throws IOException {
        Path prepared = folder.resolve("prepared");
        Runs.write(
                ZarrRecording.at(prepared.resolve("run")).on(new Disk(false)), RecordingMode.CREATE_NEW, samples(0, 5));
        for (int first : new int[] {20, 33}) {
            Path torn = folder.resolve("torn" + first);
            Runs.copy(prepared, torn);
            runUntilKilled(
                    Scenario.REPLACE, ZarrRecording.at(torn.resolve("run")).on(new DyingDisk(first)));
            List<Sample<NdArray>> found = Runs.read(ZarrRecording.at(torn.resolve("run")));
            assertThat(found).isNotNull();
            boolean opened = false;
            for (int step = 0; !opened; step++) {
                Path run = folder.resolve("torn" + first + "-" + step).resolve("run");
                Runs.copy(torn, run.getParent());
                try {
                    RecordingWriter<NdArray> writer =
                            await(ZarrRecording.at(run).on(new DyingDisk(step)).writer(plan(RecordingMode.RESUME)));
                    ((ZarrWriter<NdArray>) writer).abandon().block();
                    opened = true;
                } catch (Killed e) {
                    assertThat(e).isNotNull(); // as it was to be
                }
                assertThat(Runs.read(ZarrRecording.at(run))).as("step %d", step).isEqualTo(found);
            }
        }
    }

    @Test
    @DisplayName(
            "a full disk is told as such, nothing is lost, and the same samples are taken when there is room again")
    void fullDisk() throws IOException {
        for (int left = 0; left < 14; left++) {
            Path run = folder.resolve("full" + left);
            Runs.write(ZarrRecording.at(run).on(new Disk(false)), RecordingMode.CREATE_NEW, samples(0, 4));
            FullDisk disk = new FullDisk(Integer.MAX_VALUE);
            RecordingWriter<NdArray> writer =
                    await(ZarrRecording.at(run).on(disk).writer(plan(RecordingMode.RESUME)));
            synchronized (disk) {
                disk.left = left;
            }
            int committed = 4;
            try {
                await(writer.append(samples(4, 8)));
                committed = 8;
            } catch (StoreFullException e) {
                assertThat(Runs.read(ZarrRecording.at(run))).isEqualTo(samples(0, 4));
                assertThat(writer.progress().committed()).isEqualTo(4);
            }
            disk.free();
            await(writer.append(samples(committed, 10)));
            await(writer.close(RecordingStatus.CLOSED, ""));
            assertThat(Runs.read(ZarrRecording.at(run))).isEqualTo(samples(0, 10));
        }
    }
}
