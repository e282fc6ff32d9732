package io.atomflux.cli;

import static io.atomflux.cli.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.BlobIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.BlobRow;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Patterns of file names over all kinds of files, in programs and on the command line. */
class PatternsTest {

    @TempDir
    Path folder;

    private static Row row(long i) {
        return Row.of(Map.of(
                "arrays.numbers",
                NdArray.of(new long[] {1}),
                "arrays.positions",
                NdArray.of(new double[] {i, 0, 0}, 1, 3),
                "cell",
                NdArray.of(new double[9], 3, 3),
                "pbc",
                NdArray.of(new boolean[3]),
                "info.i",
                i));
    }

    private void write(String name, int from, int to) {
        write(name, OpenOptions.none(), from, to);
    }

    private void write(String name, OpenOptions options, int from, int to) {
        ObjectIO store = ObjectIO.open(folder.resolve(name), options);
        store.extend(IntStream.range(from, to).mapToObj(PatternsTest::row).toList())
                .block();
        store.close().block();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private static List<Long> numbers(ObjectIO store) {
        return store.rows().column("info.i", Long.class).collectList().block();
    }

    @Test
    @DisplayName(
            "text, compressed text, LMDB, Zarr and HDF5 are one store by a pattern, whatever kind of rows each keeps")
    void mixesAllKinds() {
        write("mix/a.xyz", 0, 2);
        write("mix/b.lmdb", 2, 5);
        write("mix/c.zarr", 5, 7);
        write("mix/d.extxyz.gz", 7, 8);
        write("mix/e.h5", 8, 10);
        ObjectIO objects = ObjectIO.open(folder + "/mix/*.{xyz,extxyz.gz,lmdb,zarr,h5}");
        assertThat(objects.size().block()).isEqualTo(10);
        assertThat(numbers(objects)).isEqualTo(range(0, 10));
        assertThat(LongStream.range(0, 10)
                        .mapToObj(i -> objects.get(i - 10).block().get("info.i"))
                        .toList())
                .isEqualTo(range(0, 10));
        AtomsIO atoms = AtomsIO.open(folder + "/mix/*");
        assertThat(atoms.rows()
                        .map(Atoms::info)
                        .map(info -> info.get("i"))
                        .collectList()
                        .block())
                .isEqualTo(List.copyOf(range(0, 10)));
        BlobIO blobs = BlobIO.open(folder + "/mix/*");
        assertThat(blobs.rows().count().block()).isEqualTo(10);
        ObjectIO memory = ObjectIO.open("memory://");
        memory.append(row(10)).block();
        ObjectIO all = ObjectIO.concat(objects, memory, objects);
        assertThat(numbers(all).subList(5, 15)).containsExactly(5L, 6L, 7L, 8L, 9L, 10L, 0L, 1L, 2L, 3L);
        memory.append(Row.of("info.other", 1)).block();
        assertThatThrownBy(
                        () -> all.rowsAt(0, 11).column("info.i").collectList().block())
                .isInstanceOf(MissingValueException.class)
                .hasMessageContaining("row 1 of memory");
        assertThatThrownBy(() -> all.rows("11:12").drop("info.i").block()).isInstanceOf(ReadOnlyStoreException.class);
        assertThat(all.verify().collectList().block()).isEmpty();
        assertThat(all.etag().block()).isNotNull();
        all.close().block();
        atoms.close().block();
        blobs.close().block();
    }

    @Test
    @DisplayName("raw bytes of LMDB files pass as they are stored; a group is asked of the files that have groups")
    void passesRawBytesAndGroups() {
        write("a.lmdb", OpenOptions.ofGroup("train"), 0, 2);
        write("b.lmdb", OpenOptions.ofGroup("train"), 2, 3);
        write("c.xyz", 3, 4);
        BlobIO one = BlobIO.open(folder.resolve("a.lmdb"), OpenOptions.ofGroup("train"));
        BlobIO both = BlobIO.open(folder + "/?.lmdb?group=train");
        BlobRow stored = one.get(1).block();
        assertThat(both.get(1).block()).isEqualTo(stored);
        assertThat(both.groups().collectList().block()).containsExactly("train");
        ObjectIO mixed = ObjectIO.open(folder + "/?.{lmdb,xyz}?group=train");
        assertThat(numbers(mixed)).isEqualTo(range(0, 4));
        one.close().block();
        both.close().block();
        mixed.close().block();
    }

    @Test
    @DisplayName("commands take patterns, with rows behind an @ and options behind a question mark")
    void commandsTakePatterns() throws IOException {
        for (int run = 1; run <= 3; run++) {
            Files.createDirectory(folder.resolve("run" + run));
            write("run" + run + "/md.xyz", 10 * run, 10 * run + 4);
        }
        String pattern = folder + "/run?/md.xyz";
        assertThat(run("column", pattern + "@-1", "info.i").well().out()).contains("33");
        assertThat(run("column", pattern + "?readonly=true@3:5", "info.i")
                        .well()
                        .out())
                .contains("13", "20")
                .doesNotContain("21");
        assertThat(run("info", pattern, "--json").well().object()).containsEntry("rows", 12L);
        run("head", pattern).well();
        run("schema", pattern).well();
        run("digest", pattern).well();
        run("groups", pattern).well();
        assertThat(run("verify", pattern).well().err()).contains("no problem, 12 rows in " + pattern);
        Path all = folder.resolve("all.lmdb");
        run("copy", pattern + "@::2", all).well();
        ObjectIO copied = ObjectIO.open(all);
        assertThat(numbers(copied)).containsExactly(10L, 12L, 20L, 22L, 30L, 32L);
        copied.close().block();
        run("copy", all, folder + "/out*.xyz").refused("out*.xyz", "pattern", "one store to write");
        run("verify", pattern, "--repair").refused("read-only");
        run("head", folder + "/none?/*.xyz").refused("none?/*.xyz", "fits this pattern");
        run("head", folder + "/[z-a].xyz").refused("backwards");
    }

    @Test
    @DisplayName("a file whose own name looks like a pattern is written and read as it is")
    void writesFilesThatLookLikePatterns() {
        write("a[1].xyz", 0, 1);
        Path from = folder.resolve("b.xyz");
        write("b.xyz", 1, 3);
        run("copy", from, folder + "/a[1].xyz", "--append").well();
        assertThat(run("info", folder + "/a[1].xyz", "--json").well().object()).containsEntry("rows", 3L);
    }
}
