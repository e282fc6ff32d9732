package io.atomflux.artifact.evaluator;

import java.util.Objects;
import java.util.Optional;

/**
 * A temperature, and a pressure if there is one. Two are equal if kelvin and pascals are, written with three decimals.
 *
 * @param temperature above zero; kelvin, degree_Celsius or degree_Fahrenheit
 * @param pressure above zero; pascal, its multiples, bar, standard_atmosphere and others of the table of units
 */
public record ThermodynamicState(Quantity temperature, Optional<Quantity> pressure) {

    public ThermodynamicState {
        Objects.requireNonNull(pressure, "pressure");
        positive("temperature", Units.kelvin(temperature.value(), temperature.unit()), "kelvin");
        pressure.ifPresent(given -> positive("pressure", Units.pascals(given.value(), given.unit()), "pascals"));
    }

    private static void positive(String what, double value, String unit) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("%s: %s %s (expected: more than 0)".formatted(what, value, unit));
        }
    }

    /** Makes a state with pressure. */
    public static ThermodynamicState of(Quantity temperature, Quantity pressure) {
        return new ThermodynamicState(temperature, Optional.of(pressure));
    }

    /** Makes a state without pressure. */
    public static ThermodynamicState of(Quantity temperature) {
        return new ThermodynamicState(temperature, Optional.empty());
    }

    /** Returns the temperature in kelvin. */
    public double kelvin() {
        return Units.kelvin(temperature.value(), temperature.unit());
    }

    /** Returns the pressure in pascals. */
    public Optional<Double> pascals() {
        return pressure.map(given -> Units.pascals(given.value(), given.unit()));
    }

    /** Returns what it is compared by. */
    String identifier() {
        return Amount.decimals(kelvin(), 3)
                + pascals().map(value -> " " + Amount.decimals(value, 3)).orElse("");
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ThermodynamicState other && identifier().equals(other.identifier());
    }

    @Override
    public int hashCode() {
        return identifier().hashCode();
    }
}
