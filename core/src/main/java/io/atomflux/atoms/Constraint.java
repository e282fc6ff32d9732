package io.atomflux.atoms;

import io.atomflux.value.NdArray;
import io.atomflux.value.Values;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What restricts the motion of atoms; data only, nothing is applied here.
 *
 * <p>The common kinds of ASE 3.29 are typed; every other one, also of an unknown name, is an {@link Other} that keeps
 * its arguments. A stored constraint becomes a typed one only if that writes back the same arguments, so reading and
 * writing lose nothing. Indices count atoms from 0. Names and arguments are those of {@code todict()} of ASE's
 * constraints, as asebytes 0.3 stores them. The file is long because every kind documents its arguments.
 */
public sealed interface Constraint {

    /** Returns ASE's name of the kind, e.g. {@code FixAtoms}. */
    String name();

    /** Returns ASE's arguments of the kind in order; values are of the types a row holds; unmodifiable. */
    Map<String, @Nullable Object> kwargs();

    /** Returns what a row stores: {@code {"name": …, "kwargs": {…}}}. */
    default Map<String, @Nullable Object> toMap() {
        return ConstraintCodec.args("name", name(), "kwargs", kwargs());
    }

    /**
     * Returns the typed constraint of a name and arguments, or an {@link Other}.
     *
     * <p>The argument {@code a} of {@code FixedLine} and {@code FixedPlane}, which ASE up to 3.22 wrote, is taken for
     * {@code indices}.
     *
     * @throws IllegalArgumentException if an argument is of no type a row holds
     */
    static Constraint of(String name, Map<String, ? extends @Nullable Object> kwargs) {
        return ConstraintCodec.typed(new Other(name, Collections.unmodifiableMap(kwargs)));
    }

    /** Fixes atoms where they are. */
    static FixAtoms fixAtoms(int... indices) {
        return new FixAtoms(ConstraintCodec.boxed(indices));
    }

    /**
     * Keeps atoms where they are.
     *
     * @param indices the atoms
     */
    record FixAtoms(List<Integer> indices) implements Constraint {
        public FixAtoms {
            indices = List.copyOf(indices);
        }

        @Override
        public String name() {
            return "FixAtoms";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            return ConstraintCodec.args("indices", indices);
        }
    }

    /**
     * Keeps distances between pairs of atoms.
     *
     * @param pairs two atoms each
     * @param tolerance relative error at which the iteration ends
     */
    record FixBondLengths(List<List<Integer>> pairs, double tolerance) implements Constraint {
        public FixBondLengths {
            pairs = ConstraintCodec.tuples("pairs", pairs, 2);
        }

        @Override
        public String name() {
            return "FixBondLengths";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            return ConstraintCodec.args("pairs", pairs, "tolerance", tolerance);
        }
    }

    /**
     * Lets atoms move along a line only.
     *
     * @param indices the atoms
     * @param direction the line's direction, three components
     */
    record FixedLine(List<Integer> indices, List<Double> direction) implements Constraint {
        public FixedLine {
            indices = List.copyOf(indices);
            direction = ConstraintCodec.sized("direction", direction, 3);
        }

        @Override
        public String name() {
            return "FixedLine";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            return ConstraintCodec.args("indices", indices, "direction", direction);
        }
    }

    /**
     * Lets atoms move within a plane only.
     *
     * @param indices the atoms
     * @param direction the plane's normal, three components
     */
    record FixedPlane(List<Integer> indices, List<Double> direction) implements Constraint {
        public FixedPlane {
            indices = List.copyOf(indices);
            direction = ConstraintCodec.sized("direction", direction, 3);
        }

        @Override
        public String name() {
            return "FixedPlane";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            return ConstraintCodec.args("indices", indices, "direction", direction);
        }
    }

    /**
     * Fixes Cartesian components of atoms.
     *
     * @param indices the atoms; ASE calls them {@code a}
     * @param mask for x, y and z, whether it is fixed
     */
    record FixCartesian(List<Integer> indices, List<Boolean> mask) implements Constraint {
        public FixCartesian {
            indices = List.copyOf(indices);
            mask = ConstraintCodec.sized("mask", mask, 3);
        }

        @Override
        public String name() {
            return "FixCartesian";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            return ConstraintCodec.args("a", indices, "mask", mask);
        }
    }

    /**
     * Fixes components of atoms along the cell vectors.
     *
     * @param indices the atoms; ASE calls them {@code a}
     * @param mask for each cell vector, whether the component along it is fixed
     */
    record FixScaled(List<Integer> indices, List<Boolean> mask) implements Constraint {
        public FixScaled {
            indices = List.copyOf(indices);
            mask = ConstraintCodec.sized("mask", mask, 3);
        }

