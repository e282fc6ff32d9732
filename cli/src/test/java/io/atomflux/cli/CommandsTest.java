package io.atomflux.cli;

import static io.atomflux.cli.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.codec.Digest;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each command, from its arguments to its output, on real files. */
class CommandsTest {

    /** Molecular and periodic frames of different sizes; numbers with all their digits. */
    private static final String FRAMES = """
            3
            Properties=species:S:1:pos:R:3:forces:R:3 energy=-2081.123456789012 step=0 label=water pbc="F F F"
            O 0.0 0.0 0.11779 0.0 0.0 -0.5
            H 0.0 0.75545 -0.47116 0.0 0.25 0.25
            H 0.0 -0.75545 -0.47116 0.0 -0.25 0.25
            2
            Lattice="3.6 0.0 0.0 0.0 3.6 0.0 0.0 0.0 3.6" Properties=species:S:1:pos:R:3:forces:R:3 energy=-7.5 step=1 label="copper pair" pbc="T T T"
            Cu 0.0 0.0 0.0 1e-05 0.0 0.0
            Cu 1.8 1.8 0.0 -1e-05 0.0 0.0
            1
            Properties=species:S:1:pos:R:3:forces:R:3 energy=-13.568422178253735 step=2 label=atom pbc="F F F"
            H 0.1 0.2 0.30000000000000004 0.0 0.0 0.0
            """;

    @TempDir
    Path folder;

    private Path xyz;
    private Path lmdb;

    @BeforeEach
    void convert() throws IOException {
        xyz = folder.resolve("frames.xyz");
        lmdb = folder.resolve("md.lmdb");
        Files.writeString(xyz, FRAMES);
        assertThat(run("copy", xyz, lmdb).well().err()).contains("copied 3 rows to ");
    }

    private static List<Row> rowsOf(Path store) {
        ObjectIO db = ObjectIO.open(store);
        List<Row> rows = new ArrayList<>();
        db.rows().toIterable().forEach(rows::add);
        rows.forEach(Row::toMap); // decoded before the store is closed
        db.close().block();
        return rows;
    }

    // cache

    @Test
    @DisplayName("--cache-to keeps the rows that are read, goes on where it was, and notices that the source changed")
    void caches() throws IOException {
        Path cache = folder.resolve("cache.lmdb");
        Path copied = folder.resolve("copied.lmdb");
        assertThat(run("head", xyz, "-n", 2, "--cache-to", cache).well().out())
                .isEqualTo(run("head", xyz, "-n", 2).well().out());
        assertThat(rowsOf(cache).stream().filter(row -> !row.isReserved()).count())
                .isBetween(3L, 4L);
        run("copy", xyz, copied, "--cache-to", cache).well();
        assertThat(rowsOf(copied)).isEqualTo(rowsOf(xyz));
        assertThat(run("digest", xyz, "--cache-to", cache).well().out())
                .isEqualTo(run("digest", xyz).well().out());
        assertThat(run("cat", xyz, "--cache-to", cache).well().lines()).hasSize(3);
        assertThat(run("schema", xyz, "--cache-to", cache).well().lines())
                .hasSameSizeAs(run("schema", xyz).well().lines());
        assertThat(run("column", xyz, "calc.energy", "--json", "--cache-to", cache)
                        .well()
                        .out())
                .isEqualTo(run("column", xyz, "calc.energy", "--json").well().out());
        assertThat(run("info", xyz, "--json", "--cache-to", cache).well().object())
                .containsEntry("rows", 3L);
        run("head", lmdb, "--cache-to", cache).refused("a cache of " + xyz);
        Files.writeString(xyz, "1\nProperties=species:S:1:pos:R:3 step=9\nHe 0 0 0\n");
        assertThat(run("digest", xyz, "--cache-to", cache).well().out())
                .isEqualTo(run("digest", xyz).well().out());
        run("head", xyz, "--cache-to", lmdb).refused("rows that no cache wrote");
        run("head", xyz, "--cache-to", folder.resolve("no.extxyz")).refused("RESERVE", "LMDB");
        assertThat(folder.resolve("no.extxyz")).doesNotExist();
    }

    // copy

    @Test
    @DisplayName("copy --json tells how many rows came and how many there are")
    void copiesAndTells() {
        assertThat(run("copy", xyz + "@:2", lmdb, "--append", "--json").well().object())
                .containsEntry("copied", 2L)
                .containsEntry("rows", 5L)
                .containsKeys("from", "to", "seconds");
    }

