package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.cli.Main;
import io.atomflux.spi.OpenOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real data sets copied by the command into stores of servers, compared with what Python reads. */
@Tag("live")
class RemoteDataSetsTest {

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

    private static List<String> theirs(SharedStore store, String group) {
        return python.step(Map.of("op", "digest", "store", store.theirs(), "group", group))
                .digest();
    }

    private static void copy(String from, String to, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("copy", from, to));
        command.addAll(List.of(options));
        ChildJvm.Ended ended = new ChildJvm("-XX:TieredStopAtLevel=1").run(Main.class, command.toArray(String[]::new));
        assertThat(ended.exit()).as("%s: %s", command, ended.error()).isZero();
    }

    private static List<String> ours(String store, String group) {
        ObjectIO db = ObjectIO.open(store, OpenOptions.ofGroup(group));
        List<String> lines = Live.digest(db);
        assertThat(db.verify().collectList().block()).as(store).isEmpty();
        db.close().block();
        return lines;
    }

    @ParameterizedTest
    @ValueSource(strings = {"3BPA-train_300K.xyz", "acac-train_300K.xyz", "mixed"})
    @DisplayName("a data set copied from server to server is the same, told by digest here and in Python")
    void dataSetsSurviveCopying(String name) throws Exception {
        String source = (name.equals("mixed") ? mixed() : Live.data().resolve(name)).toString();
        List<String> theirs = python.step(Map.of("op", "ase", "store", source)).digest();
        SharedStore redis = SharedStore.redis();
        SharedStore mongo = SharedStore.mongo();
        String paged = RemoteServers.mongo(RemoteServers.freshDatabase(), "");
        String group = RemoteServers.freshDatabase();

        copy(source, redis.ours(), "--to-group", group);
        Live.assertSame("in Redis", ours(redis.ours(), group), theirs);
        Live.assertSame("Python's in Redis", theirs(redis, group), theirs);
        copy(redis.ours(), paged, "--from-group", group);
        Live.assertSame("in MongoDB, paged", ours(paged, "default"), theirs);
        copy(paged, mongo.ours(), "--to-group", group);
        Live.assertSame("in MongoDB", ours(mongo.ours(), group), theirs);
        Live.assertSame("Python's in MongoDB", theirs(mongo, group), theirs);
        String store = directory.resolve("back.lmdb").toString();
        copy(mongo.ours(), store, "--from-group", group);
        Live.assertSame("back in LMDB", Live.digest(Path.of(store)), theirs);
    }

    /** Returns a file of atoms, clusters and molecules. */
    private Path mixed() throws Exception {
        Path mixed = directory.resolve("mixed.xyz");
        for (String part : List.of("3BPA-iso_atoms.xyz", "ase/r-results.xyz", "acac-isolated_atoms.xyz")) {
            Files.write(
                    mixed,
                    Files.readAllBytes(Live.data().resolve(part)),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
        return mixed;
    }
}
