package io.atomflux.cli;

import static io.atomflux.cli.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about artifacts, on a real folder. */
class ArtifactsCommandsTest {

    private static final String PDB = "ATOM      1  O   HOH A   1       0.000   0.000   0.000\nEND\n";

    @TempDir
    Path folder;

    private Path store;
    private Path box;

    @BeforeEach
    void fill() throws IOException {
        store = folder.resolve("results");
        box = Files.createDirectories(folder.resolve("box/deeper")).getParent();
        Files.writeString(box.resolve("output.pdb"), PDB);
        Files.writeString(box.resolve("deeper/log.txt"), "done\n");
        assertThat(run("artifacts", "put", store, "water/box", box).well().err())
                .contains("created water/box, generation 1");
        run(
                        "artifacts",
                        "put",
                        store,
                        "water/notes",
                        "--value",
                        "{\"checked\": true, \"temperature\": 298.15}",
                        "--meta",
                        "run=seven")
                .well();
        ArtifactStore open = ArtifactStore.open(store);
        open.put("energies", NdArray.of(new double[] {-1.5, -2.25})).block();
        open.close().block();
    }

    @Test
    @DisplayName("ls lists keys in order, below a prefix, by name, in long form, and as JSON")
    void lists() {
        assertThat(run("artifacts", "ls", store).well().lines())
                .containsExactly("energies", "water/box", "water/notes");
        assertThat(run("artifacts", "ls", store, "water", "--json").well().array())
                .isEqualTo(List.of("water/box", "water/notes"));
        assertThat(run("artifacts", "ls", store, "--names").well().lines()).containsExactly("energies", "water");
        assertThat(run("artifacts", "ls", store, "wat").well().out()).isEmpty();
        assertThat(run("artifacts", "ls", store, "--long").well().lines())
                .hasSize(4)
                .anySatisfy(line -> assertThat(line)
                        .matches("energies +npy +\\d+ B +1  20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d"));
        assertThat(run("artifacts", "ls", store, "--long", "--json").well().array())
                .hasSize(3);
    }

    @Test
    @DisplayName("show tells how an artifact is kept, how it came about, and its files")
    void shows() {
        assertThat(run("artifacts", "show", store, "water/box").well().out())
                .contains("generation  1", "output.pdb", "deeper/log.txt");
        Map<String, Object> told =
                run("artifacts", "show", store, "water/notes", "--json").well().object();
        assertThat(Ran.map(told.get("metadata"))).containsEntry("run", "seven").containsKey("time");
        assertThat(told).containsEntry("key", "water/notes").containsEntry("generation", 1L);
    }

    @Test
    @DisplayName("get prints values, streams a file, and copies files without overwriting any")
    void gets() throws IOException {
        assertThat(run("artifacts", "get", store, "energies").well().out()).isEqualTo("[-1.5,-2.25]\n");
        assertThat(run("artifacts", "get", store, "water/notes").well().object())
                .isEqualTo(Map.of("checked", true, "temperature", 298.15));
        assertThat(run("artifacts", "get", store, "water/box", "--file", "output.pdb")
                        .well()
                        .out())
                .isEqualTo(PDB);
        Path copies = folder.resolve("copies");
        assertThat(run("artifacts", "get", store, "water/box", "--to", copies)
                        .well()
                        .err())
                .contains("copied 2 files, 60 B".replace("60 B", (PDB.length() + 5) + " B"));
        assertThat(copies.resolve("output.pdb")).hasContent(PDB);
        assertThat(copies.resolve("deeper/log.txt")).hasContent("done\n");
        Files.writeString(copies.resolve("output.pdb"), "mine");
        run("artifacts", "get", store, "water/box", "--to", copies, "--file", "output.pdb")
                .refused("output.pdb", "exists already");
        assertThat(copies.resolve("output.pdb")).hasContent("mine");
        run("artifacts", "get", store, "water/box", "--file", "nothing").refused("nothing");
        run("artifacts", "get", store, "steam").refused("no artifact \"steam\"");
        run("artifacts", "get", store, "water/box").refused("water/box is files", "--to FOLDER");
        run("artifacts", "get", store, "energies", "--to", box.resolve("output.pdb/x"))
                .refused("cannot write", "Not a directory");
    }

