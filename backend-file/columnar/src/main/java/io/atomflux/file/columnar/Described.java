package io.atomflux.file.columnar;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is in a group: how many rows, and which columns.
 *
 * @param frames the number of rows
 * @param columns in order; without internal ones
 * @param perAtom names of columns that have one entry for each atom, those without an array among them
 * @param counts the internal arrays that tell atom counts ({@code _n_atoms}, or {@code _offsets} and {@code _lengths}) by name;
 *     without them each value is as long as it is before its last atoms that are all NaN
 * @param counted how many rows these tell of; the others were added by a program that does not know them, and are as long as
 *     the atoms before the last ones that are all NaN
 */
record Described(long frames, List<Column> columns, Set<String> perAtom, Map<String, ArrayInfo> counts, long counted) {

    private static final long MOST_FRAMES = 1L << 48; // what is more is no count but damage, and would overflow
    private static final Set<String> INTERNAL = Set.of("_offsets", "_lengths", "_n_atoms");

    Described {
        columns = List.copyOf(columns);
        perAtom = Set.copyOf(perAtom);
        counts = Map.copyOf(counts);
    }

    /** Describes a group whose counts tell of all rows. */
    Described(long frames, List<Column> columns, Set<String> perAtom, Map<String, ArrayInfo> counts) {
        this(frames, columns, perAtom, counts, frames);
    }

    /** Returns the arrays that tell atom counts where nothing else does: of numbers and positions, NaN behind the last atom. */
    List<ArrayInfo> telling() {
        List<ArrayInfo> telling = new ArrayList<>();
        for (Column column : columns) {
            ArrayInfo array = column.array();
            if ((column.name().equals("arrays.numbers") || column.name().equals("arrays.positions"))
                    && column.perAtom()
                    && !column.fixed()
                    && array != null
                    && array.shape().rank() > 1
                    && !array.element().isText()
                    && array.element().dtype().kind() == DType.Kind.FLOAT) {
                telling.add(array);
            }
        }
        return telling;
    }

    /**
     * A column.
     *
     * @param name its name
     * @param array its array; null if it has none, so that no row has a value
     * @param perAtom whether it has one entry for each atom
     * @param fixed whether it is one value for all rows, its array without an axis for them; it cannot be changed
     * @param reading turns what is stored into what it stands for, null if it is that already; of a fixed column without
     *     array it is asked with null, and tells the value
     * @param mayEnd whether its array may have fewer rows than the group, the last of which then have nothing; elsewhere that
     *     is damage
     * @param damage why it cannot be read; null if it can
     */
    record Column(
            String name,
            @Nullable ArrayInfo array,
            boolean perAtom,
            boolean fixed,
            @Nullable Reading reading,
            boolean mayEnd,
            @Nullable AtomfluxException damage) {

        /** Returns the same column, whose last rows may have nothing. */
        Column ending() {
            return new Column(name, array, perAtom, fixed, reading, true, damage);
        }

        /** Describes a column that is as it is stored. */
        Column(
                String name,
                @Nullable ArrayInfo array,
                boolean perAtom,
                boolean fixed,
                @Nullable AtomfluxException damage) {
            this(name, array, perAtom, fixed, null, false, damage);
        }
    }

    /** What foreign files mean by what they store; without state, for many threads. */
    @FunctionalInterface
    interface Reading {
        /** Returns what a value of one row stands for, null for nothing; the padding is off already. */
        @Nullable
        Object of(@Nullable Object stored);

        /**
         * Returns what is stored for a value, itself if there is no other form of it.
         *
         * @param value other than null; {@link #of} gives an equal one for what is returned
         */
        default Object back(Object value) {
            return value;
        }
    }

