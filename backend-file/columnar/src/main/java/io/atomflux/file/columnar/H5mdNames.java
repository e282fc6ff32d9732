package io.atomflux.file.columnar;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which element of an H5MD file a key of rows is, and back (asebytes 0.3 and znh5md 0.4, names and origins).
 *
 * <p>An element is a group with the arrays {@code value}, {@code step} and {@code time}, or an array alone where it is one for all
 * rows (H5MD 1.1, "Storage of time-dependent and fixed data"). The attribute {@value #ORIGIN} of an element tells which of
 * the keys it is that would share its place.
 */
final class H5mdNames {

    /** The attribute that tells where an element comes from: {@code atoms}, {@code arrays}, {@code calc} or {@code info}. */
    static final String ORIGIN = "ASE_ENTRY_ORIGIN";

    static final String NUMBERS = "arrays.numbers";
    static final String POSITIONS = "arrays.positions";
    static final String CONSTRAINTS = "constraints";
    static final String CONSTRAINTS_JSON = "info.constraints_json";
    static final String CONNECTIVITY = "info.connectivity";
    // not keys, which have no slash here
    static final String BONDS = "connectivity/bonds";
    static final String BOND_ORDERS = "connectivity/bond_orders";

    private static final Map<String, String> TO_ELEMENT = Map.of(
            "positions", "position",
            "numbers", "species",
            "forces", "force",
            "masses", "mass",
            "charges", "charge",
            "velocities", "velocity",
            "energy", "potential_energy");
    private static final Map<String, String> FROM_ELEMENT = TO_ELEMENT.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));
    private static final Set<String> OF_PARTICLES =
            Set.of("position", "velocity", "force", "mass", "species", "id", "charge");
    private static final Map<String, String> UNITS = Map.of(
            "positions", "Angstrom",
            "cell", "Angstrom",
            "forces", "eV/Angstrom",
            "stress", "eV/Angstrom^3",
            "velocities", "Angstrom/fs",
            "energy", "eV");
    private static final int LONGEST_NAME = 200;

    private H5mdNames() {}

    static String particles(String group) {
        return "particles/" + group;
    }

    static String box(String group) {
        return "particles/" + group + "/box";
    }

    static String observables(String group) {
        return "observables/" + group;
    }

    static String connectivity(String group) {
        return "connectivity/" + group;
    }

    static String holder(String group) {
        return "asebytes/" + group;
    }

    /** Tells why a key has no place in a file, and what can be done; empty if it has one. */
    static Optional<String> refusal(String key) {
        if (key.equals("cell") || key.equals("pbc") || key.equals(CONSTRAINTS)) {
            return Optional.empty();
        }
        String origin = prefix(key);
        if (origin.isEmpty()) {
            return Optional.of(
                    "no place in H5MD (expected: cell, pbc, constraints, or a key that begins with arrays., calc."
                            + " or info.)");
        }
        if (key.equals(CONSTRAINTS_JSON)) {
            return Optional.of("the place of constraints (expected: the key constraints)");
        }
        String name = key.substring(origin.length() + 1);
        if (FROM_ELEMENT.containsKey(name)) {
            String meant = FROM_ELEMENT.get(name);
            return Optional.of("H5MD's name of %s, as which it would come back (expected: %s.%s, or another key)"
                    .formatted(meant, origin, meant));
        }
        if (origin.equals("arrays") && name.equals("box")) {
            return Optional.of("the place of cell and pbc (expected: another key)");
        }
        if (name.isEmpty()
                || name.equals(".")
                || name.equals("..")
                || name.indexOf('/') >= 0
                || name.indexOf('\0') >= 0
                || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME
                || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            return Optional.of(
                    "a name that HDF5 cannot have (expected: 1 to 200 bytes of UTF-8 behind %s., without / or NUL,"
                                    .formatted(origin)
                            + " not . or ..)");
        }
        return Optional.empty();
    }

    /** Returns the path of the element of a column. */
    static String element(String group, String column) {
        switch (column) {
            case "cell":
                return box(group) + "/edges";
            case "pbc":
                return box(group) + "/pbc";
            case BONDS:
                return connectivity(group) + "/bonds";
            case BOND_ORDERS:
                return connectivity(group) + "/bond_orders";
            default:
        }
        String origin = prefix(column);
        String name = column.substring(origin.length() + 1);
        return switch (origin) {
            case "arrays" -> particles(group) + "/" + TO_ELEMENT.getOrDefault(name, name);
            case "calc" -> {
                String element = TO_ELEMENT.getOrDefault(name, name);
                yield (OF_PARTICLES.contains(element) ? particles(group) : observables(group)) + "/" + element;
            }
            default -> observables(group) + "/" + name;
        };
    }

    /** Returns the value of {@value #ORIGIN} for a column; empty for bonds, which have none. */
    static Optional<String> origin(String column) {
        return switch (column) {
            case "cell", "pbc", NUMBERS, POSITIONS -> Optional.of("atoms");
            case BONDS, BOND_ORDERS -> Optional.empty();
            default -> Optional.of(prefix(column));
        };
    }

    /** Returns the unit of a column written by this library or asebytes. */
    static Optional<String> unit(String column) {
        return Optional.ofNullable(UNITS.get(column.substring(column.indexOf('.') + 1)));
    }

    /** Tells whether a column lies under the particles and has therefore one entry for each of them. */
    static boolean ofParticles(String column) {
        return column.startsWith("arrays.")
                || (column.startsWith("calc.")
                        && OF_PARTICLES.contains(TO_ELEMENT.getOrDefault(column.substring(5), column.substring(5))));
    }

    /** Returns the key of an element of the particles. */
    static String particleKey(String element, @Nullable Object origin) {
        return ("calc".equals(origin) ? "calc." : "arrays.") + FROM_ELEMENT.getOrDefault(element, element);
    }

    /** Returns the key of an observable; its name has slashes where it lies deeper. */
    static String observableKey(String element, @Nullable Object origin) {
        return ("info".equals(origin) ? "info." : "calc.") + FROM_ELEMENT.getOrDefault(element, element);
    }

    private static String prefix(String key) {
        int dot = key.indexOf('.');
        String prefix = dot < 0 ? "" : key.substring(0, dot);
        return prefix.equals("arrays") || prefix.equals("calc") || prefix.equals("info") ? prefix : "";
    }
}
