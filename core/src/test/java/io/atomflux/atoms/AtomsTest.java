package io.atomflux.atoms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.atomflux.error.ValueTypeException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Atoms")
class AtomsTest {

    private static final Atoms WATER = Atoms.builder()
            .symbols("H", "O", "H")
            .positions(new double[][] {{0.76, 0.59, 0}, {0, 0, 0}, {-0.76, 0.59, 0}})
            .cell(10, 10, 10)
            .pbc(true, true, false)
            .array("tags", new long[] {1, 0, 1})
            .info("tag", "x")
            .info("nothing", null)
            .energy(-1.5)
            .forces(new double[3][3])
            .constraint(Constraint.fixAtoms(0, 2))
            .build();

    private static Atoms ofNumbers(String list) {
        return Atoms.builder()
                .numbers(Arrays.stream(list.split(","))
                        .mapToInt(Integer::parseInt)
                        .toArray())
                .build();
    }

    private static double[][] matrix(String list) {
        double[] v =
                Arrays.stream(list.split(",")).mapToDouble(Double::parseDouble).toArray();
        return new double[][] {{v[0], v[1], v[2]}, {v[3], v[4], v[5]}, {v[6], v[7], v[8]}};
    }

    @Test
    @DisplayName("formula, masses and volume of 200 structures are ASE's")
    void derivedQuantitiesAreAses() {
        List<String> lines = Golden.lines("formulas.tsv");
        assertThat(lines).hasSize(200);
        for (String line : lines) {
            String[] parts = line.split("\t");
            Atoms atoms = ofNumbers(parts[0]).withCell(matrix(parts[3]));
            assertThat(atoms.formula()).isEqualTo(parts[1]);
            assertThat(Arrays.stream(atoms.masses().toDoubleArray()).sum())
                    .isCloseTo(Double.parseDouble(parts[2]), within(1e-9));
            if (parts[4].equals("none")) {
                assertThat(atoms.volume()).isEmpty();
            } else {
                assertThat(atoms.volume().orElseThrow()).isCloseTo(Double.parseDouble(parts[4]), within(1e-9));
            }
        }
    }

    @Test
    @DisplayName("everything put in by the builder comes out of the accessors")
    void accessorsGiveWhatWasBuilt() {
        assertThat(WATER.size()).isEqualTo(3);
        assertThat(WATER.symbols()).containsExactly("H", "O", "H");
        assertThat(WATER.numbers()).isEqualTo(NdArray.of(new long[] {1, 8, 1}));
        assertThat(WATER.positions().hasShape(3, 3)).isTrue();
        assertThat(WATER.positions().doubleAt(1)).isEqualTo(0.59);
        assertThat(WATER.cell().doubleAt(8)).isEqualTo(10.0);
        assertThat(WATER.pbc()).containsExactly(true, true, false);
        assertThat(WATER.volume()).hasValue(1000.0);
        assertThat(WATER.energy()).hasValue(-1.5);
        assertThat(WATER.forces()).contains(NdArray.zeros(DType.FLOAT64, 3, 3));
        assertThat(WATER.stress()).isEmpty();
        assertThat(WATER.velocities()).isEmpty();
        assertThat(WATER.array("tags")).contains(NdArray.of(new long[] {1, 0, 1}));
        assertThat(WATER.array("none")).isEmpty();
        assertThat(WATER.arrays()).containsOnlyKeys("numbers", "positions", "tags");
        assertThat(WATER.info()).containsOnlyKeys("tag", "nothing").containsEntry("nothing", null);
        assertThat(WATER.info("tag")).contains("x");
        assertThat(WATER.info("nothing")).isEmpty();
        assertThat(WATER.results()).containsOnlyKeys("energy", "forces");
        assertThat(WATER.result("energy")).contains(-1.5);
        assertThat(WATER.constraints()).containsExactly(Constraint.fixAtoms(0, 2));
        assertThat(WATER.others()).isEmpty();
        assertThat(WATER).hasToString("Atoms[H2O, 3 atoms, pbc TTF]");
    }

    @Test
    @DisplayName("masses of the structure's own win over the standard ones, and divide the momenta")
    void velocitiesAreMomentaByMasses() {
        Atoms own = WATER.withArray("masses", new double[] {2, 16, 1}).withArray("momenta", new double[][] {
            {2, 4, 6}, {16, 0, -8}, {0, 0, 1}
        });
        assertThat(own.masses().toDoubleArray()).containsExactly(2, 16, 1);
        assertThat(own.velocities()).contains(NdArray.of(new double[][] {{1, 2, 3}, {1, 0, -0.5}, {0, 0, 1}}));
        assertThat(own.withoutArray("masses").velocities().orElseThrow().doubleAt(1))
                .isEqualTo(4 / 1.008);
        assertThat(WATER.masses().toDoubleArray()).containsExactly(1.008, 15.999, 1.008);
    }

