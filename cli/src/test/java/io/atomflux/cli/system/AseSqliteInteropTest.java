package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.codec.AseJson;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ASE's databases in SQLite between us and ASE. */
@Tag("live")
class AseSqliteInteropTest {

    @TempDir
    Path directory;

    private Path script;

    @BeforeEach
    void putScript() throws IOException {
        script = Live.script("asedb.py", directory);
    }

    private List<String> python(Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Live.python(), script.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return Live.lines(command);
    }

    /** Returns the rows as Python tells them. */
    private List<Row> theirs(Path file) throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (String line : python("read", file)) {
            Map<?, ?> told = (Map<?, ?>) Objects.requireNonNull(AseJson.read(line));
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (String part : List.of("arrays", "info", "calc")) {
                ((Map<?, ?>) Objects.requireNonNull(told.get(part)))
                        .forEach((key, value) -> row.put(part + "." + key, value));
            }
            row.put("cell", told.get("cell"));
            row.put("pbc", told.get("pbc"));
            List<?> constraints = (List<?>) Objects.requireNonNull(told.get("constraints"));
            if (!constraints.isEmpty()) {
                row.put("constraints", constraints);
            }
            rows.add(Row.of(row));
        }
        return rows;
    }

    private static List<Row> ours(Path file) {
        ObjectIO db = ObjectIO.open(file);
        try {
            assertThat(db.verify().collectList().block()).isEmpty();
            return Objects.requireNonNull(db.rows().collectList().block());
        } finally {
            db.close().block();
        }
    }

    private void assertAlike(String what, Path file) throws IOException, InterruptedException {
        List<Row> ours = ours(file);
        List<Row> theirs = theirs(file);
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            assertThat(ours.get(i).toMap())
                    .as("%s, row %d", what, i)
                    .isEqualTo(theirs.get(i).toMap());
        }
        assertThat(ours).as(what).hasSameSizeAs(theirs);
        assertThat(python("select", file)).isNotEmpty(); // which finds rows by the tables for that as it does without
    }

    @Test
    @DisplayName("what ASE wrote, changed and deleted is read by us as by ASE")
    void readsTheirs() throws Exception {
        Path file = directory.resolve("theirs.db");
        python("write", file, 1, 60 * Live.scale());
        assertThat(ours(file)).hasSize(60 * Live.scale() - 1);
        assertAlike("theirs", file);
    }

    @Test
    @DisplayName("what we wrote is read and found by ASE as by us")
    void theyReadOurs() throws Exception {
        Path source = directory.resolve("source.db");
        python("write", source, 2, 40 * Live.scale());
        Path file = directory.resolve("ours.db");
        List<Row> rows = ours(source);
        ObjectIO db = ObjectIO.open(file + "?key_value_pairs=label,step,ratio,good");
        db.extend(rows).block();
        db.close().block();
        assertThat(ours(file)).isEqualTo(rows);
        assertAlike("ours", file);
    }

    @Test
    @DisplayName("a database that both sides write, change and delete in turn is read alike by both after each turn")
    void bothWrite() throws Exception {
        Path file = directory.resolve("shared.db");
        for (int turn = 0; turn < 3 * Live.scale(); turn++) {
            python("write", file, 10 + turn, 8);
            assertAlike("theirs, turn " + turn, file);
            ObjectIO db = ObjectIO.open(file);
            List<Row> rows = Objects.requireNonNull(db.rows().collectList().block());
            db.extend(List.of(rows.get(0), rows.get(3))).block();
            db.update(1, Patch.calc("energy", -7.5).info("label", "ours").info("new", List.of(1L, "x")))
                    .block();
            db.set(2, rows.get(rows.size() - 1)).block();
            db.drop("info.odd", "info.ratio").block();
            db.delete(-2).block();
            db.close().block();
            assertAlike("ours, turn " + turn, file);
        }
    }
}
