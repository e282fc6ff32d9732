package io.atomflux.atoms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("Constraints")
class ConstraintTest {

    /** The dictionaries of ASE's own constraints; arrays are written as {"__nd__": [dtype, shape, hex]}. */
    static List<Map<String, Object>> asesOwn() {
        JsonMapper mapper = new JsonMapper();
        List<Map<String, Object>> all = new ArrayList<>();
        for (String line : Golden.lines("constraints.jsonl")) {
            @SuppressWarnings("unchecked")
            Map<String, Object> map = (Map<String, Object>) plain(mapper.readTree(line));
            all.add(map);
        }
        return all;
    }

    private static @Nullable Object plain(JsonNode node) {
        if (node.has("__nd__")) {
            JsonNode parts = node.get("__nd__");
            int[] shape = new int[parts.get(1).size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = parts.get(1).get(i).asInt();
            }
            ByteBuffer bytes =
                    ByteBuffer.wrap(HexFormat.of().parseHex(parts.get(2).asString()));
            return NdArray.copyOf(DType.of(parts.get(0).asString()), shape, bytes);
        } else if (node.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            node.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        } else if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            node.forEach(item -> list.add(plain(item)));
            return list;
        } else if (node.isIntegralNumber()) {
            return node.asLong();
        } else if (node.isNumber()) {
            return node.asDouble();
        } else if (node.isBoolean()) {
            return node.asBoolean();
        }
        return node.isNull() ? null : node.asString();
    }

    private static Atoms holding(Object... constraints) {
        return Atoms.fromRow(Row.of("constraints", List.of(constraints)));
    }

    @ParameterizedTest
    @MethodSource("asesOwn")
    @DisplayName("every constraint that ASE writes is read and written back the same")
    void asesConstraintsAreKept(Map<String, Object> stored) {
        Atoms atoms = holding(stored);
        Atoms rewritten = atoms.withConstraints(atoms.constraints());
        assertThat(rewritten.toRow().get("constraints")).isEqualTo(List.of(stored));
        assertThat(rewritten.constraints()).isEqualTo(atoms.constraints());
        assertThat(atoms.constraints().get(0).name()).isEqualTo(stored.get("name"));
    }

    @Test
    @DisplayName("common kinds are typed")
    void commonKindsAreTyped() {
        List<Constraint> read = holding(asesOwn().toArray()).constraints();
        assertThat(read)
                .contains(
                        Constraint.fixAtoms(0, 2),
                        Constraint.fixAtoms(),
                        new Constraint.FixBondLengths(List.of(List.of(0, 1), List.of(1, 2)), 1e-7),
                        new Constraint.FixedLine(List.of(0), List.of(0.0, 0.0, 1.0)),
                        new Constraint.FixedPlane(List.of(2), List.of(0.0, 1.0, 0.0)),
                        new Constraint.FixCom(),
                        new Constraint.FixSubsetCom(List.of(0, 1)),
                        new Constraint.FixCartesian(List.of(0), List.of(true, false, true)),
                        new Constraint.FixScaled(List.of(0, 1), List.of(false, true, true)),
                        new Constraint.FixLinearTriatomic(List.of(List.of(3, 0, 1))),
                        Constraint.Hookean.between(0, 1, 1.5, 5.0),
                        Constraint.Hookean.toPoint(0, List.of(1.0, 2.0, 3.0), 0.5, 2.5),
                        Constraint.Hookean.toPlane(0, List.of(0.0, 0.0, 1.0, -7.0), 10.0));
        assertThat(read.stream().filter(Constraint.Other.class::isInstance).map(Constraint::name))
                .containsExactly(
                        "FixInternals",
                        "Hookean", // whole numbers, which a typed one would write back as floats
                        "ExternalForce",
                        "MirrorForce",
                        "MirrorTorque",
                        "FixedMode",
                        "FixCartesianParametricRelations",
                        "FixScaledParametricRelations");
    }

    @Test
    @DisplayName("the argument that ASE wrote up to 3.22 is read as indices, and stays while untouched")
    void oldArgumentsAreRead() {
        Map<String, Object> line =
                Map.of("name", "FixedLine", "kwargs", Map.of("a", List.of(1, 2), "direction", List.of(1.0, 0.0, 0.0)));
        Map<String, Object> plane =
                Map.of("name", "FixedPlane", "kwargs", Map.of("a", 3, "direction", List.of(0.0, 0.0, 1.0)));
        Atoms atoms = holding(line, plane);
        assertThat(atoms.constraints())
                .containsExactly(
                        new Constraint.FixedLine(List.of(1, 2), List.of(1.0, 0.0, 0.0)),
                        new Constraint.FixedPlane(List.of(3), List.of(0.0, 0.0, 1.0)));
        assertThat(atoms.withInfo("x", 1).toRow().get("constraints"))
                .isEqualTo(holding(line, plane).toRow().get("constraints"));
    }

    static List<Map<String, Object>> nearlyTyped() {
        return List.of(
                Map.of("indices", List.of(0, 1), "more", 1),
                Map.of("indices", List.of(0.0)),
                Map.of("indices", List.of(1L << 32)),
                Map.of("indices", NdArray.of(new long[] {0, 1})),
                Map.of("indices", List.of(NdScalar.of(1L))),
                Map.of("mask", List.of(true)),
                Map.of());
    }

    @ParameterizedTest
    @MethodSource("nearlyTyped")
    @DisplayName("arguments that a typed constraint could not write back are kept as data")
    void unusualArgumentsAreKept(Map<String, Object> kwargs) {
        Constraint constraint = Constraint.of("FixAtoms", kwargs);
        assertThat(constraint).isInstanceOf(Constraint.Other.class);
        assertThat(constraint.toMap()).isEqualTo(Map.of("name", "FixAtoms", "kwargs", widened(kwargs)));
    }

    private static Map<String, @Nullable Object> widened(Map<String, Object> kwargs) {
        return Row.of(kwargs).toMap();
    }

    @Test
    @DisplayName("a kind nobody knows keeps its name and arguments, in order and null included")
    void unknownKindsAreKept() {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        kwargs.put("z", null);
        kwargs.put("a", Map.of("deep", List.of(1L)));
        Constraint unknown = Constraint.of("Glue", kwargs);
        Atoms atoms = holding().withConstraints(List.of(unknown, new Constraint.FixCom()));
        assertThat(atoms.constraints()).containsExactly(unknown, new Constraint.FixCom());
        assertThat(atoms.constraints().get(0).kwargs().keySet()).containsExactly("z", "a");
        kwargs.put("later", 1);
        assertThat(unknown.kwargs()).hasSize(2);
    }

    @Test
    @DisplayName("arguments of the wrong size or type are refused where they are made")
    void badArgumentsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Constraint.FixBondLengths(List.of(List.of(1, 2, 3)), 1e-9));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Constraint.FixedLine(List.of(1), List.of(1.0)))
                .withMessage("direction: [1.0] (expected: 3 values)");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Constraint.Hookean(0, OptionalInt.of(1), List.of(1.0, 2.0, 3.0), OptionalDouble.of(1), 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Constraint.Hookean(
                        0, OptionalInt.empty(), List.of(1.0, 2.0, 3.0), OptionalDouble.empty(), 1));
        Map<String, Object> object = new HashMap<>(Map.of("o", new Object()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Constraint.Other("Glue", object));
    }
}
