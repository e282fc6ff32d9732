package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores larger than the memory of the process that reads or copies them. */
class StreamsTest {

    private static final int ATOMS = 3;

    @TempDir
    Path directory;

    private static String run(String heap, String... arguments) throws Exception {
        ChildJvm.Ended ended =
                new ChildJvm("-Xmx" + heap, "-XX:+ExitOnOutOfMemoryError").run(StreamChild.class, arguments);
        assertThat(ended.exit())
                .as("exit of %s: %s", String.join(" ", arguments), ended.error())
                .isZero();
        return ended.out().strip();
    }

    private String filled(String name, int rows, int atoms) throws Exception {
        String store = directory.resolve(name).toString();
        assertThat(run("256m", "fill", store, "" + rows, "" + atoms)).isEqualTo("rows " + rows);
        return store;
    }

    @Test
    @DisplayName("a store larger than the heap streams to a slow subscriber")
    void streamsMoreThanFits() throws Exception {
        String store = filled("large.lmdb", 60_000, ATOMS);
        assertThat(run("24m", "slow", store)).isEqualTo("rows 60000 numbers " + 60_000 * ATOMS * 3);
        assertThat(run("48m", "many", store, "100", "100")).isEqualTo("open 100 true\nread 100 times 100");
    }

    @Test
    @Tag("proof")
    @DisplayName("a million structures stream to a slow subscriber in 64 MB, and to a thousand at once in 256 MB")
    void streamsAMillion() throws Exception {
        String store = filled("million.lmdb", 1_000_000, ATOMS);
        assertThat(run("64m", "slow", store)).isEqualTo("rows 1000000 numbers " + 1_000_000 * ATOMS * 3);
        assertThat(run("256m", "many", store, "1000", "200")).isEqualTo("open 1000 true\nread 1000 times 200");
    }

    @Test
    @DisplayName("a file of frames larger than the heap is copied")
    void copiesMoreThanFits() throws Exception {
        copies("40m", 50, 20_000);
    }

    @Test
    @Tag("proof")
    @DisplayName("a file of frames of more than 300 MB is copied in 64 MB, to a file and to LMDB and back")
    void copiesManyTimesMoreThanFits() throws Exception {
        copies("64m", 6_000, 1000);
    }

    @Test
    @Tag("proof")
    @DisplayName("a file of large frames, of more than 300 MB, is copied in 64 MB")
    void copiesLargeFrames() throws Exception {
        copies("64m", 400, 20_000);
    }

    @Test
    @Tag("live")
    @DisplayName("a gigabyte of frames is converted to Zarr and to HDF5 in 256 MB")
    void convertsAGigabyte() throws Exception {
        converts(320_000, ".zarr", ".h5");
    }

    @Test
    @Tag("proof")
    @DisplayName("ten gigabytes of frames are converted to Zarr, to HDF5 and to H5MD in 256 MB")
    void convertsTenGigabytes() throws Exception {
        converts(3_200_000, ".zarr", ".h5", ".h5md");
    }

    /** Frames of 100 atoms, 3.3 kB each; what was read is removed, so that two files are there at a time. */
    private void converts(int frames, String... suffixes) throws Exception {
        String from = filled("frames.lmdb", frames, 100);
        for (String suffix : suffixes) {
            String to = directory.resolve("frames" + suffix).toString();
            assertThat(run("256m", "copy", from, to)).isEqualTo("rows " + frames);
            assertThat(run("256m", "slow", to)).isEqualTo("rows " + frames + " numbers " + frames * 300L);
            run("256m", "remove", from);
            from = to;
        }
    }

    private void copies(String heap, int frames, int atoms) throws Exception {
        String source = filled("source.extxyz", frames, atoms);
        long limit = Long.parseLong(heap.replace("m", "")) << 20;
        assertThat(Files.size(Path.of(source))).isGreaterThan(limit);
        String store = directory.resolve("copy.lmdb").toString();
        String back = directory.resolve("back.extxyz").toString();
        assertThat(run(heap, "copy", source, store)).isEqualTo("rows " + frames);
        assertThat(run(heap, "copy", store, back)).isEqualTo("rows " + frames);
        Live.assertSame("the way back", Live.digest(Path.of(back)), Live.digest(Path.of(source)));
        String again = directory.resolve("again.extxyz").toString();
        assertThat(run(heap, "copy", source, again)).isEqualTo("rows " + frames);
        assertThat(Files.mismatch(Path.of(source), Path.of(again))).isEqualTo(-1);
    }
}
