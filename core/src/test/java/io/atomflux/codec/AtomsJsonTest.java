package io.atomflux.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.atoms.Atoms;
import io.atomflux.atoms.Constraint;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("Atoms as JSON")
class AtomsJsonTest {

    private static final JsonMapper MAPPER =
            JsonMapper.builder().addModule(new AtomfluxModule()).build();

    private static Atoms water() {
        return Atoms.builder()
                .symbols("H", "O", "H")
                .positions(new double[][] {{0.76, 0.59, 0}, {0, 0, 0}, {-0.76, 0.59, 0}})
                .cell(10, 10, 10)
                .pbc(true, true, false)
                .info("tag", "x")
                .energy(-1.5)
                .forces(new double[3][3])
                .constraint(Constraint.fixAtoms(0, 2))
                .build();
    }

    private static Atoms odd() {
        return Atoms.fromRow(Row.builder()
                .put("arrays.numbers", new int[] {6})
                .put("arrays.positions", new float[][] {{1, 2, 3}})
                .put("cell", NdArray.zeros(DType.of(">f8"), 3, 3))
                .put("pbc", List.of(1, 0.5, false))
                .put("arrays.nan", new double[] {Double.NaN})
                .put("arrays.nan_payload", new double[] {Double.longBitsToDouble(0x7ff8000000000001L)})
                .put("arrays.flags", new boolean[] {true})
                .put("arrays.wrong_flag", NdArray.wrap(DType.BOOL, new int[] {1}, new byte[] {2}, 0))
                .put("arrays.names", NdArray.ofTexts(List.of("CA")))
                .put("arrays.empty", NdArray.zeros(DType.FLOAT64, 1, 0, 2))
                .put("arrays.list", List.of(1))
                .put("arrays.nothing", null)
                .put("arrays.", new long[] {4})
                .put("arrays.$x", new double[] {-0.0})
                .put("info.list", List.of(1, 2.5, List.of(true)))
                .put("info.array", new double[] {1, 2})
                .put("info.null", null)
                .put("info.$key", Map.of("$y", 1))
                .put("info.bytes", Bytes.ofText("b"))
                .put("calc.list", List.of(1.0, 2.0))
                .put("calc.energy", NdScalar.of(1.5f))
                .put("calc.energies", new long[] {3})
                .put("calc.z", new Complex(1, -2))
                .put("calc.0d", NdArray.of(new double[] {1}).reshape())
                .put("constraints", "nonsense")
                .put("elsewhere", new double[] {1})
                .put("", 1)
                .build());
    }

    static List<Atoms> structures() {
        return List.of(water(), odd(), Atoms.fromRow(Row.empty()), Atoms.of(List.of("X"), new double[1][3]));
    }

    @ParameterizedTest
    @MethodSource("structures")
    @DisplayName("a structure comes back equal, plain or in Python's envelope")
    void structuresComeBackEqual(Atoms atoms) {
        assertThat(MAPPER.readValue(MAPPER.writeValueAsString(atoms), Atoms.class))
                .isEqualTo(atoms);
        assertThat(MAPPER.readValue(AseEnvelope.write(atoms), Atoms.class)).isEqualTo(atoms);
        assertThat(MAPPER.readValue(MAPPER.writeValueAsString(AseEnvelope.of(atoms)), Atoms.class))
                .isEqualTo(atoms);
    }