    @Test
    @DisplayName(
            "copy keeps every row of mixed sizes and periodicity, from text to LMDB, between stores, and back to text")
    void copies() {
        Path again = folder.resolve("again.lmdb");
        Path text = folder.resolve("back.extxyz");
        run("copy", lmdb, again).well();
        run("copy", again + "@:2", text).well(); // the third has more digits than such text holds
        assertThat(rowsOf(lmdb)).isEqualTo(rowsOf(xyz)).hasSize(3);
        assertThat(rowsOf(again)).isEqualTo(rowsOf(xyz));
        assertThat(rowsOf(text)).isEqualTo(rowsOf(xyz).subList(0, 2));
    }

    @Test
    @DisplayName("copy writes slices and single rows in the order of the slice")
    void copiesSlices() {
        Path some = folder.resolve("some.lmdb");
        run("copy", lmdb + "@::-2", some).well();
        run("copy", lmdb + "@1", some, "--append").well();
        List<Row> rows = rowsOf(xyz);
        assertThat(rowsOf(some)).containsExactly(rows.get(2), rows.get(0), rows.get(1));
    }

    @Test
    @DisplayName("copy writes to a store that has rows only when told to append")
    void appendsOnlyWhenTold() {
        run("copy", xyz, lmdb).refused("md.lmdb has 3 rows already", "--append");
        assertThat(rowsOf(lmdb)).hasSize(3);
        run("copy", xyz, lmdb, "--append").well();
        assertThat(rowsOf(lmdb)).hasSize(6);
        run("copy", lmdb, lmdb, "--append").well(); // a store onto itself ends, too
        assertThat(rowsOf(lmdb)).hasSize(12);
    }

    @Test
    @DisplayName("copy says of a place that is for reading only that it is, whatever is in it")
    void copyRefusesReadOnly() {
        run("copy", xyz, lmdb + "?readonly=true").refused("md.lmdb is for reading only");
        run("copy", xyz, lmdb + "?readonly=true", "--append").refused("for reading only");
        run("copy", xyz, "hf://lab/frames").refused("hf://lab/frames is for reading only"); // without asking the hub
    }

    @Test
    @DisplayName("rows behind a name without a folder are rows, also where the scheme makes it look like a user's")
    void rowsOfNames() {
        run("copy", xyz, "memory://rows-of-names").well();
        assertThat(run("column", "memory://rows-of-names@1:", "calc.energy")
                        .well()
                        .lines())
                .hasSize(3);
        assertThat(Source.parse("colabfit://Carbon_GAP@-3:").location()).isEqualTo("colabfit://Carbon_GAP");
        assertThat(Source.parse("redis://me@7:8").location()).isEqualTo("redis://me@7:8");
        assertThat(Source.parse("hf://lab/frames?split=a@::2").location()).isEqualTo("hf://lab/frames?split=a");
    }

    @Test
    @DisplayName("copy takes some keys and renames some, and refuses keys that no row has")
    void copiesKeys() {
        Path some = folder.resolve("some.lmdb");
        run("copy", lmdb, some, "--keys", "calc.energy,info.step", "--rename", "info.step=info.frame")
                .well();
        assertThat(rowsOf(some).get(1)).isEqualTo(Row.of("calc.energy", -7.5, "info.frame", 1));
        run("copy", lmdb, folder.resolve("no.lmdb"), "--keys", "calc.enrgy")
                .refused("\"calc.enrgy\"", "no row of", "calc.energy");
        run("copy", lmdb, folder.resolve("no.lmdb"), "--rename", "x=y").refused("\"x\"", "no row of");
        run("copy", lmdb, folder.resolve("no.lmdb"), "--rename", "info.step=info.label")
                .refused("a row has both keys");
        assertThat(run("info", folder.resolve("no.lmdb")).code()).isEqualTo(2);
    }

    @Test
    @DisplayName("copy reads one group and writes another, and groups lists them")
    void copiesGroups() {
        run("copy", lmdb, lmdb, "--to-group", "train").well();
        run("copy", lmdb + "@:2", lmdb, "--from-group", "train", "--to-group", "test")
                .well();
        assertThat(run("groups", lmdb).well().lines()).contains("train", "test");
        assertThat(run("groups", lmdb, "--json").well().array())
                .isEqualTo(run("groups", lmdb).lines());
        assertThat(run("info", lmdb, "--group", "test", "--json").well().object())
                .containsEntry("rows", 2L);
    }

