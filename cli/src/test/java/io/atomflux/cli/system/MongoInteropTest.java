package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Key;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What MongoDB has of its own beside Python: two layouts, and names with dots. */
@Tag("live")
class MongoInteropTest {

    private static final String GROUP = "default";

    private PythonSteps python;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        python = new PythonSteps(directory);
    }

    @AfterEach
    void stop() throws IOException {
        python.close();
    }

    private static Map<String, Object> step(String store, String op, boolean async, Map<String, ?> more) {
        Map<String, Object> step = new HashMap<>(more);
        step.putAll(Map.of("store", store, "group", GROUP, "op", op, "bson", true, "async", async));
        return step;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("Python's calls on a paged collection fail and change nothing; clear and remove it can")
    void pythonIsKeptOut(boolean async) {
        String database = RemoteServers.freshDatabase();
        String theirs = RemoteServers.mongo(database, "");
        ObjectIO db = ObjectIO.open(RemoteServers.mongo(database, "layout=paged"), OpenOptions.ofGroup(GROUP));
        for (int i = 0; i < 5; i++) {
            db.append(Row.of("x", i, "calc.energy", i / 2.0)).block();
        }
        List<String> rows = Live.digest(db);
        for (Map<String, Object> call : List.of(
                step(theirs, "digest", async, Map.of()),
                step(theirs, "extend", async, Map.of("rows", 2)),
                step(theirs, "reserve", async, Map.of("rows", 2)),
                step(theirs, "insert", async, Map.of("at", 0)),
                step(theirs, "insert", async, Map.of("at", 3)),
                step(theirs, "set", async, Map.of("at", 0)),
                step(theirs, "update", async, Map.of("at", 0, "plain", true)),
                step(theirs, "delete", async, Map.of("at", 0)),
                step(theirs, "deleteRange", async, Map.of("from", 0, "to", 2)),
                step(theirs, "column", async, Map.of("key", "x", "from", 0, "to", 3)))) {
            assertThat(python.failure(call)).as("%s", call).isNotEmpty();
            Live.assertSame("after " + call, Live.digest(db), rows);
            assertThat(db.verify().collectList().block()).as("%s", call).isEmpty();
        }
        db.append(Row.of("x", 5)).block();
        assertThat(db.size().block()).isEqualTo(6);

        python.step(step(theirs, "remove", async, Map.of()));
        assertThat(db.groups().collectList().block()).doesNotContain(GROUP);
        db.close().block();
        ObjectIO again = ObjectIO.open(RemoteServers.mongo(database, "layout=asebytes"), OpenOptions.ofGroup(GROUP));
        again.append(Row.of("x", 6)).block();
        Live.assertSame(
                "after remove",
                python.step(step(theirs, "digest", async, Map.of())).digest(),
                Live.digest(again));
        again.close().block();
    }

    @Test
    @DisplayName("a value that Python updated under a name with a dot is what rows and structures have")
    void dottedNames() {
        SharedStore store = SharedStore.mongo();
        AtomsIO db = AtomsIO.open(store.ours(), OpenOptions.ofGroup(GROUP));
        Atoms water = Atoms.of(List.of("H"), new double[1][3])
                .withResult("energy", -1.5)
                .withInfo("tag", "old");
        db.extend(List.of(water, water)).block();
        python.step(step(store.theirs(), "assign", false, Map.of("at", 0, "key", "calc.energy", "value", 2.5)));
        python.step(step(store.theirs(), "assign", true, Map.of("at", 0, "key", "info.tag", "value", "new")));

        // Python itself shows the old value under the name, and the new one inside of a map.
        String theirs = python.step(step(store.theirs(), "digest", false, Map.of()))
                .digest()
                .get(0);
        assertThat(theirs).contains("\"calc\": {\"energy\"", "\"calc.energy\": {\"float\"");
        Row row = db.objects().get(0).block();
        assertThat(row.get("calc.energy")).isEqualTo(2.5);
        assertThat(row.keys()).doesNotContain("calc", "info");
        assertThat(db.objects().get(0, "calc.energy").block()).isEqualTo(Row.of("calc.energy", 2.5));
        Atoms read = db.get(0).block();
        assertThat(read.energy()).hasValue(2.5);
        assertThat(read.info("tag")).contains("new");
        assertThat(db.column(Key.ENERGY).collectList().block()).containsExactly(2.5, -1.5);

        db.update(0, Patch.calc("energy", 3.5)).block();
        assertThat(db.get(0).block().energy()).hasValue(3.5);
        assertThat(db.get(0).block().info("tag")).contains("new");
        Live.assertSame(
                "rows that we wrote since",
                Live.digest(db.objects()),
                python.step(step(store.theirs(), "digest", true, Map.of())).digest());
        assertThat(db.objects().verify().collectList().block()).isEmpty();
        db.close().block();
    }
}
