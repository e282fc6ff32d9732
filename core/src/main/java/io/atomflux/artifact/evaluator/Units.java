package io.atomflux.artifact.evaluator;

import java.util.Map;

/**
 * The closed table of unit texts known here. Pint writes long names ({@code kilojoule / mole}) and reads symbols too; texts
 * that are not in the table are kept as they are, and nothing is computed with them.
 *
 * <p>Factors: "The International System of Units", BIPM, 9th edition; the standard atmosphere is 101325 Pa exactly, a pound
 * force per square inch is 4.4482216152605 N / (0.0254 m)².
 */
final class Units {

    static final String NONE = "dimensionless";

    private static final Map<String, String> LONG = Map.ofEntries(
            Map.entry("K", "kelvin"),
            Map.entry("degC", "degree_Celsius"),
            Map.entry("°C", "degree_Celsius"),
            Map.entry("celsius", "degree_Celsius"),
            Map.entry("degF", "degree_Fahrenheit"),
            Map.entry("Pa", "pascal"),
            Map.entry("hPa", "hectopascal"),
            Map.entry("kPa", "kilopascal"),
            Map.entry("MPa", "megapascal"),
            Map.entry("GPa", "gigapascal"),
            Map.entry("mbar", "millibar"),
            Map.entry("kbar", "kilobar"),
            Map.entry("atm", "standard_atmosphere"),
            Map.entry("psi", "pound_force_per_square_inch"),
            Map.entry("mmHg", "millimeter_Hg"),
            Map.entry("kJ/mol", "kilojoule / mole"),
            Map.entry("kJ / mol", "kilojoule / mole"),
            Map.entry("kcal/mol", "kilocalorie / mole"),
            Map.entry("kcal / mol", "kilocalorie / mole"),
            Map.entry("J/mol", "joule / mole"),
            Map.entry("J / mol", "joule / mole"),
            Map.entry("nm", "nanometer"),
            Map.entry("Å", "angstrom"),
            Map.entry("nm**3", "nanometer ** 3"),
            Map.entry("nm ** 3", "nanometer ** 3"),
            Map.entry("Å**3", "angstrom ** 3"),
            Map.entry("Å ** 3", "angstrom ** 3"),
            Map.entry("g/ml", "gram / milliliter"),
            Map.entry("g / ml", "gram / milliliter"),
            Map.entry("g/mL", "gram / milliliter"),
            Map.entry("g / mL", "gram / milliliter"),
            Map.entry("", NONE));

    private static final Map<String, Double> PASCALS = Map.ofEntries(
            Map.entry("pascal", 1.0),
            Map.entry("hectopascal", 1e2),
            Map.entry("kilopascal", 1e3),
            Map.entry("megapascal", 1e6),
            Map.entry("gigapascal", 1e9),
            Map.entry("bar", 1e5),
            Map.entry("millibar", 1e2),
            Map.entry("kilobar", 1e8),
            Map.entry("standard_atmosphere", 101325.0),
            Map.entry("atmosphere", 101325.0),
            Map.entry("torr", 101325.0 / 760),
            Map.entry("millimeter_Hg", 133.322387415),
            Map.entry("pound_force_per_square_inch", 4.4482216152605 / (0.0254 * 0.0254)));

    private static final Map<String, String> DIMENSIONS = Map.ofEntries(
            Map.entry("kelvin", "temperature"),
            Map.entry("degree_Celsius", "temperature"),
            Map.entry("degree_Fahrenheit", "temperature"),
            Map.entry("joule / mole", "energy"),
            Map.entry("kilojoule / mole", "energy"),
            Map.entry("kilocalorie / mole", "energy"),
            Map.entry("nanometer", "length"),
            Map.entry("angstrom", "length"),
            Map.entry("nanometer ** 3", "volume"),
            Map.entry("angstrom ** 3", "volume"),
            Map.entry("liter", "volume"),
            Map.entry("milliliter", "volume"),
            Map.entry("gram / milliliter", "density"),
            Map.entry("gram / centimeter ** 3", "density"),
            Map.entry("kilogram / meter ** 3", "density"),
            Map.entry(NONE, NONE));

    private Units() {}

    /** Returns the long form of a symbol of the table, else the text as it is. */
    static String longForm(String unit) {
        return LONG.getOrDefault(unit, unit);
    }

    /** Tells whether a unit of the table has another dimension; of texts that are not in it nothing is known. */
    static boolean contradicts(String unit, String dimension) {
        String known = PASCALS.containsKey(unit) ? "pressure" : DIMENSIONS.getOrDefault(unit, dimension);
        return !known.equals(dimension);
    }

    static double kelvin(double value, String unit) {
        return switch (unit) {
            case "kelvin" -> value;
            case "degree_Celsius" -> value + 273.15;
            case "degree_Fahrenheit" -> (value + 459.67) * 5 / 9;
            default ->
                throw new IllegalArgumentException(
                        "temperature: unit \"%s\" (expected: kelvin, degree_Celsius or degree_Fahrenheit)"
                                .formatted(unit));
        };
    }

    static double pascals(double value, String unit) {
        Double factor = PASCALS.get(unit);
        if (factor == null) {
            throw new IllegalArgumentException("pressure: unit \"%s\" (expected: one of %s)"
                    .formatted(unit, PASCALS.keySet().stream().sorted().toList()));
        }
        return value * factor;
    }
}
