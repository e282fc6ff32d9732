package io.atomflux.atoms;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects one structure; not for use from several threads.
 *
 * <p>Each call checks what it is given, {@link #build} what must fit together. A row made so has the key order of
 * asebytes 0.3: cell, pbc, numbers, positions, other arrays, info, results, constraints, and last all other keys.
 */
public final class AtomsBuilder {

    private @Nullable NdArray numbers;
    private @Nullable NdArray positions;
    private NdArray cell = Structure.NO_CELL;
    private Object pbc = Structure.NO_PBC;
    private final Map<String, @Nullable Object> arrays = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> info = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> results = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> others = new LinkedHashMap<>();
    private @Nullable Object constraints;

    AtomsBuilder() {}

    static AtomsBuilder from(Row row) {
        AtomsBuilder builder = new AtomsBuilder();
        row.forEach(builder::take);
        return builder;
    }

    private void take(String key, @Nullable Object value) {
        if (key.equals(Structure.CONSTRAINTS)) {
            constraints = value;
        } else if (key.startsWith(Structure.INFO)) {
            info.put(key, value);
        } else if (key.startsWith(Structure.CALC)) {
            results.put(key, value);
        } else if (value != null && key.equals(Structure.CELL)) {
            cell = Structure.cell(value);
        } else if (value != null && key.equals(Structure.PBC)) {
            pbc = value;
        } else if (value != null && key.equals(Structure.NUMBERS)) {
            numbers = Structure.numbers(value);
        } else if (value instanceof NdArray array && key.equals(Structure.POSITIONS)) {
            positions = array;
        } else {
            (key.startsWith(Structure.ARRAYS) ? arrays : others).put(key, value);
        }
    }

    /** Sets the elements by symbol, e.g. {@code "C", "O"}; an unknown one is refused. */
    public AtomsBuilder symbols(String... symbols) {
        return symbols(List.of(symbols));
    }

    /** Sets the elements by symbol; an unknown one is refused. */
    public AtomsBuilder symbols(List<String> symbols) {
        return numbers(symbols.stream().mapToInt(Elements::number).toArray());
    }

    /** Sets the elements by atomic number, stored as int64. */
    public AtomsBuilder numbers(int... atomicNumbers) {
        return numbers(NdArray.of(atomicNumbers).as(DType.INT64));
    }

    /** Sets the elements by atomic number: integers of any type, of shape (n). */
    public AtomsBuilder numbers(NdArray atomicNumbers) {
        numbers = Structure.numbers(atomicNumbers);
        return this;
    }

    /** Sets the positions in Å, one row of x, y, z per atom; without them all atoms are at the origin. */
    public AtomsBuilder positions(double[][] rows) {
        return positions(Structure.matrix(rows));
    }

    /** Sets the positions in Å, real of shape (n, 3). */
    public AtomsBuilder positions(NdArray values) {
        positions = Structure.vectors(Structure.POSITIONS, values);
        return this;
    }

    /** Sets an orthorhombic cell by its edges in Å; not set, the cell is zero. */
    public AtomsBuilder cell(double a, double b, double c) {
        return cell(new double[][] {{a, 0, 0}, {0, b, 0}, {0, 0, c}});
    }

    /** Sets the three cell vectors as rows, in Å. */
    public AtomsBuilder cell(double[][] vectors) {
        return cell(Structure.matrix(vectors));
    }

    /** Sets the cell vectors as rows in Å, real of shape (3, 3). */
    public AtomsBuilder cell(NdArray vectors) {
        cell = Structure.cell(vectors);
        return this;
    }

    /** Sets along which cell vectors the structure is periodic; not set, it is along none. */
    public AtomsBuilder pbc(boolean a, boolean b, boolean c) {
        pbc = NdArray.of(new boolean[] {a, b, c});
        return this;
    }

    /** Sets the same periodicity along all three cell vectors. */
    public AtomsBuilder pbc(boolean all) {
        return pbc(all, all, all);
    }

    /**
     * Sets a per-atom array.
     *
     * @param name without {@code arrays.}, e.g. {@code tags}
     * @param values an {@link NdArray} or a primitive array with n entries on its first axis
     */
    public AtomsBuilder array(String name, Object values) {
        String key = Structure.ARRAYS + name;
        NdArray array = Structure.widened(key, values);
        if (key.equals(Structure.NUMBERS)) {
            return numbers(array);
        } else if (key.equals(Structure.POSITIONS)) {
            return positions(array);
        }
        arrays.put(key, array);
        return this;
    }

    /** Sets the momenta in ASE's unit √(u·eV), one row of three per atom. */
    public AtomsBuilder momenta(double[][] rows) {
        return array("momenta", Structure.matrix(rows));
    }

    /** Sets a metadata value, {@code name} without {@code info.}; the value is what {@link Values#of} takes. */
    public AtomsBuilder info(String name, @Nullable Object value) {
        info.put(Structure.INFO + name, Values.of(Structure.INFO + name, value));
        return this;
    }

    /** Sets a calculator result, {@code name} without {@code calc.}; the value is what {@link Values#of} takes. */
    public AtomsBuilder result(String name, @Nullable Object value) {
        results.put(Structure.CALC + name, Values.of(Structure.CALC + name, value));
        return this;
    }

    /** Sets the potential energy in eV. */
    public AtomsBuilder energy(double electronVolts) {
        return result("energy", electronVolts);
    }

    /** Sets the forces in eV/Å, one row of three per atom. */
    public AtomsBuilder forces(double[][] rows) {
        return forces(Structure.matrix(rows));
    }

    /** Sets the forces in eV/Å, real of shape (n, 3). */
    public AtomsBuilder forces(NdArray values) {
        return result("forces", Structure.vectors(Structure.FORCES, values));
    }

    /** Sets the stress in eV/Å³ in Voigt order xx, yy, zz, yz, xz, xy. */
    public AtomsBuilder stress(double... voigt) {
        NdArray values = NdArray.of(voigt);
        Structure.stress(values);
        return result("stress", values);
    }

    /** Adds a constraint. */
    public AtomsBuilder constraint(Constraint constraint) {
        List<@Nullable Object> more = new ArrayList<>(constraints instanceof List<?> list ? list : List.of());
        more.add(constraint.toMap());
        constraints = more;
        return this;
    }

    /** Sets a key that is no part of a structure; one that is has its own method and is refused here. */
    public AtomsBuilder other(String key, @Nullable Object value) {
        if (Structure.isKnown(key)) {
            throw new IllegalArgumentException(
                    "key: \"%s\" (expected: none that a structure has itself)".formatted(key));
        }
        others.put(key, Values.of(key, value));
        return this;
    }

    /**
     * Returns the structure; this builder may go on to another.
     *
     * @throws IllegalArgumentException if positions, arrays or forces are not as many as the atoms
     */
    public Atoms build() {
        NdArray atoms = numbers == null ? Structure.NO_NUMBERS : numbers;
        int n = atoms.size();
        NdArray places = positions == null ? NdArray.zeros(DType.FLOAT64, n, 3) : positions;
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put(Structure.CELL, cell);
        all.put(Structure.PBC, pbc);
        all.put(Structure.NUMBERS, atoms);
        all.put(Structure.POSITIONS, places);
        arrays.forEach((key, value) -> all.put(key, Structure.perAtom(key, value, n)));
        all.putAll(info);
        Object forces = results.get(Structure.FORCES);
        if (forces != null) {
            Structure.vectors(Structure.FORCES, forces, n);
        }
        all.putAll(results);
        if (constraints != null) {
            all.put(Structure.CONSTRAINTS, constraints);
        }
        all.putAll(others);
        return Atoms.fromRow(Row.of(all));
    }
}
