package io.atomflux.value;

import java.util.Objects;

/**
 * A key together with the type of its values.
 *
 * <p>Units are those stored, by convention Å, eV and eV/Å; nothing is converted.
 *
 * @param name the key as stored, e.g. {@code calc.energy}
 * @param type the type of its values; see {@link Values#as} for what converts
 * @param <V> the same type
 */
public record Key<V>(String name, Class<V> type) {

    /** Atomic numbers, int64 of shape (n). */
    public static final Key<NdArray> NUMBERS = new Key<>("arrays.numbers", NdArray.class);
    /** Positions in Å, float64 of shape (n, 3). */
    public static final Key<NdArray> POSITIONS = new Key<>("arrays.positions", NdArray.class);
    /** Momenta in ASE units, float64 of shape (n, 3). */
    public static final Key<NdArray> MOMENTA = new Key<>("arrays.momenta", NdArray.class);
    /** Cell vectors as rows in Å, float64 of shape (3, 3). */
    public static final Key<NdArray> CELL = new Key<>("cell", NdArray.class);
    /** Periodicity along the cell vectors, bool of shape (3). */
    public static final Key<NdArray> PBC = new Key<>("pbc", NdArray.class);
    /** Potential energy in eV. */
    public static final Key<Double> ENERGY = new Key<>("calc.energy", Double.class);
    /** Forces in eV/Å, float64 of shape (n, 3). */
    public static final Key<NdArray> FORCES = new Key<>("calc.forces", NdArray.class);
    /** Stress in eV/Å³ in Voigt order xx, yy, zz, yz, xz, xy, float64 of shape (6). */
    public static final Key<NdArray> STRESS = new Key<>("calc.stress", NdArray.class);

    public Key {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
    }

    /** Returns a typed key. */
    public static <V> Key<V> of(String name, Class<V> type) {
        return new Key<>(name, type);
    }

    /** Returns the typed key of a frame's metadata, {@code info.} and the name. */
    public static <V> Key<V> info(String name, Class<V> type) {
        return new Key<>("info." + name, type);
    }

    /** Returns the typed key of a calculator result, {@code calc.} and the name. */
    public static <V> Key<V> calc(String name, Class<V> type) {
        return new Key<>("calc." + name, type);
    }
}
