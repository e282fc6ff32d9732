package io.atomflux.artifact.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.artifact.IdentityPolicy;
import io.atomflux.artifact.Replacement.Choice;
import io.atomflux.artifact.evaluator.Amount.ExactAmount;
import io.atomflux.artifact.evaluator.Amount.MoleFraction;
import io.atomflux.error.InvalidNameException;
import io.atomflux.value.NdArray;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValuesTest {

    @Test
    @DisplayName("substances are equal whatever the order of their components, and named as Evaluator does")
    void substances() {
        Substance a = Substance.of("C", "CO");
        Substance b = Substance.of("CO", "C");

        assertThat(a).isEqualTo(b).hasSameHashCodeAs(b);
        assertThat(a.identifier()).isEqualTo("CO{solv}{x=0.500000}|C{solv}{x=0.500000}");
        assertThat(a.components()).extracting(Component::smiles).containsExactly("C", "CO");
    }

    @Test
    @DisplayName("adding a component again adds its amounts, kind by kind")
    void amounts() {
        Component water = Component.of("O");
        Component ion = new Component("[Na+]", Component.Role.SOLUTE);
        Substance substance = Substance.builder()
                .add(water, new MoleFraction(0.5))
                .add(ion, new ExactAmount(1))
                .add(water, new MoleFraction(0.5))
                .add(ion, new ExactAmount(2))
                .add(water, new ExactAmount(1))
                .build();

        assertThat(substance.identifier()).isEqualTo("O{solv}{n=1,x=1.000000}|[Na+]{sol}{n=3}");
    }

    @Test
    @DisplayName("mole fractions beyond 1, below 1 together, or too small are refused")
    void fractions() {
        Component water = Component.of("O");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Substance.builder()
                        .add(water, new MoleFraction(0.6))
                        .add(Component.of("C"), new MoleFraction(0.5)))
                .withMessageContaining("at most 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Substance.builder().add(water, new MoleFraction(0.6)).build())
                .withMessageContaining("expected: 1");
        assertThatIllegalArgumentException().isThrownBy(() -> new MoleFraction(1e-7));
        assertThatIllegalArgumentException().isThrownBy(() -> new MoleFraction(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new ExactAmount(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Substance.builder().build());
        assertThatIllegalArgumentException().isThrownBy(() -> Component.of(" "));
        assertThat(Substance.of("A", "B", "C", "D", "E", "F", "G").amounts()).hasSize(7);
    }

    @ParameterizedTest
    @DisplayName("states are equal to three decimals of kelvin and pascal")
    @CsvSource({
        "298.15, K, 101.325, kPa, true",
        "25.0, degree_Celsius, 1, atm, true",
        "77, degree_Fahrenheit, 1.01325, bar, true",
        "298.15004, kelvin, 101325.0004, pascal, true",
        "298.151, kelvin, 101325, pascal, false",
        "298.15, kelvin, 101325.01, pascal, false"
    })
    void states(double temperature, String unit, double pressure, String pressureUnit, boolean equal) {
        ThermodynamicState state =
                ThermodynamicState.of(Quantity.of(temperature, unit), Quantity.of(pressure, pressureUnit));

        assertThat(state.equals(Samples.AMBIENT)).isEqualTo(equal);
        assertThat(state.hashCode() == Samples.AMBIENT.hashCode()).isEqualTo(equal);
    }

    @Test
    @DisplayName("a state without pressure is another one; zero and unknown units are refused")
    void oddStates() {
        Quantity warm = Quantity.of(298.15, "K");
        assertThat(ThermodynamicState.of(warm)).isNotEqualTo(Samples.AMBIENT);
        assertThatIllegalArgumentException().isThrownBy(() -> ThermodynamicState.of(Quantity.of(0, "K")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThermodynamicState.of(Quantity.of(1, "furlong")))
                .withMessageContaining("furlong");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThermodynamicState.of(warm, Quantity.of(1, "kelvin")))
                .withMessageContaining("pascal");
    }

    @Test
    @DisplayName("phases combine, and have names")
    void phases() {
        assertThat(PropertyPhase.LIQUID.and(PropertyPhase.GAS))
                .isEqualTo(new PropertyPhase(6))
                .hasToString("Liquid + Gas");
        assertThat(PropertyPhase.UNDEFINED).hasToString("Undefined");
        assertThatIllegalArgumentException().isThrownBy(() -> new PropertyPhase(8));
    }

    @Test
    @DisplayName("observables of one frame have one length and the dimension of their kind")
    void frames() {
        ObservableArray two = ObservableArray.of(Quantity.of(NdArray.of(new double[] {1, 2}), "K"));
        ObservableArray three = ObservableArray.of(Quantity.of(NdArray.of(new double[] {1, 2, 3}), "nm**3"));

        assertThat(two.value().array().shape()).containsExactly(2, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObservableFrame(
                        Map.of(ObservableFrame.Kind.TEMPERATURE, two, ObservableFrame.Kind.VOLUME, three)))
                .withMessageContaining("[2, 3]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObservableFrame(Map.of(ObservableFrame.Kind.DENSITY, two)))
                .withMessageContaining("density");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObservableArray(
                        two.value(),
                        List.of(new ParameterGradient(
                                ParameterGradient.Key.of("vdW", "[*:1]", "epsilon"), three.value()))))
                .withMessageContaining("[3, 1]");
    }

    @Test
    @DisplayName("a field that is not set is named when an object is built")
    void builders() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoredSimulationData.builder().build())
                .withMessageStartingWith("substance");
        Assertions.assertThatExceptionOfType(InvalidNameException.class)
                .isThrownBy(() ->
                        Samples.box(Samples.WATER).coordinateFileName("../x").build());
    }

    @Test
    @DisplayName("H14: a layer that is not set is the same only as one that is not set")
    void unsetLayer() {
        StoredEquilibrationData without = Samples.box(Samples.WATER).build();
        StoredEquilibrationData with = Samples.box(Samples.WATER)
                .calculationLayer("EquilibrationLayer")
                .build();

        assertThat(IdentityPolicy.digest(EvaluatorTypes.EQUILIBRATION, without))
                .isNotEqualTo(IdentityPolicy.digest(EvaluatorTypes.EQUILIBRATION, with))
                .isEqualTo(IdentityPolicy.digest(
                        EvaluatorTypes.EQUILIBRATION,
                        Samples.box(Samples.WATER).statisticalInefficiency(7).build()));
    }

    @Test
    @DisplayName("H18: identities are the same in every process")
    void stableIdentity() {
        assertThat(IdentityPolicy.digest(
                        EvaluatorTypes.SIMULATION,
                        Samples.simulation(Samples.MIXTURE).build()))
                .contains(IDENTITY);
        assertThat(DataType.hash(Samples.FORCE_FIELD)).isEqualTo(CONTENT);
    }

    private static final String IDENTITY = "613393f7b18cd8237d8cf9fb69c42f62f0d207e12bd3e7e7bbfb89a95cd74963";
    private static final String CONTENT = "190f6cbeb4f6c3591c47c70feb384d544ac24e2eb54aad10aaecf4f827f687a7";

    @Test
    @DisplayName("H7: of two equally good ones that which is there stays")
    void ties() {
        assertThat(choice(1, 1)).isEqualTo(Choice.KEEP);
        assertThat(choice(1, 2)).isEqualTo(Choice.KEEP);
        assertThat(choice(2.5, 2.5 - 1e-6)).isEqualTo(Choice.REPLACE);
    }

    private static Choice choice(double existing, double candidate) {
        return EvaluatorTypes.SIMULATION
                .replacement()
                .choose(
                        Samples.simulation(Samples.WATER)
                                .statisticalInefficiency(existing)
                                .build(),
                        Samples.simulation(Samples.WATER)
                                .statisticalInefficiency(candidate)
                                .build());
    }
}
