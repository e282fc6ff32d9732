package io.atomflux.file.asedb;

import io.atomflux.atoms.Elements;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The columns that ASE computes from the others, to select by them: natoms, fmax, smax, volume, mass, charge.
 *
 * <p>fmax is the largest force after FixAtoms, FixCartesian, FixedLine and FixedPlane; with a constraint of another kind it is
 * NULL, as it takes ASE's own code to apply that.
 */
final class Derived {

    private Derived() {}

    static void compute(Cells cells) {
        NdArray numbers = cells.integers(Layout.NUMBERS);
        int atoms = cells.atoms();
        cells.put("natoms", (long) atoms);
        NdArray masses = cells.reals("masses");
        if (masses != null) {
            cells.put("mass", sum(masses));
        } else {
            cells.put("mass", numbers == null ? (Double) 0.0 : standardMass(numbers));
        }
        NdArray charges = cells.reals("initial_charges");
        cells.put("charge", charges == null ? 0.0 : sum(charges));
        NdArray cell = cells.reals(Layout.CELL);
        double volume = cell == null ? 0 : Math.abs(determinant(cell));
        cells.put("volume", volume == 0 ? null : (Double) volume);
        NdArray stress = cells.reals("stress");
        cells.put("smax", stress == null || stress.size() == 0 ? null : (Double) largest(stress));
        NdArray forces = cells.reals("forces");
        cells.put("fmax", forces == null ? null : fmax(forces, atoms, cells.constraints()));
    }

    private static Double sum(NdArray array) {
        double sum = 0;
        for (int i = 0; i < array.size(); i++) {
            sum += array.doubleAt(i);
        }
        return sum;
    }

    private static @Nullable Double standardMass(NdArray numbers) {
        double sum = 0;
        for (int i = 0; i < numbers.size(); i++) {
            if (!Elements.isKnown(numbers.longAt(i))) {
                return null;
            }
            sum += Elements.mass(numbers.longAt(i));
        }
        return sum;
    }

    private static double determinant(NdArray c) {
        return c.doubleAt(0) * (c.doubleAt(4) * c.doubleAt(8) - c.doubleAt(5) * c.doubleAt(7))
                - c.doubleAt(1) * (c.doubleAt(3) * c.doubleAt(8) - c.doubleAt(5) * c.doubleAt(6))
                + c.doubleAt(2) * (c.doubleAt(3) * c.doubleAt(7) - c.doubleAt(4) * c.doubleAt(6));
    }

    private static double largest(NdArray array) {
        double largest = 0;
        for (int i = 0; i < array.size(); i++) {
            largest = Math.max(largest, Math.abs(array.doubleAt(i)));
        }
        return largest;
    }

    private static @Nullable Double fmax(NdArray stored, int atoms, List<?> constraints) {
        double[] forces = stored.toDoubleArray();
        if (atoms == 0 || forces.length != 3L * atoms) {
            return null;
        }
        for (Object constraint : constraints) {
            if (!(constraint instanceof Map<?, ?> map)
                    || !(map.get("kwargs") instanceof Map<?, ?> arguments)
                    || !apply(String.valueOf(map.get("name")), arguments, forces)) {
                return null;
            }
        }
        double largest = 0;
        for (int i = 0; i < forces.length; i += 3) {
            double square = forces[i] * forces[i] + forces[i + 1] * forces[i + 1] + forces[i + 2] * forces[i + 2];
            largest = Math.max(largest, square);
        }
        return Math.sqrt(largest);
    }

    private static boolean apply(String name, Map<?, ?> arguments, double[] forces) {
        Object listed = arguments.containsKey("indices") ? arguments.get("indices") : arguments.get("a");
        List<Double> indices = numbers(listed);
        if (indices == null) {
            return false;
        }
        boolean line = name.equals("FixedLine");
        List<Double> direction = switch (name) {
            case "FixAtoms" -> List.of(1.0, 1.0, 1.0);
            case "FixCartesian" -> numbers(arguments.get("mask"));
            case "FixedLine", "FixedPlane" -> numbers(arguments.get("direction"));
            default -> null;
        };
        if (direction == null || direction.size() != 3) {
            return false;
        }
        for (double index : indices) {
            int atom = (int) (index < 0 ? index + forces.length / 3 : index);
            if (atom != index && index >= 0 || atom < 0 || atom >= forces.length / 3) {
                return false;
            }
            if (name.startsWith("Fixed")) {
                project(forces, 3 * atom, direction, line);
            } else {
                for (int k = 0; k < 3; k++) {
                    forces[3 * atom + k] = direction.get(k) != 0 ? 0 : forces[3 * atom + k];
                }
            }
        }
        return true;
    }

    private static void project(double[] forces, int at, List<Double> direction, boolean ontoLine) {
        double along = 0;
        double square = 0;
        for (int k = 0; k < 3; k++) {
            along += forces[at + k] * direction.get(k);
            square += direction.get(k) * direction.get(k);
        }
        for (int k = 0; k < 3; k++) {
            double part = along / square * direction.get(k);
            forces[at + k] = ontoLine ? part : forces[at + k] - part;
        }
    }

    /** Returns numbers and booleans, of which there may be just one, as doubles; null if it is something else. */
    private static @Nullable List<Double> numbers(@Nullable Object value) {
        List<?> items = value instanceof NdArray array && array.dtype().isReal() && array.rank() == 1
                ? List.of(java.util.Arrays.stream(array.toDoubleArray()).boxed().toArray())
                : value instanceof List<?> list ? list : List.of(value == null ? "none" : value);
        List<Double> numbers = new ArrayList<>();
        for (Object item : items) {
            if (item instanceof Number number) {
                numbers.add(number.doubleValue());
            } else if (item instanceof Boolean flag) {
                numbers.add(flag ? 1.0 : 0.0);
            } else {
                return null;
            }
        }
        return numbers;
    }
}
