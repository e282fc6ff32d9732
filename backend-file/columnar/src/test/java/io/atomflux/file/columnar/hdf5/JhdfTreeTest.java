package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
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
}
