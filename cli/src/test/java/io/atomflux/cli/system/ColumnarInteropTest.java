package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.codec.Json;
import io.atomflux.value.NdArray;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columnar files between us and asebytes, h5py, zarr-python, znh5md and zarrita. */
@Tag("live")
class ColumnarInteropTest {

    private static final String PER_ATOM = "arrays.positions";
    private static final String PER_FRAME = "calc.energy";
    private static final int STEP = 40;

    @TempDir
    Path directory;

    private Path script;

    @BeforeEach
    void putScript() throws IOException {
        script = Live.script("columnar.py", directory);
    }

    private List<String> python(Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Live.python(), script.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return Live.lines(command);
    }

    private static List<String> theirs(Path store) throws IOException, InterruptedException {
        return Live.peer("digest", store.toString());
    }

    /** Returns frames that asebytes wrote, as we read them from LMDB. */
    private List<Atoms> frames(int seed, int count) throws IOException, InterruptedException {
        Path lmdb = directory.resolve("frames-" + seed + ".lmdb");
        python("write", lmdb, seed, count);
        AtomsIO db = AtomsIO.open(lmdb);
        List<Atoms> frames = Objects.requireNonNull(db.rows().collectList().block());
        db.close().block();
        return frames;
    }

    private static void append(Path store, List<Atoms> frames) {
        AtomsIO db = AtomsIO.open(store);
        db.extend(frames).block();
        db.close().block();
    }