    @Test
    @DisplayName(
            "put replaces and counts generations, or refuses with --new; bad keys and paths are refused in one line")
    void puts() {
        assertThat(run("artifacts", "put", store, "energies", "--value", "[1, 2]", "--codec", "json", "--json")
                        .well()
                        .object())
                .isEqualTo(Map.of("key", "energies", "action", "replaced", "generation", 2L));
        run("artifacts", "put", store, "energies", "--value", "3", "--new").refused("exists already");
        assertThat(run("artifacts", "get", store, "energies").well().array()).isEqualTo(List.of(1L, 2L));
        run("artifacts", "put", store, "../out", "--value", "1").refused("key");
        run("artifacts", "put", store, "a//b", "--value", "1").refused("key");
        run("artifacts", "put", store, "k", folder.resolve("nothing")).refused("does not exist");
        run("artifacts", "put", store, "k", "--value", "[1").refused("JSON");
        run("artifacts", "put", store, "k", "--value", "1", "--codec", "pickle").refused("pickle");
        run("artifacts", "put", store, "k", box, "--codec", "npy").refused("--codec npy with a path");
    }

    @Test
    @DisplayName("query finds by codec, metadata, numbers between two, and wildcards")
    void queries() {
        assertThat(run("artifacts", "query", store, "--where", "codec=npy", "--keys")
                        .well()
                        .lines())
                .containsExactly("energies");
        assertThat(run("artifacts", "query", store, "water", "--where", "run=s*n", "--keys")
                        .well()
                        .lines())
                .containsExactly("water/notes");
        assertThat(run("artifacts", "query", store, "--where", "key=*o*", "--where", "generation=1..1", "--json")
                        .well()
                        .array())
                .hasSize(2);
        assertThat(run("artifacts", "query", store, "--where", "generation=2..9")
                        .well()
                        .err())
                .contains("found 0 artifacts");
        run("artifacts", "query", store, "--where", "codec").refused("FIELD=VALUE");
        assertThat(run("artifacts", "query", store, "water/box", "--where", "codec=f*", "--keys")
                        .well()
                        .lines())
                .containsExactly("water/box");
        assertThat(run("artifacts", "query", store, "wat", "--where", "codec=f*", "--keys")
                        .well()
                        .lines())
                .isEmpty();
        assertThat(run("artifacts", "query", store, "--where", "key=water/*", "--where", "run=s*n", "--keys")
                        .well()
                        .lines())
                .containsExactly("water/notes");
    }

    @Test
    @DisplayName("verify names a file that was changed, and exits with 1; gc keeps what artifacts name")
    void verifies() throws IOException {
        run("artifacts", "verify", store).well();
        assertThat(run("artifacts", "gc", store, "--json").well().object()).containsEntry("sets", 0L);
        Files.walkFileTree(store, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (file.getFileName().toString().equals("output.pdb")) {
                    file.toFile().setWritable(true);
                    Files.writeString(file, PDB.replace("HOH", "HEH"), StandardCharsets.UTF_8);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        Ran found = run("artifacts", "verify", store, "--json");
        assertThat(found.code()).isEqualTo(1);
        assertThat(found.array())
                .hasSize(1)
                .first()
                .satisfies(problem -> assertThat(Ran.map(problem))
                        .containsEntry("key", "water/box")
                        .containsEntry("file", "output.pdb"));
        run("artifacts", "get", store, "water/box", "--to", folder.resolve("bad"))
                .refused("output.pdb");
        assertThat(folder.resolve("bad/output.pdb")).doesNotExist();
    }

    @Test
    @DisplayName("reading and cleaning where there is no store is an error that makes nothing")
    void nothingThere() {
        Path missing = folder.resolve("missing");
        for (String command : List.of("ls", "verify", "gc")) {
            run("artifacts", command, missing).refused("missing");
        }
        assertThat(missing).doesNotExist();
    }
}
