package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trajectories of ASE, read and written beside it. */
@Tag("live")
class TrajectoryInteropTest {

    private static PythonSteps python;

    @TempDir
    Path directory;

    @BeforeAll
    static void startPython(@TempDir Path scripts) throws IOException {
        python = new PythonSteps(scripts);
    }

    @AfterAll
    static void stopPython() throws IOException {
        python.close();
    }

    private static List<String> asReadByAse(Path file) {
        return python.step(Map.of("op", "ase", "store", file.toString())).digest();
    }

    private static void writeByAse(Path file, String mode, int rows, long seed) {
        python.step(Map.of("op", "trajectory", "store", file.toString(), "mode", mode, "rows", rows, "seed", seed));
    }

    /** Trajectories that ASE reads: those of the data directory, and seeded ones that ASE writes. */
    static Stream<String> files() throws IOException {
        try (Stream<Path> golden = Files.walk(Live.data())) {
            List<String> names = golden.filter(file -> file.toString().endsWith(".traj"))
                    .map(file -> Live.data().relativize(file).toString())
                    .filter(name -> !name.endsWith("empty.traj")) // ase.io refuses one without frames
                    .sorted()
                    .toList();
            return Stream.concat(
                    names.stream(), IntStream.rangeClosed(1, 4 * Live.scale()).mapToObj(seed -> "seed " + seed));
        }
    }

    private Path file(String name) {
        if (!name.startsWith("seed ")) {
            return Live.data().resolve(name);
        }
        Path file = directory.resolve("ase.traj");
        writeByAse(file, "w", 90, Long.parseLong(name.substring(5)));
        return file;
    }

    @ParameterizedTest
    @MethodSource("files")
    @DisplayName("trajectories that ASE reads are read alike by us, and by asebytes")
    void trajectoriesAreReadAsAseReadsThem(String name) {
        Path file = file(name);
        List<String> theirs = asReadByAse(file);
        Live.assertSame(name, Live.digest(file), theirs);
        if (name.startsWith(
                "seed ")) { // the others have maps with keys of two types, which asebytes' digest cannot sort
            Live.assertSame("asebytes, " + name, python.digest(file), theirs);
        }
        assertThat(theirs).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    @DisplayName("trajectories that we write and change are read by ASE as we hold them")
    void trajectoriesWrittenAreReadByAseAsHeld(String name) {
        AtomsIO from = AtomsIO.open(file(name));
        Path written = directory.resolve("written.traj");
        ObjectIO held = ObjectIO.open("memory://");
        ObjectIO to = ObjectIO.open(written);
        held.atoms().extend(from.rows()).block();
        to.atoms().extend(from.rows()).block();
        Live.assertSame("ours, " + name, Live.digest(written), Live.digest(held));
        Live.assertSame("ASE's, " + name, asReadByAse(written), Live.digest(held));
        for (ObjectIO store : List.of(held, to)) {
            store.atoms().insert(0, held.atoms().get(-1).block()).block();
            store.delete(1).block();
            store.drop(List.of("calc.energy", "arrays.tags", "info.12")).block();
        }
        Live.assertSame("ours, changed, " + name, Live.digest(written), Live.digest(held));
        Live.assertSame("ASE's, changed, " + name, asReadByAse(written), Live.digest(held));
        to.close().block();
        from.close().block();
        held.close().block();
    }

    @Test
    @DisplayName("trajectories compressed with gzip are read alike by ASE and by us, whoever wrote them")
    void compressedTrajectoriesAreReadAlike() {
        Path source = directory.resolve("source.traj");
        writeByAse(source, "w", 50, 7);
        List<String> rows = asReadByAse(source);
        Path theirs = directory.resolve("theirs.traj.gz");
        python.step(Map.of("op", "compressed", "store", theirs.toString(), "source", source.toString()));
        Live.assertSame("theirs", Live.digest(theirs), rows);
        AtomsIO from = AtomsIO.open(source);
        Path written = directory.resolve("ours.traj.gz");
        for (Path file : List.of(written, theirs)) {
            AtomsIO to = AtomsIO.open(file);
            to.extend(from.rows()).block();
            to.close().block();
        }
        from.close().block();
        Live.assertSame("ours", asReadByAse(written), rows);
        Live.assertSame("theirs, appended to", asReadByAse(theirs), Live.digest(theirs));
        assertThat(asReadByAse(theirs)).hasSize(2 * rows.size());
    }

    @Test
    @DisplayName(
            "ASE and we append to one trajectory in turn, across every growth of its table, and both read all of it")
    void bothAppendInTurn() {
        Path source = directory.resolve("source.traj");
        writeByAse(source, "w", 60, 99);
        Path shared = directory.resolve("shared.traj");
        AtomsIO from = AtomsIO.open(source);
        AtomsIO to = AtomsIO.open(shared);
        List<String> before = new ArrayList<>();
        for (int turn = 0; turn < 60; turn++) {
            if (turn % 2 == 0) {
                to.extend(from.rows(turn, turn + 1)).block();
            } else {
                writeByAse(shared, "a", 1, turn);
            }
            if (turn < 4 || turn > 40 && turn < 45 || turn == 59) {
                List<String> now = asReadByAse(shared);
                assertThat(now).hasSize(turn + 1);
                assertThat(now.subList(0, before.size())).isEqualTo(before);
                Live.assertSame("after turn " + turn, Live.digest(shared), now);
                assertThat(to.size().block()).isEqualTo(turn + 1L);
                before = now;
            }
        }
        to.extend(from.rows()).block();
        writeByAse(shared, "a", 30, 5);
        Live.assertSame("at the end", Live.digest(shared), asReadByAse(shared));
        to.close().block();
        from.close().block();
    }
}
