package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.rows.StoreRecording;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_OUT)
@Timeout(120)
class RecordArgonTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("a run into an H5MD file is killed and started again: all frames are there, as of an unbroken run")
    void recordsAndGoesOn() throws Exception {
        Path place = folder.resolve("argon.h5md");
        AtomsIO db = AtomsIO.open(place);
        Recording<Atoms> recording = Recording.of(StoreRecording.structures(db));
        try (Child run = Child.start(RecordArgon.class, folder, place, 1_000_000)) {
            recording.tail().take(40).blockLast(Duration.ofSeconds(60));
            assertThat(run.isAlive()).as(run.errors()).isTrue();
        } // killed
        long before = recording.size().block();
        long frames = Math.max(150, before + 20);
        List<String> lines =
                ExamplesTest.outputOf(RecordArgon::main, place, frames).lines().toList();
        assertThat(lines).hasSize(3).startsWith(before + " frames so far");
        assertThat(lines.get(1)).startsWith(frames + " frames until ").contains(" ps in ", "argon.h5md");
        assertThat(lines.get(2)).matches("total energy -3\\.85\\d\\d eV, drift [+-]0\\.0\\d\\d\\d meV per atom");

        List<Atoms> kept = db.rows().collectList().block();
        List<Sample<Atoms>> unbroken =
                ArgonSimulation.liquid(7).samples().take(frames).collectList().block();
        assertThat(kept).hasSameSizeAs(unbroken);
        for (int i = 0; i < kept.size(); i++) {
            Sample<Atoms> expected = unbroken.get(i);
            Atoms frame = kept.get(i);
            assertThat(frame.info("step")).contains(expected.iteration());
            assertThat(frame.info("time")).contains(expected.time());
            assertThat(frame.withoutInfo("step").withoutInfo("time")).isEqualTo(expected.frame());
        }
        db.close().block();
    }
}