    @ParameterizedTest
    @ValueSource(strings = {".zarr", ".zarrp", ".h5", ".h5p", ".h5md"})
    @DisplayName("frames that asebytes wrote are read alike by us, and ours by asebytes; also frames with constraints")
    void bothReadAlike(String suffix) throws Exception {
        Path source = directory.resolve("frames.lmdb");
        Live.peer("frames", source.toString(), "--kind", "molecule", "--count", "" + STEP);
        Path written = directory.resolve("python" + suffix);
        Live.peer("copy", source.toString(), written.toString());
        Live.assertSame("Python's " + suffix, Live.digest(written), theirs(written));
        Path ours = directory.resolve("ours" + suffix);
        AtomsIO from = AtomsIO.open(source);
        append(ours, Objects.requireNonNull(from.rows().collectList().block()));
        from.close().block();
        List<String> expected = Live.digest(source);
        Live.assertSame("ours, read by us, " + suffix, Live.digest(ours), expected);
        Live.assertSame("ours, read by Python, " + suffix, theirs(ours), expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {".zarr", ".zarrp", ".h5", ".h5p", ".h5md"})
    @DisplayName("frames of many sizes appended by either side, one at a time, are read alike by both")
    void eitherSideAppends(String suffix) throws Exception {
        Path store = directory.resolve("shared" + suffix);
        boolean begin = suffix.length() % 2 == 0;
        for (int turn = 0; turn < 4 * Live.scale(); turn++) {
            if ((turn % 2 == 0) == begin) {
                python("write", store, 100 + turn, 7);
            } else {
                append(store, frames(100 + turn, 7));
            }
            List<String> seen = theirs(store);
            assertThat(seen).hasSize(7 * (turn + 1));
            Live.assertSame("after turn " + turn + " on " + suffix, Live.digest(store), seen);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".zarr", ".zarrp", ".h5", ".h5p", ".h5md"})
    @DisplayName("what we changed in place, inserted and deleted in a file of asebytes is read by it as by us")
    void pythonReadsWhatWeChanged(String suffix) throws Exception {
        Path store = directory.resolve("changed" + suffix);
        python("write", store, 5, 30);
        ObjectIO db = ObjectIO.open(store);
        db.column(PER_FRAME).rows(3, 6).set(List.of(1.0, 2.0, 3.0)).block();
        db.delete(10).block();
        db.insert(0, Objects.requireNonNull(db.get(7).block())).block();
        db.set(29, Objects.requireNonNull(db.get(2).block())).block();
        db.drop("info.step").block();
        db.close().block();
        Live.assertSame("changed " + suffix, Live.digest(store), theirs(store));
    }

    @ParameterizedTest
    @ValueSource(strings = {".zarr", ".h5"})
    @DisplayName("h5py, zarr-python and zarrita read from the arrays what we read from the rows")
    void arraysAreWhatRowsAre(String suffix) throws Exception {
        Path store = directory.resolve("arrays" + suffix);
        append(store, frames(9, 500));
        List<Map<String, Object>> told = told(python("arrays", store, "default"));
        assertArrays(store, told);
        if (suffix.equals(".zarr")) {
            Path modules = Path.of(Live.property("atomflux.zarrita"));
            List<String> names =
                    told.stream().map(array -> (String) array.get("array")).toList();
            List<String> command = new ArrayList<>(List.of(
                    Live.property("atomflux.node"),
                    Live.script("arrays.mjs", modules).toString(),
                    store.resolve("default").toString()));
            command.addAll(names);
            List<Map<String, Object>> zarrita = told(Live.lines(command));
            assertThat(zarrita).hasSameSizeAs(told);
            for (int i = 0; i < told.size(); i++) {
                Map<String, Object> expected = new TreeMap<>(told.get(i));
                expected.remove("dtype");
                assertThat(new TreeMap<>(zarrita.get(i))).isEqualTo(expected);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> told(List<String> lines) {
        return lines.stream()
                .map(line -> (Map<String, Object>) Objects.requireNonNull(Json.read(line)))
                .toList();
    }

    private static void assertArrays(Path store, List<Map<String, Object>> told) throws NoSuchAlgorithmException {
        Map<String, Object> hashes = new TreeMap<>();
        told.forEach(array -> hashes.put((String) array.get("array"), array.get("sha256")));
        ObjectIO db = ObjectIO.open(store);
        NdArray positions =
                Objects.requireNonNull(db.column(PER_ATOM).toRagged().block()).values();
        NdArray energies = Objects.requireNonNull(db.column(PER_FRAME).toArray().block());
        NdArray cells = Objects.requireNonNull(db.column("cell").toArray().block());
        db.close().block();
        assertThat(hashes)
                .containsEntry(PER_ATOM, sha256(positions))
                .containsEntry(PER_FRAME, sha256(energies))
                .containsEntry("cell", sha256(cells));
    }

    private static String sha256(NdArray array) throws NoSuchAlgorithmException {
        ByteBuffer bytes = array.asBuffer();
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(bytes);
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    @DisplayName("H5MD files go both ways between us, asebytes and znh5md, also after each has appended")
    void znh5md() throws Exception {
        Path theirs = directory.resolve("znh5md.h5md");
        python("znh5md-write", theirs, 21, 30);
        Path copy = directory.resolve("copy.h5md");
        AtomsIO from = AtomsIO.open(theirs);
        append(copy, Objects.requireNonNull(from.rows().collectList().block()));
        from.close().block();
        assertThat(python("znh5md-read", copy)).isEqualTo(python("znh5md-read", theirs));
        assertThat(python("ase-read", copy)).isEqualTo(python("ase-read", theirs));
        append(theirs, frames(22, 10));
        List<String> longer = python("znh5md-read", theirs);
        assertThat(longer).hasSize(40);
        assertThat(python("ase-read", theirs)).isEqualTo(longer);
        python("znh5md-write", theirs, 23, 5);
        assertThat(python("znh5md-read", theirs)).hasSize(45).startsWith(longer.toArray(String[]::new));
        assertThat(Live.digest(theirs)).hasSize(45);
    }

    @ParameterizedTest
    @ValueSource(strings = {".zarr", ".zarrp", ".h5", ".h5md"})
    @DisplayName("what a killed Python writer left is found, and mended without touching what was whole")
    void mendsAfterKilledPython(String suffix) throws Exception {
        for (int seed = 1; seed <= 3 * Live.scale(); seed++) {
            Path store = directory.resolve("killed-" + seed + suffix);
            python("write", store, 1000 * seed, 20);
            List<String> before = Live.digest(store);
            Process writer = new ProcessBuilder(
                            Live.python(), script.toString(), "write-slowly", store.toString(), "" + (1000 * seed + 1))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
                for (int i = 0; i < 2 + seed; i++) {
                    assertThat(lines.readLine()).isNotNull();
                }
                writer.destroyForcibly().waitFor();
            }
            ObjectIO db = ObjectIO.open(store);
            List<String> found = db.verify()
                    .collectList()
                    .onErrorResume(e -> reactor.core.publisher.Mono.just(List.of(String.valueOf(e.getMessage()))))
                    .block();
            boolean opens = !found.stream().anyMatch(problem -> problem.contains("cannot be opened"));
            if (suffix.startsWith(".zarr") || opens) {
                db.repair().collectList().block();
                assertThat(db.verify().collectList().block())
                        .as("after mending %s", found)
                        .isEmpty();
                List<String> after = Live.digest(store);
                assertThat(after.subList(0, before.size())).isEqualTo(before);
                db.close().block();
                python("write", store, 7, 3);
                Live.assertSame("mended " + suffix, Live.digest(store), theirs(store));
                assertThat(Live.digest(store).subList(0, before.size())).isEqualTo(before);
            } else {
                db.close().block(); // libhdf5 itself could not open it any more
            }
        }
    }

    @Test
    @DisplayName("a file that h5py has open for writing is busy, and read when it is closed")
    void waitsForH5py() throws Exception {
        Path store = directory.resolve("locked.h5");
        append(store, frames(31, 5));
        Process holder = new ProcessBuilder(
                        Live.python(),
                        "-c",
                        "import h5py,sys; f=h5py.File(sys.argv[1],'r+'); print('open',flush=True); sys.stdin.read(); f.close()",
                        store.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = holder.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("open");
            ObjectIO impatient = ObjectIO.open(store + "?lock_timeout_ms=300");
            assertThat(impatient
                            .size()
                            .map(size -> "read")
                            .onErrorResume(e -> reactor.core.publisher.Mono.just(
                                    e.getClass().getSimpleName()))
                            .block())
                    .isEqualTo("StoreBusyException");
            impatient.close().block();
            ObjectIO patient = ObjectIO.open(store);
            var size = patient.size().toFuture();
            holder.getOutputStream().close();
            assertThat(size.get()).isEqualTo(5);
            patient.close().block();
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    @DisplayName("files are at most 5 % larger than those asebytes writes at the same settings")
    void sizes() throws Exception {
        Path source = directory.resolve("many.lmdb");
        Live.peer("frames", source.toString(), "--kind", "crystal", "--count", "1000");
        AtomsIO from = AtomsIO.open(source);
        for (String suffix : List.of(".zarr", ".zarrp", ".h5", ".h5p", ".h5md")) {
            Path python = directory.resolve("size-python" + suffix);
            Live.peer("copy", source.toString(), python.toString());
            Path ours = directory.resolve("size-ours" + suffix);
            AtomsIO to = AtomsIO.open(ours);
            to.extend(from.rows()).block();
            to.close().block();
            assertThat(bytes(ours)).as(suffix).isLessThanOrEqualTo(bytes(python) * 105 / 100);
        }
        from.close().block();
    }

    private static long bytes(Path path) throws IOException {
        try (var files = Files.walk(path)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
