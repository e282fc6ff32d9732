package io.atomflux.cli;

import static io.atomflux.cli.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.BlobIO;
import io.atomflux.ObjectIO;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users get wrong, and what is wrong with files: one line that says what, where and what to do; exit code 2. */
class FailuresTest {

    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Path lmdb(String name) {
        Path place = folder.resolve(name);
        ObjectIO db = ObjectIO.open(place);
        db.extend(List.of(Row.of("a", 1), Row.of("a", 2))).then(db.close()).block();
        return place;
    }

    private Path lmdbWithCell(String name, String hex) {
        Path place = lmdb(name);
        BlobIO db = BlobIO.open(place);
        db.append(BlobRow.of(
                        Map.of(Bytes.ofText("info.x"), Bytes.wrap(HexFormat.of().parseHex(hex)))))
                .then(db.close())
                .block();
        return place;
    }

    @Test
    @DisplayName("a missing file is named, and nothing is made in its place")
    void missingFile() {
        for (String name : List.of("no.xyz", "no.lmdb")) {
            Path missing = folder.resolve(name);
            run("info", missing).refused(name, "does not exist");
            run("copy", missing, folder.resolve("to.lmdb")).refused(name, "does not exist");
            assertThat(missing).doesNotExist();
            assertThat(folder.resolve("to.lmdb")).doesNotExist();
        }
    }