    /**
     * Reads what the attributes of a group say (asebytes 0.3, columnar group attributes).
     *
     * @return empty if there is no such group
     */
    static Optional<Described> of(Placement placement, Tree tree, String group, String store) throws IOException {
        String holder = placement.holder(group);
        if (!tree.hasGroup(holder)) {
            return Optional.empty();
        }
        Map<String, @Nullable Object> attributes = tree.attributes(holder);
        if (!attributes.containsKey("n_frames")) {
            List<String> found = tree.names(holder);
            if (found.isEmpty()) {
                return Optional.of(new Described(0, List.of(), Set.of(), Map.of()));
            } else if (isUnfinished(tree, holder)) {
                return Optional.of(unfinished(placement, tree, group, found));
            }
            throw new ForeignDataException(
                    store,
                    "a group \"%s\" with %s and without attribute n_frames".formatted(group, found.get(0)),
                    "a group written by asebytes or this library");
        }
        long frames = count(attributes.get("n_frames"), store, group);
        Set<String> perAtom = new LinkedHashSet<>(texts(attributes.get("per_atom_columns"), store, "per_atom_columns"));
        List<Column> columns = new ArrayList<>();
        for (String name : new LinkedHashSet<>(texts(attributes.get("columns"), store, "columns"))) {
            if (isName(name)) {
                columns.add(column(placement, tree, group, name, perAtom.contains(name)));
            }
        }
        return Optional.of(new Described(frames, columns, perAtom, counts(placement, tree, group)));
    }

    /**
     * Tells whether a group has no attributes and nothing but arrays, some of which asebytes alone names like that: it was
     * killed while it wrote the first rows, of which it speaks last.
     */
    static boolean isUnfinished(Tree tree, String holder) throws IOException {
        if (tree.attributes(holder).containsKey("n_frames")) {
            return false;
        }
        boolean own = false;
        for (String name : tree.names(holder)) {
            own |= INTERNAL.contains(name) || name.startsWith("arrays.") || name.startsWith("calc.");
            if (tree.hasGroup(holder + "/" + name)) {
                return false;
            }
        }
        return own;
    }

    /** Describes a group without rows whose arrays are what a killed writer left. */
    private static Described unfinished(Placement placement, Tree tree, String group, List<String> names)
            throws IOException {
        List<Column> columns = new ArrayList<>();
        Set<String> perAtom = new LinkedHashSet<>();
        for (String name : names) {
            if (isName(name)) {
                boolean atoms = placement.perAtom(name);
                columns.add(column(placement, tree, group, name, atoms));
                if (atoms) {
                    perAtom.add(name);
                }
            }
        }
        return new Described(0, columns, perAtom, counts(placement, tree, group));
    }

    /** Tells whether a listed name can be that of an array: Python never finds those with a separator again. */
    private static boolean isName(String name) {
        return !name.isEmpty()
                && !name.startsWith("_")
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c))
                && name.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }

    /** Looks for the array of a column; one that is damaged or of an unknown kind does not keep others from being read. */
    static Column column(Placement placement, Tree tree, String group, String name, boolean perAtom)
            throws IOException {
        try {
            ArrayInfo array = tree.array(placement.array(group, name)).orElse(null);
            return new Column(name, array, perAtom, false, null);
        } catch (AtomfluxException e) {
            return new Column(name, null, perAtom, false, e);
        }
    }

    /** Looks for the arrays that tell atom counts. */
    static Map<String, ArrayInfo> counts(Placement placement, Tree tree, String group) throws IOException {
        List<String> names = placement.padded() ? List.of("_n_atoms") : List.of("_offsets", "_lengths");
        Map<String, ArrayInfo> counts = new java.util.TreeMap<>();
        for (String name : names) {
            tree.array(placement.internal(group, name)).ifPresent(array -> counts.put(name, array));
        }
        return counts;
    }

    private static long count(@Nullable Object value, String store, String group) {
        Object plain = value instanceof NdArray array && array.size() == 1 ? array.at(0) : value;
        if (plain instanceof Long count && count >= 0 && count <= MOST_FRAMES) {
            return count;
        }
        throw new CorruptDataException(
                store,
                "group " + group,
                "attribute n_frames: %s (expected: an integer from 0 to 2^48)".formatted(plain),
                null);
    }

    private static List<String> texts(@Nullable Object value, String store, String name) {
        if (value == null || (value instanceof NdArray array && array.size() == 0)) {
            return List.of(); // an empty list in HDF5 is an empty array of float64
        }
        List<?> items = value instanceof List<?> list
                ? list
                : value instanceof NdArray array ? arrayItems(array) : List.of(value);
        List<String> texts = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof String text)) {
                throw new CorruptDataException(
                        store, "attribute " + name, "%s (expected: a list of texts)".formatted(value), null);
            }
            texts.add(text);
        }
        return texts;
    }

    private static List<Object> arrayItems(NdArray array) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            items.add(array.at(i));
        }
        return items;
    }
}