    @Test
    @DisplayName("a stored stress matrix is read in Voigt order, with off-diagonal pairs averaged")
    void stressIsVoigt() {
        Atoms matrix = WATER.withResult("stress", new double[][] {{1, 6, 5}, {8, 2, 4}, {7, 6, 3}});
        assertThat(matrix.stress()).contains(NdArray.of(new double[] {1, 2, 3, 5, 6, 7}));
        NdArray voigt = NdArray.of(new double[] {1, 2, 3, 4, 5, 6});
        assertThat(WATER.withResult("stress", voigt).stress()).contains(voigt);
    }

    @Test
    @DisplayName("energy is read from any number or scalar, and absent if null")
    void energyIsAnyNumber() {
        assertThat(WATER.withResult("energy", NdScalar.of(0.5f)).energy()).hasValue(0.5);
        assertThat(WATER.withResult("energy", 3).energy()).hasValue(3.0);
        assertThat(WATER.withResult("energy", NdArray.of(new double[] {2}).reshape())
                        .energy())
                .hasValue(2.0);
        assertThat(WATER.withResult("energy", null).energy()).isEmpty();
        assertThatExceptionOfType(ValueTypeException.class)
                .isThrownBy(() -> WATER.withResult("energy", "low").energy())
                .withMessageContaining("calc.energy");
    }

    @Test
    @DisplayName("a stored value of another shape is told by the accessor, with its key")
    void misshapenValuesAreToldByTheirAccessor() {
        Row row = WATER.toRow()
                .merge(Row.of(Map.of(
                        "calc.forces", new double[2][3],
                        "calc.stress", new double[5],
                        "arrays.momenta", new double[] {1, 2, 3},
                        "arrays.tags", new long[] {1},
                        "constraints", List.of("FixAtoms"))));
        Atoms atoms = Atoms.fromRow(row);
        assertThat(atoms.toRow()).isSameAs(row);
        assertThatExceptionOfType(ValueTypeException.class)
                .isThrownBy(atoms::forces)
                .withMessageContaining("calc.forces")
                .withMessageContaining("[2, 3]");
        assertThatExceptionOfType(ValueTypeException.class).isThrownBy(atoms::stress);
        assertThatExceptionOfType(ValueTypeException.class).isThrownBy(atoms::velocities);
        assertThatExceptionOfType(ValueTypeException.class)
                .isThrownBy(() -> atoms.array("tags"))
                .withMessageContaining("arrays.tags");
        assertThatExceptionOfType(ValueTypeException.class).isThrownBy(atoms::arrays);
        assertThatExceptionOfType(ValueTypeException.class)
                .isThrownBy(atoms::constraints)
                .withMessageContaining("constraints");
    }

    @Test
    @DisplayName("copies differ in what was changed and leave the original alone")
    void copiesChangeOneThing() {
        Row before = WATER.toRow();
        assertThat(WATER.withPositions(new double[3][3]).positions()).isEqualTo(NdArray.zeros(DType.FLOAT64, 3, 3));
        assertThat(WATER.withPbc(false, false, true).pbc()).containsExactly(false, false, true);
        assertThat(WATER.withInfo("tag", 1).info("tag")).contains(1L);
        assertThat(WATER.withoutInfo("tag").info()).containsOnlyKeys("nothing");
        assertThat(WATER.withoutResults().results()).isEmpty();
        assertThat(WATER.withoutResults().withoutResults()).isEqualTo(WATER.withoutResults());
        assertThat(WATER.withConstraints(List.of()).toRow().has("constraints")).isFalse();
        assertThat(WATER.withConstraints(List.of(new Constraint.FixCom())).constraints())
                .containsExactly(new Constraint.FixCom());
        assertThat(WATER.withoutArray("tags").arrays()).containsOnlyKeys("numbers", "positions");
        assertThat(WATER.toRow()).isSameAs(before);
    }

