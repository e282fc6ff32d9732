package io.atomflux.atoms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.error.CorruptDataException;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.CellDecoder;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Atoms and rows")
class AtomsRowTest {

    @Test
    @DisplayName("a complete row comes back as the very same one, with odd keys and types")
    void completeRowsComeBackAsTheyAre() {
        Row row = Row.builder()
                .put("info.a.b", 1)
                .put("info.info.x", null)
                .put("info.", "empty name")
                .put("pbc", List.of(1, 0, 2.5))
                .put("arrays.positions", NdArray.of(new float[] {1, 2, 3}, 1, 3))
                .put("arrays.numbers", NdArray.wrap(DType.UINT8, new int[] {1}, new byte[] {(byte) 92}, 0))
                .put("cell", NdArray.zeros(DType.of(">f8"), 3, 3))
                .put("calc.nested", Map.of("k", List.of(1, Map.of())))
                .put("infox", 3)
                .put("", Bytes.of((byte) 1))
                .put("arrays.", new long[] {7})
                .put("arrays.names", NdArray.ofTexts(List.of("CA")))
                .build();
        Atoms atoms = Atoms.fromRow(row);
        assertThat(atoms.toRow()).isSameAs(row);
        assertThat(atoms.pbc()).containsExactly(true, false, true);
        assertThat(atoms.formula()).isEqualTo("U");
        assertThat(atoms.info()).containsOnlyKeys("a.b", "info.x", "");
        assertThat(atoms.arrays()).containsOnlyKeys("numbers", "positions", "", "names");
        assertThat(atoms.others()).containsOnlyKeys("infox", "");
        assertThat(atoms.toBuilder().build()).isEqualTo(atoms);
    }

