package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("HDF5 without natives")
class JhdfTreeTest {

    private static final long MOST = 1 << 24;

    private static Tree tree(String golden) throws IOException {
        return new JhdfTree(new OneFile(Goldens.file(golden)), golden + ".h5", MOST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new", "indexes", "userblock"})
    @DisplayName("reads every group, attribute and array as h5py does")
    void readsWhatH5pyReads(String golden) throws IOException {
        Tree tree = tree(golden);
        SoftAssertions all = new SoftAssertions();
        for (String line : Goldens.lines(golden)) {
            try {
                all.assertThat(Goldens.asRead(tree, line)).isEqualTo(line);
            } catch (RuntimeException e) {
                all.fail(line, e);
            }
        }
        all.assertAll();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "extensible_sparse",
                "extensible_second",
                "fixed_second",
                "compound",
                "ref",
                "vlen_numbers",
                "null",
                "subarray",
                "scaleoffset"
            })
    @DisplayName("refuses what it would read wrongly, or not at all")
    void refusesWhatItCannotRead(String name) throws IOException {
        Tree tree = tree("refused");
        assertThatExceptionOfType(UnsupportedDataException.class).isThrownBy(() -> {
            ArrayInfo array = tree.array(name).orElseThrow();
            tree.chunk(array, Shape.of(new long[array.shape().rank()]));
        });
        assertThat(tree.names("")).contains(name);
    }

    @Test
    @DisplayName("refuses types as HDF5 1.12 and later describe them if asked to, and reads what lies beside them")
    void refusesNewerTypes() throws IOException {
        Tree tree = tree("latest");
        assertThat(tree.names("")).containsExactly("bool", "f8", "g");
        assertThat(tree.array("f8").orElseThrow().shape()).isEqualTo(Shape.of(7, 3));
        assertThat(tree.attributes("")).containsEntry("n", 3L);
        assertThatExceptionOfType(UnsupportedDataException.class)
                .isThrownBy(() -> tree.array("bool"))
                .withMessageContaining("datatype version");
        assertThatExceptionOfType(UnsupportedDataException.class).isThrownBy(() -> tree.attributes("g"));
    }

    @Test
    @DisplayName("tells what an enumeration's numbers stand for, and what chunks went through")
    void tellsLabelsAndCodecs() throws IOException {
        Tree tree = tree("old");
        assertThat(tree.array("types/enum").orElseThrow().labels()).isEqualTo(Map.of(1L, "RED", -5L, "BLUE"));
        assertThat(tree.array("types/bool").orElseThrow().labels()).isEmpty();
        assertThat(tree.array("layouts/shuffle_gzip").orElseThrow().codecs()).containsExactly("shuffle", "gzip(4)");
        assertThat(tree.array("links/up/lzf").orElseThrow().codecs()).containsExactly("lzf");
        assertThat(tree.storedBytes(tree.array("layouts/contiguous").orElseThrow()))
                .isEqualTo(7 * 3 * 8);
        assertThat(tree.storedBytes(tree.array("layouts/gzip").orElseThrow())).isBetween(50L, 400L);
        assertThat(tree.storedBytes(tree.array("layouts/never_written").orElseThrow()))
                .isZero();
    }

    @Test
    @DisplayName("has nothing where nothing is, and follows no link out of the file or in a circle")
    void hasNothingWhereNothingIs() throws IOException {
        for (String golden : new String[] {"old", "new"}) {
            Tree tree = tree(golden);
            for (String path : new String[] {"nowhere", "links/broken", "links/outside", "links/loop", "types/i4/x"}) {
                assertThat(tree.hasGroup(path)).isFalse();
                assertThat(tree.array(path)).isEmpty();
                assertThat(tree.names(path)).isEmpty();
                assertThat(tree.attributes(path)).isEmpty();
            }
            assertThat(tree.hasGroup("")).isTrue();
            assertThat(tree.hasGroup("links/up")).isTrue();
            assertThat(tree.hasGroup("types/i4")).isFalse();
            assertThat(tree.array("types")).isEmpty();
        }
    }

    @Test
    @DisplayName("pads chunks at the edge with the fill, whatever the file has there")
    void padsEdges() throws IOException {
        Tree tree = tree("old");
        ArrayInfo shrunk = tree.array("layouts/shrunk").orElseThrow();
        assertThat(tree.chunk(shrunk, Shape.of(2)).bytes()).containsOnly(0);
        ArrayInfo sparse = tree.array("layouts/sparse").orElseThrow();
        assertThat(tree.chunk(sparse, Shape.of(1)).bytes()).isEqualTo(filled(16, -7));
        assertThat(tree.chunk(tree.array("types/vlen_chunked").orElseThrow(), Shape.of(2))
                        .texts())
                .containsExactly("t8", "t9", "", "");
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (value >> i % 4 * 8);
        }
        return bytes;
    }

    @Test
    @DisplayName("refuses chunks larger than what is allowed")
    void boundsChunks() throws IOException {
        Tree tree = new JhdfTree(new OneFile(Goldens.file("old")), "old.h5", 40);
        ArrayInfo array = tree.array("layouts/gzip").orElseThrow();
        assertThatExceptionOfType(LimitExceededException.class).isThrownBy(() -> tree.chunk(array, Shape.of(0, 0)));
    }

    @Test
    @DisplayName("tells a file that is none, and one that ends early")
    void tellsForeignAndCutFiles() throws IOException {
        byte[] file = Goldens.file("new");
        assertThatExceptionOfType(ForeignDataException.class)
                .isThrownBy(() -> new JhdfTree(new OneFile(new byte[5000]), "x.h5", MOST));
        assertThatExceptionOfType(ForeignDataException.class)
                .isThrownBy(() -> new JhdfTree(new OneFile(new byte[0]), "x.h5", MOST));
        for (int length : new int[] {20, 47, 1000, file.length - 1}) {
            assertThatExceptionOfType(CorruptDataException.class)
                    .isThrownBy(() -> new JhdfTree(new OneFile(Arrays.copyOf(file, length)), "x.h5", MOST));
        }
    }
}