    @Test
    @DisplayName("an error of the JVM or the class path is a failure, not something found wrong in the store")
    void jvmError() {
        boolean[] thrown = {false};
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) {
                if (!thrown[0]) {
                    thrown[0] = true;
                    throw new NoClassDefFoundError("io/example/Missing");
                }
            }
        };
        StringWriter err = new StringWriter();
        int code = Cli.run(
                new Console(broken, new PrintWriter(err), false),
                "groups",
                lmdb("a.lmdb").toString());
        assertThat(code).as(err.toString()).isEqualTo(2);
        assertThat(err.toString()).startsWith("atomflux: ").contains("io/example/Missing");
    }

    @Test
    @DisplayName("an unknown scheme or suffix is answered with those that are known")
    void unknownKind() throws IOException {
        run("info", "gopher://host/x").refused("gopher://host/x", "found: ", ".lmdb", "memory://");
        run("info", file("a.csv", "1,2")).refused("a.csv", ".extxyz");
        run("copy", lmdb("a.lmdb"), folder.resolve("b.unknown")).refused("b.unknown");
    }

    @Test
    @DisplayName("a truncated frame is told with its file and what is missing")
    void truncatedFrame() throws IOException {
        Path file = file("cut.xyz", "3\n\nO 0 0 0\nH 0 0 1\n");
        run("column", file, "arrays.numbers").refused("cut.xyz", "3");
        run("copy", file, folder.resolve("to.lmdb")).refused("cut.xyz");
    }

    @Test
    @DisplayName("a count of atoms that is no number, or does not fit, is told with file and place")
    void wrongCount() throws IOException {
        run("head", file("count.xyz", "two\n\nH 0 0 0\n")).refused("count.xyz", "two");
        run("head", file("less.xyz", "1\n\nH 0 0 0\nH 0 0 1\n1\n\nH 0 0 0\n")).refused("less.xyz");
    }

    @Test
    @DisplayName("rows that are not there, and slices that are none, are told with what would be right")
    void outOfRange() {
        Path two = lmdb("two.lmdb");
        run("head", two + "@7").refused("7", "size 2", "two.lmdb");
        run("column", two + "@-3", "a").refused("-3", "size 2");
        run("head", two + "@1:2:3:4").refused("1:2:3:4", "start:stop:step");
        run("head", two + "@::0").refused("step", "0");
        run("head", two + "@last").refused("last", "a number or start:stop:step");
        run("head", two, "-n", "-1").refused("-n", "0 or more");
        run("head", two, "-n", "ten").refused("ten", "head --help");
        run("head", two + "@99999999999999999999").refused("99999999999999999999");
    }

    @Test
    @DisplayName("a pickled array is refused with row and key, and verify finds it")
    void pickledArray() {
        Path place = lmdbWithCell("pickled.lmdb", "84c4026e64c3c40474797065a27c4fc4046b696e64c4014fc40464617461c40180");
        run("cat", place).refused("pickled.lmdb", "row 2", "info.x", "pickle");
        run("copy", place, folder.resolve("copied.lmdb")).refused("pickled.lmdb", "row 2", "info.x", "pickle");
        Ran verified = run("verify", place);
        assertThat(verified.code()).isEqualTo(1);
        assertThat(verified.out()).contains("info.x");
        assertThat(verified.err()).contains("1 problem, 3 rows");
    }

    @Test
    @DisplayName("a value whose bytes do not decode is told with row and key; others can be read, and verify finds it")
    void corruptValue() {
        Path place = lmdbWithCell("corrupt.lmdb", "c1");
        run("head", place, "--json").refused("corrupt.lmdb", "row 2", "info.x");
        run("head", place).refused("row 2", "info.x");
        assertThat(run("head", place + "@:2", "--json").well().array()).hasSize(2);
        assertThat(run("verify", place, "--json").code()).isEqualTo(1);
        run("copy", place, folder.resolve("copied.example.jsonl")).refused("corrupt.lmdb", "row 2", "info.x");
        run("copy", place, folder.resolve("copied.lmdb")).refused("corrupt.lmdb", "row 2", "info.x");
        run("copy", lmdb("numbers.lmdb"), folder.resolve("copied.extxyz")).refused("copied.extxyz", "arrays.numbers");
    }

    @Test
    @DisplayName("verify tells what cannot even be opened as a finding, without sending to verify")
    void verifiesWhatDoesNotOpen() throws IOException {
        Path torn = Files.writeString(folder.resolve("torn.xyz"), "3\nProperties=species:S:1:pos:R:3\nH 0 0 0\nH 0 0");
        Path place = Files.createDirectories(folder.resolve("junk.lmdb/default"));
        Files.writeString(place.resolve("data.mdb"), "this is no database, whatever its name may say".repeat(300));
        for (Path damaged : List.of(torn, folder.resolve("junk.lmdb"))) {
            Ran verified = run("verify", damaged);
            assertThat(verified.code()).as(damaged.toString()).isEqualTo(1);
            assertThat(verified.out())
                    .contains("corrupt data in", damaged.getFileName().toString())
                    .doesNotContain("atomflux verify");
            assertThat(verified.err()).contains("problem").doesNotContain("row");
        }
        run("verify", folder.resolve("none.lmdb")).refused("none.lmdb", "does not exist");
    }

    @Test
    @DisplayName("a file that is no LMDB store is told")
    void noStore() throws IOException {
        Path place = Files.createDirectories(folder.resolve("none.lmdb/default"));
        Files.writeString(place.resolve("data.mdb"), "this is no database, whatever its name may say".repeat(300));
        run("info", folder.resolve("none.lmdb")).refused("none.lmdb");
    }

    @Test
    @DisplayName("a group name that leads elsewhere is refused")
    void illegalGroup() {
        Path place = lmdb("g.lmdb");
        run("info", place, "--group", "../outside").refused("../outside", "group");
        run("copy", place, place, "--to-group", "a/b").refused("a/b", "group");
        run("info", place, "--group", "").refused("group");
        run("info", place, "--group", "missing").refused("missing");
    }

    @Test
    @DisplayName("wrong options, arguments and commands are answered with the nearest right ones")
    void wrongUsage() {
        run("head", "x.lmdb", "--jsn").refused("--jsn", "--json", "atomflux head --help");
        run("hed", "x.lmdb").refused("hed", "head");
        run("copy", "x.lmdb").refused("TO", "atomflux copy --help");
        run("head").refused("STORE");
        run("info", "a.lmdb", "b.lmdb").refused("b.lmdb");
        run("info", "x.lmdb?colour=red").refused("colour", "unknown");
        run("info", "").refused("location");
    }

    @Test
    @DisplayName("a second opening of a place with other options is refused")
    void otherOptions() {
        Path place = lmdb("o.lmdb");
        run("copy", place + "?map_size=64M", place + "?map_size=128M", "--append")
                .refused("o.lmdb");
    }

    @Test
    @DisplayName("--stacktrace shows where the error arose, before the one line")
    void stacktrace() {
        Ran ran = run("info", folder.resolve("no.lmdb"), "--stacktrace");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("StoreNotFoundException", "\tat ").contains("\natomflux: ");
    }

    @Test
    @DisplayName("a reader of our output that goes away ends the command quietly; a full disk does not")
    void brokenPipe() {
        Path place = lmdb("p.lmdb");
        assertThat(intoFailing(place, "Broken pipe")).isEqualTo(new Ran(0, "", ""));
        Ran full = intoFailing(place, "No space left on device");
        assertThat(full.code()).isEqualTo(2);
        assertThat(full.err()).isEqualTo("atomflux: cannot write to standard output: No space left on device\n");
    }

    private static Ran intoFailing(Path place, String problem) {
        StringWriter err = new StringWriter();
        OutputStream failing = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(problem);
            }
        };
        int code = Cli.run(new Console(failing, new PrintWriter(err), false), "cat", place.toString());
        return new Ran(code, "", err.toString());
    }
}
