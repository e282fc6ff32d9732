package io.atomflux.hub;

/**
 * A key to be made of a column.
 *
 * @param key of the row
 * @param column where among the columns read; negative if there is none, then a default is made
 * @param kind how
 */
record Target(String key, int column, Kind kind) {

    static final String POSITIONS = "arrays.positions";
    static final String NUMBERS = "arrays.numbers";
    static final String CELL = "cell";
    static final String PBC = "pbc";

    /** What is made of a column. */
    enum Kind {
        VECTORS,
        NUMBERS,
        CELL,
        PBC,
        ARRAY,
        PLAIN
    }

    static Kind kindOf(String key) {
        return switch (key) {
            case POSITIONS -> Kind.VECTORS;
            case NUMBERS -> Kind.NUMBERS;
            case CELL -> Kind.CELL;
            case PBC -> Kind.PBC;
            default -> key.startsWith("calc.") || key.startsWith("arrays.") ? Kind.ARRAY : Kind.PLAIN;
        };
    }

    /** Tells whether a key is of a part of a row that takes any name. */
    static boolean isOpen(String key) {
        return key.startsWith("calc.") || key.startsWith("arrays.") || key.startsWith("info.");
    }
}