    @Test
    @DisplayName("the plain form has documented members and nested lists")
    void thePlainFormIsPlain() {
        assertThat(MAPPER.writeValueAsString(water()))
                .isEqualTo("{\"numbers\":[1,8,1],"
                        + "\"positions\":[[0.76,0.59,0.0],[0.0,0.0,0.0],[-0.76,0.59,0.0]],"
                        + "\"cell\":[[10.0,0.0,0.0],[0.0,10.0,0.0],[0.0,0.0,10.0]],\"pbc\":[true,true,false],"
                        + "\"info\":{\"tag\":\"x\"},"
                        + "\"results\":{\"energy\":-1.5,\"forces\":[[0.0,0.0,0.0],[0.0,0.0,0.0],[0.0,0.0,0.0]]},"
                        + "\"constraints\":[{\"name\":\"FixAtoms\",\"kwargs\":{\"indices\":[0,2]}}]}");
        assertThat(MAPPER.writeValueAsString(List.of(Atoms.fromRow(Row.empty()))))
                .isEqualTo(
                        "[{\"numbers\":[],\"positions\":[],\"cell\":[[0.0,0.0,0.0],[0.0,0.0,0.0],[0.0,0.0,0.0]],\"pbc\":[false,false,false]}]");
    }

    @Test
    @DisplayName("what people write by hand is read: whole numbers, and only some members")
    void handWrittenStructuresAreRead() {
        Atoms atoms = MAPPER.readValue(
                "{\"numbers\": [6, 8], \"positions\": [[0, 0, 0], [1, 0, 0.5]], \"__asebytes__\": null}", Atoms.class);
        assertThat(atoms).isEqualTo(Atoms.of(List.of("C", "O"), new double[][] {{0, 0, 0}, {1, 0, 0.5}}));
        assertThat(MAPPER.readValue("{}", Atoms.class).size()).isZero();
        assertThat(MAPPER.readValue("{\"numbers\":[1],\"pbc\":[1,0,1]}", Atoms.class)
                        .pbc())
                .containsExactly(true, false, true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "3",
                "{\"symbols\":[\"C\"]}",
                "{\"numbers\":6}",
                "{\"numbers\":[6.5]}",
                "{\"numbers\":[\"C\"]}",
                "{\"numbers\":[true]}",
                "{\"numbers\":[6],\"positions\":[[1,2]]}",
                "{\"numbers\":[6],\"positions\":[[1,2,3],[4,5,6]]}",
                "{\"numbers\":[6,6],\"positions\":[[1,2,3],[4,5]]}",
                "{\"numbers\":[6],\"positions\":[[1,2,true]]}",
                "{\"info\":[]}",
                "{\"pbc\":[true,true]}",
                "{\"__asebytes__\":2,\"data\":\"\"}",
                "{\"__asebytes__\":\"1\",\"data\":\"\"}",
                "{\"__asebytes__\":1}",
                "{\"__asebytes__\":1,\"data\":\"?\"}",
                "{\"__asebytes__\":1,\"data\":\"wA==\"}",
                "{\"__asebytes__\":1,\"data\":\"gcQBYcQBwQ==\"}"
            })
    @DisplayName("what is no structure is refused")
    void nonsenseIsRefused(String json) {
        assertThatExceptionOfType(DatabindException.class).isThrownBy(() -> MAPPER.readValue(json, Atoms.class));
    }

    @Test
    @DisplayName("an envelope of another version is refused, saying which")
    void otherVersionsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AseEnvelope.open(Map.of("__asebytes__", 7, "data", "")))
                .withMessage("__asebytes__: 7 (expected: 1)");
        assertThat(AseEnvelope.is(Map.of("__asebytes__", 7))).isTrue();
        assertThat(AseEnvelope.is(Map.of("numbers", List.of()))).isFalse();
    }

    @Test
    @DisplayName("Python's own envelope of water is opened, and written byte for byte")
    void pythonsEnvelopeIsTheSame() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(AtomsJsonTest.class.getResourceAsStream("h2o.asebytes.json"), "golden file")) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            assertThat(MAPPER.readValue(json, Atoms.class)).isEqualTo(water());
            assertThat(AseEnvelope.write(water()))
                    .isEqualTo(json.replace(": ", ":").replace(", ", ","));
            assertThat(MAPPER.readValue("[" + json + "," + json + "]", Atoms[].class))
                    .isEqualTo(Arrays.asList(water(), water()).toArray());
        }
    }
}
