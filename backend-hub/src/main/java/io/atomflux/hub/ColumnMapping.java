package io.atomflux.hub;

import io.atomflux.error.InvalidOptionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Which columns of a dataset become which keys of a row; immutable.
 *
 * <p>Only positions and numbers have to be there. Of the others, those a file does not have are left out, but {@code cell}
 * becomes zeros and {@code pbc} false. Columns that nothing is made of come as {@code info.<column>}, unchanged.
 *
 * <ul>
 *   <li>{@code arrays.positions} and {@code cell} become float64; a coordinate that is null becomes NaN; a cell that is null
 *       or empty zeros
 *   <li>{@code arrays.numbers} become int64; texts are taken for chemical symbols
 *   <li>{@code pbc} becomes booleans, of numbers (dimension types) what is not zero is true
 *   <li>lists of {@code calc.*} and {@code arrays.*} become arrays, floats float64 and integers int64; null
 *       and an empty list, which is how datasets say that a result is missing, leave the key out. Stress comes as it is
 *       delivered, often as a matrix
 * </ul>
 *
 * <p>Units are those of the dataset: nothing is converted.
 */
public final class ColumnMapping {

    /** Of the ColabFit Exchange: "ColabFit" in the dataset cards of {@code huggingface.co/colabfit}. */
    public static final ColumnMapping COLABFIT = builder("positions", "atomic_numbers")
            .cell("cell")
            .pbc("pbc")
            .calc("energy", "energy")
            .calc("forces", "atomic_forces")
            .calc("stress", "cauchy_stress")
            .build();

    /** Of LeMaterial, whose names are those of OPTIMADE 1.2, section "Structures entries". */
    public static final ColumnMapping OPTIMADE = builder("cartesian_site_positions", "species_at_sites")
            .cell("lattice_vectors")
            .pbc("dimension_types")
            .calc("energy", "energy")
            .calc("forces", "forces")
            .calc("stress", "stress_tensor")
            .build();

    /** Every column under its own name, unchanged: rows of any dataset, which are no structures. */
    public static final ColumnMapping NONE = new ColumnMapping(Map.of());

    private static final String EXAMPLE =
            "e.g. positions=coords,numbers=z,cell=lattice,pbc=periodic,calc.energy=e,arrays.charges=q,info.source=origin";

    private final Map<String, String> columnByKey;

    private ColumnMapping(Map<String, String> columnByKey) {
        this.columnByKey = columnByKey;
    }

    /**
     * Begins with what a structure needs.
     *
     * @param positions the column of positions, n times 3
     * @param numbers the column of atomic numbers or symbols
     */
    public static Builder builder(String positions, String numbers) {
        return new Builder(positions, numbers);
    }

    /**
     * Reads a mapping as the option {@code mapping} has it: {@code colabfit}, {@code optimade} (or {@code lematerial}), {@code
     * none}, or {@code target=column} pairs joined by commas, where targets are {@code positions}, {@code numbers}, {@code
     * cell}, {@code pbc}, {@code calc.X}, {@code arrays.X} and {@code info.X}.
     *
     * @throws InvalidOptionException if it is none of these
     */
    public static ColumnMapping parse(String text) {
        switch (text.strip()) {
            case "colabfit" -> {
                return COLABFIT;
            }
            case "optimade", "lematerial" -> {
                return OPTIMADE;
            }
            case "none" -> {
                return NONE;
            }
            default -> {}
        }
        Map<String, String> columns = new LinkedHashMap<>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            String target = equals < 0 ? "" : pair.substring(0, equals).strip();
            String column = pair.substring(equals + 1).strip();
            Optional<String> key = key(target);
            if (key.isEmpty() || column.isEmpty()) {
                throw new InvalidOptionException(
                        "mapping",
                        "\"%s\" (expected: colabfit, optimade, none, or target=column pairs, %s)"
                                .formatted(pair.strip(), EXAMPLE));
            }
            if (columns.put(key.get(), column) != null) {
                throw new InvalidOptionException("mapping", "%s given twice (expected: once)".formatted(target));
            }
        }
        if (!columns.containsKey(Target.POSITIONS) || !columns.containsKey(Target.NUMBERS)) {
            throw new InvalidOptionException(
                    "mapping", "\"%s\" (expected: positions and numbers among it, %s)".formatted(text, EXAMPLE));
        }
        return new ColumnMapping(columns);
    }

    private static Optional<String> key(String target) {
        return switch (target) {
            case "positions" -> Optional.of(Target.POSITIONS);
            case "numbers" -> Optional.of(Target.NUMBERS);
            case Target.CELL, Target.PBC -> Optional.of(target);
            default -> Target.isOpen(target) && !target.endsWith(".") ? Optional.of(target) : Optional.<String>empty();
        };
    }

    /** Guesses by the columns of a dataset: empty if none of the ready mappings fits, or both do. */
    static Optional<ColumnMapping> guess(List<String> columns) {
        List<ColumnMapping> fitting = new ArrayList<>();
        for (ColumnMapping ready : List.of(COLABFIT, OPTIMADE)) {
            if (columns.contains(ready.columnByKey.get(Target.POSITIONS))
                    && columns.contains(ready.columnByKey.get(Target.NUMBERS))) {
                fitting.add(ready);
            }
        }
        if (columns.contains(Target.NUMBERS) && columns.contains(Target.POSITIONS)) {
            fitting.add(NONE); // our own keys
        }
        return fitting.size() == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
    }

    /** Tells whether every column keeps its name. */
    boolean isNone() {
        return columnByKey.isEmpty();
    }

    /** Returns the columns by the keys made of them, positions and numbers among them unless all names are kept. */
    Map<String, String> columnByKey() {
        return columnByKey;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ColumnMapping other && columnByKey.equals(other.columnByKey);
    }

    @Override
    public int hashCode() {
        return columnByKey.hashCode();
    }

    /** Shows the keys with their columns. */
    @Override
    public String toString() {
        return isNone() ? "none" : columnByKey.toString();
    }

    /** Builds a mapping step by step; for one thread. */
    public static final class Builder {

        private final Map<String, String> columns = new LinkedHashMap<>();

        private Builder(String positions, String numbers) {
            put(Target.POSITIONS, positions);
            put(Target.NUMBERS, numbers);
        }

        private Builder put(String key, String column) {
            columns.put(key, Objects.requireNonNull(column, "column"));
            return this;
        }

        /** Takes the cell vectors from a column, 3 times 3. */
        public Builder cell(String column) {
            return put(Target.CELL, column);
        }

        /** Takes three flags, or dimension types, from a column. */
        public Builder pbc(String column) {
            return put(Target.PBC, column);
        }

        /** Takes a result from a column: {@code calc.<name>}. */
        public Builder calc(String name, String column) {
            return put("calc." + Objects.requireNonNull(name, "name"), column);
        }

        /** Takes a value for each atom from a column: {@code arrays.<name>}. */
        public Builder array(String name, String column) {
            return put("arrays." + Objects.requireNonNull(name, "name"), column);
        }

        /** Takes a value from a column, unchanged: {@code info.<name>}. */
        public Builder info(String name, String column) {
            return put("info." + Objects.requireNonNull(name, "name"), column);
        }

        /** Returns the mapping. */
        public ColumnMapping build() {
            Map<String, String> ordered = new LinkedHashMap<>(columns);
            return new ColumnMapping(Collections.unmodifiableMap(ordered));
        }
    }
}