        @Override
        public String name() {
            return "FixScaled";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            return ConstraintCodec.args("a", indices, "mask", mask);
        }
    }

    /** Keeps the centre of mass of all atoms. */
    record FixCom() implements Constraint {
        @Override
        public String name() {
            return "FixCom";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            return Map.of();
        }
    }

    /**
     * Keeps the centre of mass of some atoms.
     *
     * @param indices the atoms
     */
    record FixSubsetCom(List<Integer> indices) implements Constraint {
        public FixSubsetCom {
            indices = List.copyOf(indices);
        }

        @Override
        public String name() {
            return "FixSubsetCom";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            return ConstraintCodec.args("indices", indices);
        }
    }

    /**
     * Keeps linear molecules of three atoms rigid.
     *
     * @param triples three atoms each, the central one in the middle
     */
    record FixLinearTriatomic(List<List<Integer>> triples) implements Constraint {
        public FixLinearTriatomic {
            triples = ConstraintCodec.tuples("triples", triples, 3);
        }

        @Override
        public String name() {
            return "FixLinearTriatomic";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            return ConstraintCodec.args("triples", triples);
        }
    }

    /**
     * Pulls an atom back to another atom, a point or a plane once it is too far from it.
     *
     * @param atom the atom
     * @param partner the other atom, if that is what it is tied to
     * @param place else the point (x, y, z) in Å, or the plane (A, B, C, D) where Ax + By + Cz + D = 0; empty with a
     *     partner
     * @param threshold distance in Å from which the force acts, ASE's {@code rt}; empty for a plane, whose far side is
     *     free of force
     * @param spring spring constant in eV/Å², ASE's {@code k}
     */
    record Hookean(int atom, OptionalInt partner, List<Double> place, OptionalDouble threshold, double spring)
            implements Constraint {
        public Hookean {
            Objects.requireNonNull(partner, "partner");
            place = List.copyOf(place);
            if (partner.isPresent() ? !place.isEmpty() : place.size() != 3 && place.size() != 4) {
                throw new IllegalArgumentException(
                        "place: %s (expected: 3 numbers of a point or 4 of a plane, or none beside a partner)"
                                .formatted(place));
            }
            if (threshold.isPresent() == (place.size() == 4)) {
                throw new IllegalArgumentException(
                        "threshold: %s (expected: none for a plane, else a distance)".formatted(threshold));
            }
        }

        /** Ties two atoms. */
        public static Hookean between(int atom, int partner, double threshold, double spring) {
            return new Hookean(atom, OptionalInt.of(partner), List.of(), OptionalDouble.of(threshold), spring);
        }

        /** Ties an atom to a point of three coordinates. */
        public static Hookean toPoint(int atom, List<Double> point, double threshold, double spring) {
            return new Hookean(
                    atom,
                    OptionalInt.empty(),
                    ConstraintCodec.sized("point", point, 3),
                    OptionalDouble.of(threshold),
                    spring);
        }

        /** Ties an atom to a plane of four coefficients. */
        public static Hookean toPlane(int atom, List<Double> plane, double spring) {
            return new Hookean(
                    atom,
                    OptionalInt.empty(),
                    ConstraintCodec.sized("plane", plane, 4),
                    OptionalDouble.empty(),
                    spring);
        }

        @Override
        public String name() {
            return "Hookean";
        }

        @Override
        public Map<String, @Nullable Object> kwargs() {
            @Nullable Double distance = threshold.isPresent() ? (Double) threshold.getAsDouble() : null;
            return ConstraintCodec.args("rt", distance, "k", spring, "a1", atom, "a2", anchor());
        }

        /** ASE 3.29 keeps a point as an array, a plane as the list it was given. */
        private Object anchor() {
            if (partner.isPresent()) {
                return partner.getAsInt();
            }
            return place.size() == 4
                    ? place
                    : NdArray.of(place.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }

    /**
     * A constraint of any other kind, kept as data.
     *
     * @param name the kind's name
     * @param kwargs its arguments; widened as {@link Values#of} does
     */
    record Other(String name, Map<String, @Nullable Object> kwargs) implements Constraint {
        public Other {
            Objects.requireNonNull(name, "name");
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            kwargs.forEach((key, value) -> copy.put(key, Values.of("constraints." + key, value)));
            kwargs = Collections.unmodifiableMap(copy);
        }
    }
}