    @Test
    @DisplayName("copy shows a bar with rate and remaining time to people, and takes it away again")
    void showsProgress() {
        Ran ran = Ran.watched("copy", lmdb, folder.resolve("other.lmdb")).well();
        assertThat(ran.err())
                .contains("copying [", " rows/s, ", " left")
                .contains("\r\u001b[K")
                .endsWith(" s\n");
        assertThat(run("copy", lmdb, folder.resolve("third.lmdb")).well().err()).doesNotContain("\r");
    }

    // info, schema

    @Test
    @DisplayName("info tells rows, columns with types and shapes, groups, size and abilities, also as JSON")
    void informs() {
        Map<String, Object> facts = run("info", lmdb, "--json").well().object();
        assertThat(facts).containsEntry("rows", 3L);
        assertThat(facts)
                .containsEntry(
                        "columns", run("schema", lmdb, "--json").well().object().get("columns"));
        assertThat(Ran.map(facts.get("columns")).get("arrays.positions"))
                .hasToString("{dtype=float64, shape=[null, 3], unit=Å, rows=3}");
        assertThat((long) facts.get("size_on_disk")).isPositive();
        assertThat(facts.get("capabilities").toString()).contains("append", "versions");
        assertThat(run("info", lmdb).well().out())
                .contains("rows      3", "can       be read, append")
                .containsPattern("arrays.positions +float64 +\\(n, 3\\) +Å +3\n")
                .containsPattern("calc.energy +float64 +eV +3\n");
    }

    @Test
    @DisplayName("info of a slice tells about the slice")
    void informsAboutSlices() {
        assertThat(run("info", xyz + "@1:", "--json").well().object()).containsEntry("rows", 2L);
        assertThat(run("info", xyz + "@5:", "--json").well().object()).containsEntry("rows", 0L);
    }

