package io.atomflux.atoms;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.BlobRow;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Atoms as Python encodes them")
class GoldenWaterTest {

    @Test
    @DisplayName("water made by the builder has the keys, order and bytes that Python writes")
    void builtWaterIsByteForByteAsPythonWritesIt() {
        Atoms water = Atoms.builder()
                .symbols("H", "O", "H")
                .positions(new double[][] {{0.76, 0.59, 0}, {0, 0, 0}, {-0.76, 0.59, 0}})
                .constraint(Constraint.fixAtoms(0, 2))
                .forces(new double[3][3])
                .info("tag", "x")
                .cell(10, 10, 10)
                .pbc(true, true, false)
                .build();
        water = water.toBuilder().result("energy", -1.5).build();
        List<String> lines = encoded(water);
        assertThat(lines).containsExactlyInAnyOrderElementsOf(Golden.lines("h2o.tsv"));
        Atoms inOrder = Atoms.builder()
                .symbols(water.symbols())
                .positions(water.positions())
                .cell(water.cell())
                .pbc(true, true, false)
                .info("tag", "x")
                .energy(-1.5)
                .forces(new double[3][3])
                .constraint(Constraint.fixAtoms(0, 2))
                .build();
        assertThat(encoded(inOrder)).isEqualTo(Golden.lines("h2o.tsv"));
    }

    private static List<String> encoded(Atoms atoms) {
        List<String> lines = new ArrayList<>();
        BlobRow cells = NumpyMsgpack.encode(atoms.toRow());
        cells.toMap()
                .forEach((key, value) ->
                        lines.add(key.keyText() + "\t" + HexFormat.of().formatHex(value.toArray())));
        return lines;
    }
}
