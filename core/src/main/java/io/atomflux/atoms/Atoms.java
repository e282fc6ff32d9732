package io.atomflux.atoms;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.DType;
import io.atomflux.value.Key;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An immutable atomistic structure: n atoms with positions, a cell, and whatever is known about them.
 *
 * <p>It is a view of one {@link Row} in the flat name space of asebytes 0.3: {@code cell}, {@code pbc}, {@code arrays.*}
 * (per atom), {@code info.*} (metadata), {@code calc.*} (results), {@code constraints}; other keys are kept too. So
 * {@link #fromRow} and {@link #toRow} lose nothing, and what is not asked for is not even decoded. Units are Å, eV and
 * eV/Å by convention; nothing is converted.
 *
 * <p>Only numbers, positions, cell and periodicity are checked when a row is taken; the other accessors throw {@link
 * ValueTypeException} if what is stored is not what they return, and {@link CorruptDataException} if it does not decode.
 * Two structures are equal if their rows are.
 *
 * <p>The class is long because accessors and copies belong to one type; checks are in {@code Structure}, constraints in
 * {@link Constraint}, making in {@link AtomsBuilder}.
 */
public final class Atoms {

    private final Row row;
    private final NdArray numbers;
    private final NdArray positions;
    private final NdArray cell;
    private final byte pbc; // bit i: periodic along cell vector i
    private final boolean complete; // the row itself has all four

    private Atoms(Row row) {
        Object storedNumbers = row.get(Structure.NUMBERS);
        Object storedPositions = row.get(Structure.POSITIONS);
        Object storedCell = row.get(Structure.CELL);
        Object storedPbc = row.get(Structure.PBC);
        this.row = row;
        this.numbers = storedNumbers == null ? Structure.NO_NUMBERS : Structure.numbers(storedNumbers);
        this.positions = storedPositions == null
                ? NdArray.zeros(DType.FLOAT64, numbers.size(), 3)
                : Structure.positions(storedPositions, numbers.size());
        this.cell = storedCell == null ? Structure.NO_CELL : Structure.cell(storedCell);
        this.pbc = storedPbc == null ? 0 : Structure.pbc(storedPbc);
        this.complete = storedNumbers != null && storedPositions != null && storedCell != null && storedPbc != null;
    }

    /**
     * Takes a row for a structure.
     *
     * <p>What is missing, or null, is filled in: no {@code arrays.numbers} means no atoms, positions and cell become zeros,
     * and {@code pbc} false (as asebytes 0.3 reads them). Only these four values are decoded and checked.
     *
     * @throws IllegalArgumentException if the row is reserved, or one of the four has another type or shape; names key,
     *     found and expected
     * @throws CorruptDataException if one of the four does not decode
     */
    public static Atoms fromRow(Row row) {
        if (row.isReserved()) {
            throw new IllegalArgumentException("row: reserved (expected: a written row)");
        }
        return new Atoms(row);
    }

    /**
     * Returns a structure without cell.
     *
     * @param symbols chemical symbols, e.g. {@code C}
     * @param positions one row of x, y, z in Å per atom
     * @throws IllegalArgumentException if a symbol is unknown or there is not one position of three per symbol
     */
    public static Atoms of(List<String> symbols, double[][] positions) {
        return builder().symbols(symbols).positions(positions).build();
    }

    /** Starts a structure. */
    public static AtomsBuilder builder() {
        return new AtomsBuilder();
    }

    /** Starts another structure from all that this one has. */
    public AtomsBuilder toBuilder() {
        return AtomsBuilder.from(toRow());
    }

    /** Returns the row taken, with numbers, positions, cell and periodicity added at the end if they were missing. */
    public Row toRow() {
        return complete
                ? row
                : row.merge(Row.builder()
                        .put(Structure.CELL, cell)
                        .put(Structure.PBC, row.get(Structure.PBC) == null ? NdArray.of(pbc()) : row.get(Structure.PBC))
                        .put(Structure.NUMBERS, numbers)
                        .put(Structure.POSITIONS, positions)
                        .build());
    }

    /** Returns the number of atoms. */
    public int size() {
        return numbers.size();
    }

    /** Returns the atomic numbers: integers, mostly int64, of shape (n). */
    public NdArray numbers() {
        return numbers;
    }

    /** Returns the positions in Å: floats, mostly float64, of shape (n, 3). */
    public NdArray positions() {
        return positions;
    }

    /** Returns the cell vectors as rows in Å: floats, mostly float64, of shape (3, 3); zeros without a cell. */
    public NdArray cell() {
        return cell;
    }

    /** Returns a copy of the three flags telling along which cell vectors the structure is periodic. */
    public boolean[] pbc() {
        return new boolean[] {(pbc & 1) != 0, (pbc & 2) != 0, (pbc & 4) != 0};
    }

    /** Returns the cell's volume in Å³, not negative; empty if a cell vector is zero, when ASE refuses to answer. */
    public OptionalDouble volume() {
        double[] c = cell.toDoubleArray();
        for (int i = 0; i < 9; i += 3) {
            if (c[i] == 0 && c[i + 1] == 0 && c[i + 2] == 0) {
                return OptionalDouble.empty();
            }
        }
        return OptionalDouble.of(Math.abs(c[0] * (c[4] * c[8] - c[5] * c[7])
                + c[1] * (c[5] * c[6] - c[3] * c[8])
                + c[2] * (c[3] * c[7] - c[4] * c[6])));
    }

    /**
     * Returns the chemical symbols in the order of the atoms.
     *
     * @throws IllegalArgumentException if an atomic number is not from 0 to 118
     */
    public List<String> symbols() {
        List<String> symbols = new ArrayList<>(size());
        for (int i = 0; i < size(); i++) {
            symbols.add(Elements.symbol(numbers.longAt(i)));
        }
        return Collections.unmodifiableList(symbols);
    }

    /**
     * Returns the formula with C first, H second and the others by symbol, as ASE's {@code get_chemical_formula()} does (in
     * strict Hill order H would be second only beside C). Without atoms it is empty.
     *
     * @throws IllegalArgumentException if an atomic number is not from 0 to 118
     */
    public String formula() {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < size(); i++) {
            counts.merge(Elements.symbol(numbers.longAt(i)), 1, Integer::sum);
        }
        StringBuilder formula = new StringBuilder();
        append(formula, "C", counts.remove("C"));
        append(formula, "H", counts.remove("H"));
        counts.forEach((symbol, count) -> append(formula, symbol, count));
        return formula.toString();
    }

    private static void append(StringBuilder formula, String symbol, @Nullable Integer count) {
        if (count != null) {
            formula.append(symbol).append(count == 1 ? "" : count);
        }
    }

    /**
     * Returns the masses in u, of shape (n): the array {@code masses}, or else the standard ones of {@link Elements}.
     *
     * @throws IllegalArgumentException if there is no such array and an atomic number is not from 0 to 118
     */
    public NdArray masses() {
        Optional<NdArray> stored = array("masses");
        if (stored.isPresent()) {
            return stored.get();
        }
        double[] masses = new double[size()];
        for (int i = 0; i < masses.length; i++) {
            masses[i] = Elements.mass(numbers.longAt(i));
        }
        return NdArray.of(masses);
    }

    /** Returns the momenta in ASE's unit √(u·eV), of shape (n, 3), if there are any. */
    public Optional<NdArray> momenta() {
        return checked(Structure.MOMENTA, value -> Structure.vectors(Structure.MOMENTA, value, size()));
    }

    /**
     * Returns the velocities, momenta divided by {@link #masses}, float64 of shape (n, 3), if there are momenta.
     *
     * <p>They are in ASE's unit √(eV/u), about 0.0982 Å/fs.
     */
    public Optional<NdArray> velocities() {
        return momenta().map(momenta -> {
            double[] values = momenta.toDoubleArray();
            NdArray masses = masses();
            for (int i = 0; i < values.length; i++) {
                values[i] /= masses.doubleAt(i / 3);
            }
            return NdArray.of(values, size(), 3);
        });
    }

    /** Returns the potential energy in eV, the result {@code energy}, if there is one. */
    public OptionalDouble energy() {
        Double energy = row.get(Key.ENERGY);
        return energy == null ? OptionalDouble.empty() : OptionalDouble.of(energy);
    }

    /** Returns the forces in eV/Å, the result {@code forces} of shape (n, 3), if there are any. */
    public Optional<NdArray> forces() {
        return checked(Structure.FORCES, value -> Structure.vectors(Structure.FORCES, value, size()));
    }

    /**
     * Returns the stress in eV/Å³ in Voigt order xx, yy, zz, yz, xz, xy, of shape (6), if there is one.
     *
     * <p>A stored (3, 3) matrix is averaged over its off-diagonal pairs, as ASE's {@code full_3x3_to_voigt_6_stress} does.
     */
    public Optional<NdArray> stress() {
        return checked(Structure.STRESS, Structure::stress);
    }

    /**
     * Returns a per-atom array, of n entries on its first axis, if it is there.
     *
     * @param name without {@code arrays.}, e.g. {@code numbers}, {@code momenta}, {@code tags}
     */
    public Optional<NdArray> array(String name) {
        String key = Structure.ARRAYS + name;
        return checked(key, value -> Structure.perAtom(key, value, size()));
    }

    /** Returns all per-atom arrays by name without {@code arrays.}, numbers and positions among them; unmodifiable. */
    public Map<String, NdArray> arrays() {
        Map<String, NdArray> arrays = new LinkedHashMap<>();
        arrays.put("numbers", numbers);
        arrays.put("positions", positions);
        for (String name : section(Structure.ARRAYS).keySet()) {
            array(name).ifPresent(array -> arrays.put(name, array));
        }
        return Collections.unmodifiableMap(arrays);
    }

    /** Returns a value of the metadata, if it is there and not null; {@code name} is without {@code info.}. */
    public Optional<Object> info(String name) {
        return Optional.ofNullable(row.get(Structure.INFO + name));
    }

    /**
     * Returns all metadata by name without {@code info.}, in the order of the row; values may be null. Unmodifiable.
     */
    public Map<String, @Nullable Object> info() {
        return section(Structure.INFO);
    }

    /** Returns a calculator result, if it is there and not null; {@code name} is without {@code calc.}. */
    public Optional<Object> result(String name) {
        return Optional.ofNullable(row.get(Structure.CALC + name));
    }

    /** Returns all calculator results by name without {@code calc.}, in the order of the row; unmodifiable. */
    public Map<String, @Nullable Object> results() {
        return section(Structure.CALC);
    }

    /** Returns the constraints in order; empty if there are none. */
    public List<Constraint> constraints() {
        Object stored = row.get(Structure.CONSTRAINTS);
        if (stored == null) {
            return List.of();
        }
        try {
            return ConstraintCodec.read(stored);
        } catch (IllegalArgumentException e) {
            throw new ValueTypeException(
                    "key constraints", "a list of maps with name and kwargs", String.valueOf(e.getMessage()));
        }
    }

    /** Returns the keys, with values, that are no part of a structure; kept as they are. Unmodifiable. */
    public Map<String, @Nullable Object> others() {
        Map<String, @Nullable Object> others = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
            String key = row.keySet().name(i);
            if (!Structure.isKnown(key)) {
                others.put(key, row.valueAt(i));
            }
        }
        return Collections.unmodifiableMap(others);
    }

    private Map<String, @Nullable Object> section(String prefix) {
        Map<String, @Nullable Object> section = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
            String key = row.keySet().name(i);
            if (key.startsWith(prefix)) {
                section.put(key.substring(prefix.length()), row.valueAt(i));
            }
        }
        return Collections.unmodifiableMap(section);
    }

    /** Reads a key's array; what the check refuses was stored so, hence not the caller's fault. */
    private Optional<NdArray> checked(String key, Function<Object, NdArray> check) {
        NdArray value = row.get(key, NdArray.class);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(check.apply(value));
        } catch (IllegalArgumentException e) {
            throw new ValueTypeException(
                    "key " + key, "as the key's shape for %d atoms".formatted(size()), String.valueOf(e.getMessage()));
        }
    }

    /**
     * Returns a copy with other positions; results stay, though they may no longer belong to them: see {@link
     * #withoutResults}.
     *
     * @param positions in Å, one row of three per atom
     * @throws IllegalArgumentException if there are not as many as atoms
     */
    public Atoms withPositions(double[][] positions) {
        return withPositions(Structure.matrix(positions));
    }

    /** Returns a copy with other positions, real of shape (n, 3); see {@link #withPositions(double[][])}. */
    public Atoms withPositions(NdArray newPositions) {
        return with(Structure.POSITIONS, Structure.positions(newPositions, size()));
    }

    /**
     * Returns a copy with another cell; positions and results stay as they are.
     *
     * @param vectors three cell vectors as rows, in Å
     */
    public Atoms withCell(double[][] vectors) {
        return withCell(Structure.matrix(vectors));
    }

    /** Returns a copy with another cell, real of shape (3, 3); positions and results stay as they are. */
    public Atoms withCell(NdArray vectors) {
        return with(Structure.CELL, Structure.cell(vectors));
    }

    /** Returns a copy with other periodicity along the three cell vectors. */
    public Atoms withPbc(boolean a, boolean b, boolean c) {
        return with(Structure.PBC, NdArray.of(new boolean[] {a, b, c}));
    }

    /**
     * Returns a copy with a per-atom array set.
     *
     * @param name without {@code arrays.}
     * @param values an {@link NdArray} or a primitive array with n entries on its first axis
     * @throws IllegalArgumentException if it has not; or if numbers or positions would not be such
     */
    public Atoms withArray(String name, Object values) {
        String key = Structure.ARRAYS + name;
        return with(key, Structure.perAtom(key, Structure.widened(key, values), size()));
    }

    /**
     * Returns a copy with a metadata value set.
     *
     * @param name without {@code info.}
     * @param value what {@link Values#of} takes
     * @throws IllegalArgumentException if the value is of no type a store can hold
     */
    public Atoms withInfo(String name, @Nullable Object value) {
        return with(Structure.INFO + name, value);
    }

    /**
     * Returns a copy with a calculator result set.
     *
     * @param name without {@code calc.}, e.g. {@code energy}
     * @param value what {@link Values#of} takes
     * @throws IllegalArgumentException if the value is of no type a store can hold
     */
    public Atoms withResult(String name, @Nullable Object value) {
        return with(Structure.CALC + name, value);
    }

    /** Returns a copy with exactly these constraints. */
    public Atoms withConstraints(List<? extends Constraint> constraints) {
        return constraints.isEmpty()
                ? without(List.of(Structure.CONSTRAINTS))
                : with(Structure.CONSTRAINTS, ConstraintCodec.write(constraints));
    }

    /** Returns a copy without a per-atom array, which must not be numbers or positions; {@code name} as above. */
    public Atoms withoutArray(String name) {
        String key = Structure.ARRAYS + name;
        if (key.equals(Structure.NUMBERS) || key.equals(Structure.POSITIONS)) {
            throw new IllegalArgumentException("array: \"%s\" (expected: not numbers or positions)".formatted(name));
        }
        return without(List.of(key));
    }

    /** Returns a copy without a metadata value. */
    public Atoms withoutInfo(String name) {
        return without(List.of(Structure.INFO + name));
    }

    /** Returns a copy without any calculator result. */
    public Atoms withoutResults() {
        List<String> results = new ArrayList<>(row.keys());
        results.removeIf(key -> !key.startsWith(Structure.CALC));
        return without(results);
    }

    private Atoms with(String key, @Nullable Object value) {
        return new Atoms(toRow().merge(Row.of(key, value)));
    }

    private Atoms without(Collection<String> keys) {
        return keys.isEmpty() ? this : new Atoms(row.without(keys));
    }

    @Override
    public boolean equals(Object o) {
        return this == o || (o instanceof Atoms other && toRow().equals(other.toRow()));
    }

    @Override
    public int hashCode() {
        return Objects.hash(numbers, positions, cell);
    }

    /** Shows formula, number of atoms and periodicity, e.g. {@code Atoms[C2H6O, 9 atoms, pbc TTF]}. */
    @Override
    public String toString() {
        boolean known = true;
        for (int i = 0; i < size() && known; i++) {
            known = Elements.isKnown(numbers.longAt(i));
        }
        StringBuilder text = new StringBuilder("Atoms[");
        text.append(size() == 0 ? "" : known ? formula() + ", " : "unknown elements, ");
        text.append(size()).append(size() == 1 ? " atom, pbc " : " atoms, pbc ");
        for (int bit = 0; bit < 3; bit++) {
            text.append((pbc & 1 << bit) != 0 ? 'T' : 'F');
        }
        return text.append(']').toString();
    }
}
