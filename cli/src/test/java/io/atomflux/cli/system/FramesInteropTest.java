package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.spi.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text files of frames, read and written beside ASE. */
@Tag("live")
class FramesInteropTest {

    private static final Map<String, List<String>> TOLD = new ConcurrentHashMap<>();
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

    /**
     * Returns the lines of a file or store as Python reads it.
     *
     * <p>ASE keeps columns of text as arrays of Python objects, which no store of ours may hold (they would be pickled); we
     * keep them as arrays of text with the same items and shape.
     */
    private static List<String> theirs(Path file) {
        return python.digest(file).stream().map(FramesInteropTest::asText).toList();
    }

    private static String asText(String line) {
        return line.replace("{\"array\": \"O\", \"items\": [", "{\"array\": \"U\", \"items\": [");
    }

    /** Returns the lines of one of the files; asebytes reads large files slowly, so each once. */
    private List<String> told(String name, Path file) {
        return TOLD.computeIfAbsent(name, unread -> theirs(file));
    }

    /** Returns the lines of a file as ASE reads it in one go, which asebytes does frame by frame from the start. */
    private static List<String> asReadByAse(Path file) {
        return python.step(Map.of("op", "ase", "store", file.toString())).digest().stream()
                .map(FramesInteropTest::asText)
                .toList();
    }

    /** Files that ASE reads: those of the data directory, and seeded ones that ASE writes. */
    static Stream<String> files() throws IOException {
        try (Stream<Path> golden = Files.walk(Live.data())) {
            List<String> names = golden.filter(file -> file.toString().endsWith(".xyz"))
                    .map(file -> Live.data().relativize(file).toString())
                    .sorted()
                    .toList();
            return Stream.concat(
                    names.stream(),
                    Stream.iterate(1, seed -> seed + 1).limit(4L * Live.scale()).map(seed -> "seed " + seed));
        }
    }

    private Path file(String name) {
        if (!name.startsWith("seed ")) {
            return Live.data().resolve(name);
        }
        Path file = directory.resolve("ase.extxyz");
        long seed = Long.parseLong(name.substring(5));
        python.step(Map.of("op", "frames", "store", file.toString(), "rows", 40, "seed", seed));
        return file;
    }

    @ParameterizedTest
    @MethodSource("files")
    @DisplayName("frames that ASE reads from a file are read alike by us")
    void framesAreReadAsAseReadsThem(String name) {
        Path file = file(name);
        List<String> theirs = told(name, file);
        Live.assertSame(name, Live.digest(file), theirs);
        assertThat(theirs).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    @DisplayName("frames that we write to a file are read by ASE as we hold them")
    void framesWrittenAreReadByAseAsHeld(String name) {
        Path file = file(name);
        Path written = directory.resolve("written.extxyz");
        ObjectIO held = ObjectIO.open("memory://");
        AtomsIO from = AtomsIO.open(file);
        AtomsIO to = AtomsIO.open(written);
        assumeTrue(to.capabilities().contains(Capability.APPEND), "extxyz cannot be written");
        held.atoms().extend(from.rows()).block();
        to.extend(held.atoms().rows()).block();
        List<String> expected = Live.digest(held);
        Live.assertSame("ours, " + name, Live.digest(written), expected);
        Live.assertSame("ASE's, " + name, asReadByAse(written), expected);
        to.close().block();
        from.close().block();
        held.close().block();
    }

    @ParameterizedTest
    @MethodSource("files")
    @DisplayName("frames copied into LMDB are read by Python as ASE reads them from the file")
    void framesCopiedToLmdbAreReadAlike(String name) {
        Path file = file(name);
        Path store = directory.resolve("copied.lmdb");
        AtomsIO from = AtomsIO.open(file);
        AtomsIO to = AtomsIO.open(store);
        to.extend(from.rows()).block();
        List<String> theirs = told(name, file);
        Live.assertSame("ours, " + name, Live.digest(store), theirs);
        Live.assertSame("Python's, " + name, theirs(store), theirs);
        to.close().block();
        from.close().block();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours.xyz.gz", "ours.extxyz.gz"})
    @DisplayName("compressed frames that we append to are read by ASE, and what ASE compresses is read by us")
    void compressedFramesAreReadAlike(String name) {
        Path theirFile = directory.resolve("theirs-" + name);
        python.step(Map.of("op", "frames", "store", theirFile.toString(), "rows", 40, "seed", 77));
        List<String> theirs = asReadByAse(theirFile);
        Live.assertSame("ASE's, " + name, Live.digest(theirFile), theirs);
        Path ourFile = directory.resolve(name);
        AtomsIO from = AtomsIO.open(theirFile);
        AtomsIO to = AtomsIO.open(ourFile);
        for (int i = 0; i < 40; i += 8) {
            to.extend(from.rows(i, i + 8)).block();
        }
        Live.assertSame("ours, " + name, asReadByAse(ourFile), Live.digest(ourFile));
        assertThat(asReadByAse(ourFile)).hasSameSizeAs(theirs);
        to.extend(AtomsIO.open(ourFile).rows(0, 3)).block();
        to.delete(1).block();
        Live.assertSame("ours, changed, " + name, asReadByAse(ourFile), Live.digest(ourFile));
        to.close().block();
        from.close().block();
    }
}
