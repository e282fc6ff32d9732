package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atomflux.AtomsIO;
import io.atomflux.cli.Main;
import io.atomflux.codec.Json;
import io.atomflux.spi.Capability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command on real data sets, compared with the Python package. */
@Tag("live")
class CommandInteropTest {

    @TempDir
    Path directory;

    private static List<String> atomflux(String... arguments) throws Exception {
        ChildJvm.Ended ended = new ChildJvm("-XX:TieredStopAtLevel=1").run(Main.class, arguments);
        assertThat(ended.exit())
                .as("exit of atomflux %s: %s", List.of(arguments), ended.error())
                .isZero();
        return ended.lines();
    }

    /** Returns what a command prints as JSON; the order of keys is not content. */
    private static Object json(String... arguments) throws Exception {
        return Json.read(String.join("\n", atomflux(arguments)));
    }

    /** Returns a file of the data directory, or for "mixed" one of atoms, clusters and molecules of several of them. */
    private Path source(String name) throws Exception {
        if (!name.equals("mixed")) {
            return Live.data().resolve(name);
        }
        Path mixed = directory.resolve("mixed.xyz");
        for (String part : List.of(
                "3BPA-iso_atoms.xyz", "acac-test_H_transfer.xyz", "ase/r-results.xyz", "acac-isolated_atoms.xyz")) {
            Files.write(
                    mixed,
                    Files.readAllBytes(Live.data().resolve(part)),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
        return mixed;
    }

    @ParameterizedTest
    @ValueSource(strings = {"3BPA-train_300K.xyz", "acac-train_300K.xyz", "mixed"})
    @DisplayName("a data set copied to LMDB and back is the same, told by digest here and in Python")
    void dataSetsSurviveCopying(String name) throws Exception {
        String source = source(name).toString();
        String store = directory.resolve("copy.lmdb").toString();
        List<String> theirs = Live.peer("digest", source);
        Live.assertSame("digest of " + name, atomflux("digest", source), theirs);

        atomflux("copy", source, store);
        Live.assertSame("digest of the copy of " + name, atomflux("digest", store), theirs);
        Live.assertSame("Python's digest of the copy of " + name, Live.peer("digest", store), theirs);

        Map<?, ?> facts = (Map<?, ?>) json("info", store, "--json");
        assertThat(facts.get("rows")).isEqualTo((long) theirs.size());
        assertThat(String.valueOf(facts.get("columns"))).contains("arrays.positions", "calc.energy");
        assertThat(json("head", store, "-n", "3", "--json")).isEqualTo(json("head", source, "-n", "3", "--json"));

        List<String> energies = atomflux("column", store, "calc.energy", "--json", "--missing", "null");
        assertThat(energies).isEqualTo(atomflux("column", source, "calc.energy", "--json", "--missing", "null"));
        assertThat(atomflux("verify", store)).isNotNull();

        boolean writable =
                AtomsIO.open(directory.resolve("back.extxyz")).capabilities().contains(Capability.APPEND);
        assumeTrue(writable, "extxyz cannot be written");
        String back = directory.resolve("back.extxyz").toString();
        atomflux("copy", store, back);
        Live.assertSame("digest of the way back of " + name, atomflux("digest", back), theirs);
        assertThat(Files.size(Path.of(back))).isPositive();
    }

    @Test
    @DisplayName("a store that Python filled is told alike by digest, in every group")
    void storesOfPythonAreToldAlike() throws Exception {
        Path store = directory.resolve("python.lmdb");
        List<String> groups = List.of("default", "train");
        try (PythonSteps python = new PythonSteps(directory)) {
            for (String group : groups) {
                python.step(Map.of(
                        "op",
                        "extend",
                        "store",
                        store.toString(),
                        "group",
                        group,
                        "rows",
                        30,
                        "seed",
                        5,
                        "reserved",
                        true));
            }
        }
        for (String group : groups) {
            List<String> theirs = new ArrayList<>(Live.peer("digest", store.toString(), "--group", group));
            Live.assertSame(group, atomflux("digest", store.toString(), "--group", group), theirs);
        }
        assertThat(String.join("\n", atomflux("groups", store.toString()))).contains(groups);
    }
}
