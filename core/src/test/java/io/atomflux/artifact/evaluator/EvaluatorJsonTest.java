package io.atomflux.artifact.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluatorJsonTest {

    /** As shipped with Evaluator 0.5, on one line. */
    static final String EXAMPLE = """
            {"substance": {"components": [{"smiles": "CCCO", "role": {"value": "solv", "@type": "openff.evaluator.substances.components.Component.Role"}, \
            "@type": "openff.evaluator.substances.components.Component"}], \
            "amounts": {"CCCO{solv}": [{"value": 1.0, "@type": "openff.evaluator.substances.amounts.MoleFraction"}]}, \
            "@type": "openff.evaluator.substances.substances.Substance"}, \
            "thermodynamic_state": {"temperature": {"value": 298.15, "unit": "kelvin", "@type": "openff.evaluator.unit.Quantity"}, \
            "pressure": {"value": 101.325, "unit": "kilopascal", "@type": "openff.evaluator.unit.Quantity"}, \
            "@type": "openff.evaluator.thermodynamics.ThermodynamicState"}, \
            "property_phase": 2, "source_calculation_id": "22528b294575406f9188fb60624540bf", \
            "force_field_id": "64aa12844b01414aa7e01265316be995", "coordinate_file_name": "output.pdb", \
            "statistical_inefficiency": 1.0, "number_of_molecules": 256, "max_number_of_molecules": 256, \
            "calculation_layer": "EquilibrationLayer", "@type": "openff.evaluator.storage.data.StoredEquilibrationData"}""";

    @Test
    @DisplayName("Formats: a stored box of Evaluator is read, and written again byte for byte")
    void example() {
        StoredEquilibrationData box = (StoredEquilibrationData) EvaluatorJson.read(EXAMPLE);

        assertThat(box.substance()).isEqualTo(Substance.of("CCCO"));
        assertThat(box.thermodynamicState().pascals()).contains(101325.0);
        assertThat(box.propertyPhase()).isEqualTo(PropertyPhase.LIQUID);
        assertThat(box.calculationLayer()).contains("EquilibrationLayer");
        assertThat(EvaluatorJson.write(box)).isEqualTo(EXAMPLE);
    }

    @Test
    @DisplayName("types of old releases are read, and written as new ones")
    void oldTypes() {
        StoredData box = EvaluatorJson.read(EXAMPLE.replace("\"openff.evaluator.", "\"evaluator."));

        assertThat(EvaluatorJson.write(box)).isEqualTo(EXAMPLE);
    }

    @Test
    @DisplayName("H23: observables keep NaN, infinity and their digits, in Evaluator's text")
    void observables() {
        StoredSimulationData simulation = Samples.simulation(Samples.MIXTURE).build();

        String json = EvaluatorJson.write(simulation);

        assertThat(json)
                .contains(
                        "\"observables\": {\"observables\": {\"PotentialEnergy\": {\"value\": {\"value\": {\"value\": "
                                + "[[-52113.7], [NaN]], \"@type\": \"numpy.ndarray\"}, \"unit\": \"kilojoule / mole\", "
                                + "\"@type\": \"openff.evaluator.unit.Quantity\"}, \"gradients\": [{\"key\": {\"tag\": \"vdW\", "
                                + "\"smirks\": \"[#6X4:1]\", \"attribute\": \"epsilon\", \"virtual_site_type\": null, "
                                + "\"virtual_site_name\": null, \"virtual_site_match\": null, "
                                + "\"@type\": \"openff.evaluator.forcefield.gradients.ParameterGradientKey\"}, "
                                + "\"value\": {\"value\": {\"value\": [[1e-05], [2.0]], \"@type\": \"numpy.ndarray\"}, "
                                + "\"unit\": \"dimensionless\"")
                .contains("[[1e+17], [Infinity]]")
                .contains("nanometer ** 3")
                .endsWith("\"@type\": \"openff.evaluator.storage.data.StoredSimulationData\"}");
        assertThat(EvaluatorJson.read(json)).isEqualTo(simulation);
    }

    @Test
    @DisplayName("H23: the type of an array's elements is kept, by a member that Evaluator passes over")
    void dtype() {
        ObservableFrame frame = new ObservableFrame(Map.of(
                ObservableFrame.Kind.TEMPERATURE,
                ObservableArray.of(Quantity.of(NdArray.of(new float[] {300.1f, 300.2f}), "K"))));
        StoredSimulationData simulation =
                Samples.simulation(Samples.WATER).observables(frame).build();

        StoredSimulationData back = (StoredSimulationData) EvaluatorJson.read(EvaluatorJson.write(simulation));

        assertThat(back).isEqualTo(simulation);
        assertThat(back.observables()
                        .observables()
                        .get(ObservableFrame.Kind.TEMPERATURE)
                        .value()
                        .array()
                        .dtype())
                .isEqualTo(DType.FLOAT32);
    }

    @Test
    @DisplayName("arrays in base64, as releases of 2020 wrote them, are read")
    void base64() {
        String json = EvaluatorJson.write(Samples.simulation(Samples.WATER)
                .observables(new ObservableFrame(Map.of(
                        ObservableFrame.Kind.TEMPERATURE,
                        ObservableArray.of(Quantity.of(NdArray.of(new double[] {1.0, 2.0}), "K")))))
                .build());
        String old = json.replace(
                "{\"value\": [[1.0], [2.0]], \"@type\"",
                "{\"encoded_data\": \"AAAAAAAA8D8AAAAAAAAAQA==\", \"dtype\": \"float64\", \"shape\": [2, 1], \"@type\"");

        assertThat(old).isNotEqualTo(json);
        assertThat(EvaluatorJson.read(old)).isEqualTo(EvaluatorJson.read(json));
    }

    @Test
    @DisplayName("every kind of object, and every source of force fields, comes back equal")
    void roundTrips() {
        Quantity cutoff = Quantity.of(9L, "angstrom");
        StoredData[] all = {
            Samples.freeEnergy(-1.5, 0.25),
            Samples.box(Samples.MIXTURE).build(),
            new ForceFieldData(Samples.FORCE_FIELD),
            new ForceFieldData(new ForceFieldSource.TLeap("leaprc.gaff2", cutoff)),
            new ForceFieldData(new ForceFieldSource.LigParGen(
                    ForceFieldSource.ChargeModel.CM1A_1_14, cutoff, "http://a/b", "é\u0001\uD83D\uDE00")),
            new ForceFieldData(new ForceFieldSource.Foyer("oplsaa", Quantity.of(1.2, "nm"))),
        };
        for (StoredData data : all) {
            assertThat(EvaluatorJson.read(EvaluatorJson.write(data))).isEqualTo(data);
        }
        assertThat(EvaluatorJson.write(all[3]))
                .isEqualTo("{\"force_field_source\": {\"leap_source\": \"leaprc.gaff2\", \"cutoff\": {\"value\": 9, "
                        + "\"unit\": \"angstrom\", \"@type\": \"openff.evaluator.unit.Quantity\"}, "
                        + "\"@type\": \"openff.evaluator.forcefield.forcefield.TLeapForceFieldSource\"}, "
                        + "\"@type\": \"openff.evaluator.storage.data.ForceFieldData\"}");
        assertThat(EvaluatorJson.write(all[4])).contains("\\u00e9\\u0001\\ud83d\\ude00");
    }

    @ParameterizedTest
    @DisplayName("H15: a type that is not in the table is an error that names it, and loads nothing")
    @ValueSource(
            strings = {
                "os.system",
                "java.lang.Runtime",
                "openff.evaluator.storage.data.BaseStoredData",
                "openff.evaluator.attributes.attributes.PlaceholderValue",
                ""
            })
    void unknownType(String type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EvaluatorJson.read(
                        EXAMPLE.replace("openff.evaluator.storage.data.StoredEquilibrationData", type)))
                .withMessageContaining("@type: " + type);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EvaluatorJson.read(EXAMPLE.replace("openff.evaluator.unit.Quantity", type)))
                .withMessageContaining(
                        type.endsWith("PlaceholderValue") ? "placeholder" : "temperature.@type: " + type);
    }

    @Test
    @DisplayName("H15: a type that names a class of Java does not even load it")
    void javaClass() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EvaluatorJson.read(EXAMPLE.replace(
                        "openff.evaluator.storage.data.StoredEquilibrationData", Trap.class.getName())));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        EvaluatorJson.read(EXAMPLE.replace("openff.evaluator.unit.Quantity", Trap.class.getName())));
        assertThat(LOADED).isFalse();
    }

    private static final AtomicBoolean LOADED = new AtomicBoolean();

    /** Tells that it was initialised. */
    private static final class Trap {
        static {
            LOADED.set(true);
        }
    }

    @Test
    @DisplayName("an optional attribute that is undefined is as one left out; a missing one names itself")
    void undefined() {
        String layer = "\"calculation_layer\": \"EquilibrationLayer\"";

        assertThat(((StoredEquilibrationData)
                                EvaluatorJson.read(
                                        EXAMPLE.replace(
                                                layer,
                                                "\"calculation_layer\": {\"@type\": \"openff.evaluator.attributes.attributes.UndefinedAttribute\"}")))
                        .calculationLayer())
                .isEqualTo(Optional.empty());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EvaluatorJson.read(EXAMPLE.replace("\"number_of_molecules\": 256, ", "")))
                .withMessageStartingWith("number_of_molecules: not set");
    }

    @ParameterizedTest
    @DisplayName("H16: a file name that leaves its folder is refused when an object is read")
    @ValueSource(strings = {"../output.pdb", "/etc/passwd", "a/../../b", "..", "C:b", "a\\\\b", "", "a//b", "a\\u0000"})
    void fileNames(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EvaluatorJson.read(EXAMPLE.replace("output.pdb", name)))
                .withMessageContaining("file name");
    }

    @ParameterizedTest
    @DisplayName("damaged text says where")
    @ValueSource(strings = {"", "{", "[]", "{\"a\": }", "{\"@type\": 1}", "nul"})
    void damaged(String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> EvaluatorJson.read(json));
    }
}