    @Test
    @DisplayName("what is missing or null is filled in, behind what was there")
    void missingPartsAreFilledIn() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("info.x", 1);
        map.put("arrays.numbers", new int[] {6, 8});
        map.put("pbc", null);
        Atoms atoms = Atoms.fromRow(Row.of(map));
        assertThat(atoms.positions()).isEqualTo(NdArray.zeros(DType.FLOAT64, 2, 3));
        assertThat(atoms.cell()).isEqualTo(NdArray.zeros(DType.FLOAT64, 3, 3));
        assertThat(atoms.pbc()).containsExactly(false, false, false);
        Row row = atoms.toRow();
        assertThat(row.keys()).containsExactly("info.x", "arrays.numbers", "pbc", "cell", "arrays.positions");
        assertThat(row.get("pbc")).isEqualTo(NdArray.zeros(DType.BOOL, 3));
        assertThat(row.get("arrays.numbers")).isEqualTo(NdArray.of(new int[] {6, 8}));
        assertThat(Atoms.fromRow(row)).isEqualTo(atoms).hasSameHashCodeAs(atoms);
    }

    @Test
    @DisplayName("a stored list of flags survives when the rest is filled in")
    void storedFlagsSurvive() {
        Row row = Atoms.fromRow(Row.of("pbc", List.of(true, false, true))).toRow();
        assertThat(row.get("pbc")).isEqualTo(List.of(true, false, true));
        assertThat(row.keys()).hasSize(4);
    }

    static Stream<Arguments> flags() {
        return Stream.of(
                Arguments.of(List.of(true, false, true)),
                Arguments.of(List.of(1, 0, -1)),
                Arguments.of(List.of(0.5, 0.0, Double.NaN)),
                Arguments.of(List.of(NdScalar.of(true), NdScalar.of(0L), BigInteger.ONE.shiftLeft(63))),
                Arguments.of(NdArray.of(new boolean[] {true, false, true})),
                Arguments.of(NdArray.of(new double[] {1, -0.0, 2})),
                Arguments.of(NdArray.of(new int[] {1, 0, 1}).as(DType.UINT8)));
    }

    @ParameterizedTest
    @MethodSource("flags")
    @DisplayName("periodicity is read from booleans and numbers, in lists and arrays")
    void periodicityIsReadFromManyTypes(Object value) {
        assertThat(Atoms.fromRow(Row.of("pbc", value)).pbc()).containsExactly(true, false, true);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("arrays.numbers", new double[] {1}, "array of float64, shape [1]"),
                Arguments.of("arrays.numbers", new long[][] {{1}}, "array of int64, shape [1, 1]"),
                Arguments.of("arrays.numbers", new boolean[] {true}, "array of bool, shape [1]"),
                Arguments.of("arrays.numbers", List.of(1), "list of 1"),
                Arguments.of("arrays.positions", new double[] {1, 2, 3}, "array of float64, shape [3]"),
                Arguments.of("arrays.positions", new double[1][3], "array of float64, shape [1, 3]"),
                Arguments.of("arrays.positions", NdArray.zeros(DType.COMPLEX128, 0, 3), "complex128"),
                Arguments.of("arrays.positions", "here", "String"),
                Arguments.of("cell", new double[] {1, 2, 3}, "array of float64, shape [3]"),
                Arguments.of("cell", NdArray.zeros(DType.BOOL, 3, 3), "array of bool"),
                Arguments.of("pbc", true, "Boolean"),
                Arguments.of("pbc", List.of(true, true), "list of 2"),
                Arguments.of("pbc", List.of(true, true, "no"), "list of 3"),
                Arguments.of("pbc", Arrays.asList(true, null, true), "list of 3"),
                Arguments.of("pbc", new boolean[4], "array of bool, shape [4]"),
                Arguments.of("pbc", NdArray.ofTexts(List.of("a", "b", "c")), "shape [3]"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    @DisplayName("a row whose structure has another type or shape is refused, with key, found and expected")
    void misshapenStructuresAreRefused(String key, Object value, String found) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Atoms.fromRow(Row.of(key, value)))
                .withMessageStartingWith(key + ": ")
                .withMessageContaining(found)
                .withMessageContaining("(expected: ");
    }

    @Test
    @DisplayName("a reserved row is no structure")
    void reservedRowsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Atoms.fromRow(Row.reserved()))
                .withMessageContaining("reserved");
    }

    @ParameterizedTest
    @ValueSource(strings = {"|i1", "<i2", ">i4", "<i8", "|u1", ">u2", "<u4", "<u8"})
    @DisplayName("numbers of any integer type are read and kept")
    void numbersOfAnyIntegerType(String dtype) {
        NdArray numbers = NdArray.wrap(DType.of(dtype), new int[] {0}, new byte[0], 0);
        byte[] one = new byte[numbers.dtype().itemSize()];
        one[numbers.dtype().isBigEndian() ? one.length - 1 : 0] = 79;
        Atoms gold = Atoms.fromRow(Row.of("arrays.numbers", NdArray.wrap(DType.of(dtype), new int[] {1}, one, 0)));
        assertThat(gold.formula()).isEqualTo("Au");
        assertThat(gold.numbers().dtype().code()).isEqualTo(dtype);
    }

    @Test
    @DisplayName("taking and giving a row decodes the four structural cells and nothing else")
    void onlyTheStructureIsDecoded() {
        Map<String, Object> values = new HashMap<>();
        Atoms.of(List.of("C"), new double[1][3]).toRow().forEach((key, value) -> values.put(key, value));
        Map<Bytes, Bytes> cells = new LinkedHashMap<>();
        for (String key : List.of("arrays.numbers", "arrays.positions", "calc.energy", "cell", "info.bad", "pbc")) {
            cells.put(Bytes.ofKey(key), Bytes.ofKey(key));
        }
        List<String> decoded = new ArrayList<>();
        CellDecoder<Object> decoder = (buffer, offset, length) -> {
            String key = Bytes.wrap(buffer, offset, length).keyText();
            decoded.add(key);
            if (key.equals("info.bad")) {
                throw new IllegalArgumentException("broken");
            }
            return values.getOrDefault(key, -1.0);
        };
        Atoms atoms = Atoms.fromRow(Row.decoding(BlobRow.of(cells), decoder, "s", 7));
        atoms.toRow();
        assertThat(atoms).hasToString("Atoms[C, 1 atom, pbc FFF]");
        assertThat(decoded).containsExactly("arrays.numbers", "arrays.positions", "cell", "pbc");
        assertThat(atoms.energy()).hasValue(-1.0);
        assertThat(atoms.toRow().encodedBy(decoder)).isNotNull();
        assertThatExceptionOfType(CorruptDataException.class)
                .isThrownBy(atoms::info)
                .withMessageContaining("info.bad");
    }
}