    @Test
    @DisplayName("info looks at a thousand rows, first and last among them, of a store that has more")
    void informsFromASample() {
        Path many = folder.resolve("many.lmdb");
        ObjectIO db = ObjectIO.open(many);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 2500; i++) {
            rows.add(i == 2499 ? Row.of("i", i, "last", true) : Row.of("i", i));
        }
        db.extend(rows).then(db.close()).block();
        Map<String, Object> facts = run("info", many, "--json").well().object();
        assertThat(facts).containsEntry("rows", 2500L).containsEntry("rows_looked_at", 1000L);
        assertThat(facts.get("columns").toString())
                .contains("i={dtype=int64, shape=[], rows=1000}", "last={dtype=bool");
        assertThat(run("schema", many, "--json").object().get("columns").toString())
                .contains("rows=2500");
    }

    // head, cat, column

    @Test
    @DisplayName("head shows a table of formulas and scalars with units, and names what it leaves out")
    void heads() {
        assertThat(run("head", lmdb).well().lines())
                .startsWith(
                        "row  formula  atoms  pbc  calc.energy [eV]  info.label   info.step",
                        "  0  H2O          3  FFF      -2081.123457  water                0",
                        "  1  Cu2          2  TTT              -7.5  copper pair          1",
                        "  2  H            1  FFF      -13.56842218  atom                 2")
                .anyMatch(line -> line.matches("  arrays.positions \\[Å] +float64 \\(3, 3\\)"));
        assertThat(run("head", lmdb, "-n", "1").well().out()).contains("H2O").doesNotContain("Cu2");
    }

    @Test
    @DisplayName("head --json gives whole rows in full precision, and of slices what the slice says")
    void headsAsJson() {
        List<?> rows = run("head", xyz + "@-1:", "--json").well().array();
        assertThat(rows).hasSize(1);
        assertThat(Ran.map(rows.get(0)))
                .containsEntry("calc.energy", -13.568422178253735)
                .containsEntry("arrays.positions", List.of(List.of(0.1, 0.2, 0.30000000000000004)));
        assertThat(run("head", lmdb, "-n0", "--json").well().array()).isEmpty();
        assertThat(run("head", lmdb + "@7:", "--json").well().array()).isEmpty();
    }

    @Test
    @DisplayName("cat writes a line of JSON per row, or an array")
    void cats() {
        List<String> lines = run("cat", lmdb).well().lines();
        assertThat(lines).hasSize(3).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
        assertThat(run("cat", lmdb, "--json").well().array())
                .isEqualTo(run("head", lmdb, "--json").array());
    }

    @Test
    @DisplayName("column gives exactly the file's numbers as an array, or a table with the unit")
    void showsColumns() {
        assertThat(run("column", lmdb, "calc.energy", "--json").well().array())
                .isEqualTo(List.of(-2081.123456789012, -7.5, -13.568422178253735));
        assertThat(run("column", lmdb, "calc.energy").well().lines())
                .containsExactly(
                        "row     calc.energy [eV]",
                        "  0   -2081.123456789012",
                        "  1                 -7.5",
                        "  2  -13.568422178253735");
        assertThat(run("column", lmdb + "@1", "calc.forces", "--json").well().array())
                .isEqualTo(List.of(List.of(List.of(1e-5, 0.0, 0.0), List.of(-1e-5, 0.0, 0.0))));
    }

    @Test
    @DisplayName("column stops at a row without the value, shows null, or skips it, as asked")
    void columnsMayHaveGaps() {
        Path gaps = folder.resolve("gaps.lmdb");
        ObjectIO db = ObjectIO.open(gaps);
        db.extend(List.of(Row.of("a", 1), Row.of("b", 2), Row.of("a", 3)))
                .then(db.close())
                .block();
        run("column", gaps, "a", "--json").refused("no value for a in row 1", "--missing=null");
        assertThat(run("column", gaps, "a", "--json", "--missing", "null")
                        .well()
                        .out())
                .isEqualTo("[\n1,\nnull,\n3\n]\n");
        assertThat(run("column", gaps, "a", "--json", "--missing", "skip")
                        .well()
                        .array())
                .isEqualTo(List.of(1L, 3L));
        assertThat(run("column", gaps, "a", "--missing", "null").well().lines()).contains("  1  -");
        assertThat(run("column", gaps, "a", "--missing", "skip").well().lines())
                .containsExactly("row  a", "  0  1", "  2  3");
        run("column", gaps, "a", "--missing", "often").refused("expected: fail, null or skip");
    }

    // digest, verify

    @Test
    @DisplayName("digest writes one line per row with its position, the same for equal rows on another backend")
    void digests() {
        List<String> lines = run("digest", lmdb).well().lines();
        assertThat(lines).isEqualTo(run("digest", xyz).well().lines()).hasSize(3);
        assertThat(lines.get(2)).isEqualTo(Digest.line(2, rowsOf(xyz).get(2)));
        assertThat(run("digest", lmdb + "@-1").well().lines()).containsExactly(lines.get(2));
        assertThat(run("digest", lmdb, "--json").well().array()).hasSize(3);
    }

    @Test
    @DisplayName("verify is content with a whole store")
    void verifies() {
        assertThat(run("verify", lmdb).well().err()).contains("no problem, 3 rows");
        assertThat(run("verify", lmdb, "--json").well().array()).isEmpty();
        run("verify", lmdb + "@1").refused("whole store");
    }

    // names with an @

    @Test
    @DisplayName("a file whose name has an @ is that file if it exists, and may still be sliced")
    void fileNamesMayHaveAnAt() throws IOException {
        Path literal = folder.resolve("a@1.xyz");
        Files.writeString(literal, FRAMES);
        Path odd = Files.createDirectory(folder.resolve("x@y"));
        Files.copy(xyz, odd.resolve("frames.xyz"));
        Files.copy(xyz, folder.resolve("b.xyz@1"));
        assertThat(run("info", literal, "--json").well().object()).containsEntry("rows", 3L);
        assertThat(run("info", literal + "@1:", "--json").well().object()).containsEntry("rows", 2L);
        assertThat(run("info", odd.resolve("frames.xyz"), "--json").well().object())
                .containsEntry("rows", 3L);
        run("info", folder.resolve("b.xyz@1"))
                .refused("no backend", "b.xyz@1"); // the file that exists, of no suffix we know
    }

    // help and completion

    @Test
    @DisplayName("the completion script names every command")
    void completes() {
        assertThat(run("completion").well().out()).contains("quickstart", "verify", "--to-group");
        assertThat(run("completion", "zsh").well().out()).startsWith("autoload").contains("bashcompinit");
        run("completion", "fish").refused("fish", "bash, zsh");
    }
}