    @Test
    @DisplayName("a copy that would not fit together is refused at the call")
    void misfittingCopiesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WATER.withPositions(new double[2][3]))
                .withMessage(
                        "arrays.positions: array of float64, shape [2, 3] (expected: a real array of shape [3, 3])");
        assertThatIllegalArgumentException().isThrownBy(() -> WATER.withCell(new double[2][3]));
        assertThatIllegalArgumentException().isThrownBy(() -> WATER.withArray("tags", new long[] {1}));
        assertThatIllegalArgumentException().isThrownBy(() -> WATER.withArray("tags", "abc"));
        assertThatIllegalArgumentException().isThrownBy(() -> WATER.withArray("numbers", new double[] {1, 8, 1}));
        assertThatIllegalArgumentException().isThrownBy(() -> WATER.withoutArray("positions"));
        assertThatIllegalArgumentException().isThrownBy(() -> WATER.withInfo("tag", new Object()));
    }

    @Test
    @DisplayName("equality is by the content of the row, in whatever order")
    void equalityIsByContent() {
        Atoms rebuilt = WATER.toBuilder().build();
        assertThat(rebuilt).isEqualTo(WATER).hasSameHashCodeAs(WATER);
        assertThat(Atoms.fromRow(
                        Row.of(Map.copyOf(WATER.withoutInfo("nothing").toRow().toMap()))))
                .isEqualTo(WATER.withoutInfo("nothing"));
        assertThat(WATER.withInfo("tag", "y")).isNotEqualTo(WATER);
        assertThat(WATER.withPbc(true, true, true)).isNotEqualTo(WATER);
        assertThat(WATER.equals((Object) "water")).isFalse();
    }

    @Test
    @DisplayName("no atoms at all are a structure too")
    void noAtomsAreAStructure() {
        Atoms empty = Atoms.of(List.of(), new double[0][]);
        assertThat(empty.size()).isZero();
        assertThat(empty.formula()).isEmpty();
        assertThat(empty.symbols()).isEmpty();
        assertThat(empty.masses().size()).isZero();
        assertThat(empty.positions().hasShape(0, 3)).isTrue();
        assertThat(empty.volume()).isEmpty();
        assertThat(empty).hasToString("Atoms[0 atoms, pbc FFF]").isEqualTo(Atoms.fromRow(Row.empty()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 119, 4294967302L})
    @DisplayName("an unknown atomic number is kept and shown, and only refuses symbol and mass")
    void unknownNumbersAreKept(long number) {
        Atoms odd = Atoms.builder().numbers(NdArray.of(new long[] {number})).build();
        assertThat(odd.numbers().longAt(0)).isEqualTo(number);
        assertThat(odd).hasToString("Atoms[unknown elements, 1 atom, pbc FFF]");
        assertThatIllegalArgumentException().isThrownBy(odd::symbols);
        assertThatIllegalArgumentException().isThrownBy(odd::formula);
        assertThatIllegalArgumentException().isThrownBy(odd::masses);
        assertThat(odd.withArray("masses", new double[] {3}).masses().doubleAt(0))
                .isEqualTo(3.0);
    }

    @Test
    @DisplayName("the builder refuses what does not fit, at the call or when built")
    void builderRefusesMisfits() {
        assertThatIllegalArgumentException().isThrownBy(() -> Atoms.builder().symbols("H", "Zz"));
        assertThatIllegalArgumentException().isThrownBy(() -> Atoms.builder().positions(new double[2][2]));
        assertThatIllegalArgumentException().isThrownBy(() -> Atoms.builder().cell(new double[3][2]));
        assertThatIllegalArgumentException().isThrownBy(() -> Atoms.builder().stress(1, 2, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> Atoms.builder().forces(NdArray.zeros(DType.BOOL, 1, 3)));
        assertThatIllegalArgumentException().isThrownBy(() -> Atoms.builder().other("info.x", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Atoms.builder().numbers(NdArray.zeros(DType.BOOL, 2)));
        assertThatIllegalArgumentException().isThrownBy(() -> Atoms.of(List.of("H"), new double[2][3]));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Atoms.builder().symbols("H").forces(new double[2][3]).build())
                .withMessageContaining("calc.forces");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Atoms.builder().symbols("H").array("tags", new long[2]).build())
                .withMessageContaining("arrays.tags");
    }

    @Test
    @DisplayName("stress in Voigt order and other keys are built")
    void builderTakesTheRest() {
        Atoms atoms = Atoms.builder()
                .symbols("H")
                .momenta(new double[][] {{1, 2, 3}})
                .stress(1, 2, 3, 4, 5, 6)
                .other("source", "here")
                .pbc(true)
                .build();
        assertThat(atoms.stress().map(NdArray::size)).isEqualTo(Optional.of(6));
        assertThat(atoms.momenta().map(NdArray::size)).isEqualTo(Optional.of(3));
        assertThat(atoms.others()).isEqualTo(Map.of("source", "here"));
        assertThat(atoms.pbc()).containsExactly(true, true, true);
        assertThat(atoms.toRow().keys())
                .containsExactly(
                        "cell", "pbc", "arrays.numbers", "arrays.positions", "arrays.momenta", "calc.stress", "source");
    }
}
