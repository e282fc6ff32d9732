package io.atomflux.file.ase;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the columns of a frame's atom lines are: the parsed {@code Properties} of its comment.
 *
 * <p>Names and meanings are those of ASE 3.29.
 */
final class ColumnPlan {

    static final String DEFAULT = "species:S:1:pos:R:3";

    private static final Set<String> RESULTS = Set.of(
            "energy",
            "energies",
            "forces",
            "stress",
            "stresses",
            "dipole",
            "charges",
            "magmom",
            "magmoms",
            "free_energy",
            "dielectric_tensor",
            "born_effective_charges",
            "polarization");
    private static final int MOST_COLUMNS = 1 << 20;

    /** Where the values of a column go. */
    enum Target {
        SYMBOLS,
        NUMBERS,
        POSITIONS,
        MOVE_MASK,
        ARRAY,
        RESULT
    }

    /** One property. */
    record Column(String name, char type, int width, Target target, String key) {}

    private final List<Column> columns;
    private final long width;

    private ColumnPlan(List<Column> columns, long width) {
        this.columns = columns;
        this.width = width;
    }

    List<Column> columns() {
        return columns;
    }

    /** Tells whether a column of symbols does not count, because numbers are given or another one follows. */
    boolean isIgnored(int index) {
        if (columns.get(index).target != Target.SYMBOLS) {
            return false;
        }
        boolean ignored = false;
        for (int i = 0; i < columns.size(); i++) {
            Target other = columns.get(i).target;
            ignored |= other == Target.NUMBERS || (i > index && other == Target.SYMBOLS);
        }
        return ignored;
    }

    /** Returns how many words an atom line must have. */
    long width() {
        return width;
    }

    /** Tells whether a name means a calculator result as a column. */
    static boolean isResult(String name) {
        return RESULTS.contains(name);
    }

    /**
     * Parses {@code name:type:columns} triplets; an incomplete last one is left out.
     *
     * @throws BadFrame if they are malformed, or two would have the same name
     */
    static ColumnPlan parse(String properties) {
        String[] fields = properties.split(":", -1);
        List<Column> columns = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long width = 0;
        for (int i = 0; i + 3 <= fields.length; i += 3) {
            Column column = column(fields[i], fields[i + 1], fields[i + 2], properties);
            width += column.width;
            if (width > MOST_COLUMNS) {
                throw new BadFrame(1, "Properties of %d columns (expected: at most %d)".formatted(width, MOST_COLUMNS));
            }
            for (int c = 0; c < column.width; c++) {
                if (!names.add(column.width == 1 ? column.name : column.name + c)) {
                    throw new BadFrame(
                            1,
                            "Properties=%s: column \"%s\" twice (expected: once)".formatted(properties, column.name));
                }
            }
            columns.add(column);
        }
        return new ColumnPlan(List.copyOf(columns), width);
    }

    private static Column column(String name, String type, String count, String properties) {
        java.math.BigInteger columns = PyText.integer(count);
        boolean typed = type.length() == 1 && "SRIL".contains(type);
        if (!typed || columns == null || columns.signum() <= 0 || columns.bitLength() > 31 || name.isEmpty()) {
            throw new BadFrame(
                    1,
                    "Properties=%s: \"%s:%s:%s\" (expected: a name, one of S R I L, and a number of columns)"
                            .formatted(properties, name, type, count));
        }
        int width = columns.intValue();
        return switch (name) {
            case "species", "symbols" -> new Column(name, type.charAt(0), width, Target.SYMBOLS, "arrays.numbers");
            case "Z", "numbers" -> new Column(name, type.charAt(0), width, Target.NUMBERS, "arrays.numbers");
            case "pos", "positions" -> new Column(name, type.charAt(0), width, Target.POSITIONS, "arrays.positions");
            case "move_mask" -> new Column(name, type.charAt(0), width, Target.MOVE_MASK, "constraints");
            case "charge" -> new Column(name, type.charAt(0), width, Target.RESULT, "calc.charges");
            default ->
                RESULTS.contains(name)
                        ? new Column(name, type.charAt(0), width, Target.RESULT, "calc." + name)
                        : new Column(name, type.charAt(0), width, Target.ARRAY, "arrays." + name);
        };
    }
}
