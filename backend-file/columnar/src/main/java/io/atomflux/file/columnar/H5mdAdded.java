package io.atomflux.file.columnar;

import io.atomflux.file.columnar.Described.Column;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.value.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rows that a program added which knows H5MD but not {@code /asebytes}, as znh5md does: all elements go on, and the number of rows
 * beside them does not.
 *
 * <p>A writer of asebytes that was killed leaves elements that are too long as well. It writes them in the order of their
 * keys, {@code pbc} last, then {@code _n_atoms}, then the number of rows (asebytes 0.3). So rows count as added where {@code
 * _n_atoms} is still as long as the rows were, species, positions, edges and pbc are all of one greater length, and the last
 * row has atoms; without edges and pbc that others do not extend, all elements have to be of that length. What has not got so
 * far, because the new rows lack it, has nothing in them.
 */
final class H5mdAdded {

    private static final List<String> OF_ATOMS = List.of(H5mdNames.NUMBERS, H5mdNames.POSITIONS);
    private static final List<String> OF_BOX = List.of("cell", "pbc");
    private static final int AT_ONCE = 4096; // rows

    private H5mdAdded() {}

    /** Returns what there is of a group with the rows that were added; the group itself if there are none. */
    static Described with(Tree tree, String group, String store, Described said) throws IOException {
        long frames = length(said);
        if (frames <= said.frames()) {
            return said;
        }
        List<Column> columns = new ArrayList<>();
        for (Column column : said.columns()) {
            columns.add(follows(column) && length(column) < frames ? column.ending() : column);
        }
        Set<String> perAtom = new TreeSet<>(said.perAtom());
        Set<String> known = new TreeSet<>();
        columns.forEach(column -> known.add(column.name()));
        for (Column column : H5mdSurvey.of(tree, group).columns().values()) {
            ArrayInfo array = column.array();
            if (follows(column)
                    && array != null
                    && array.path().endsWith("/value") // not steps and times
                    && length(column) == frames
                    && known.add(column.name())) {
                columns.add(column);
                if (column.perAtom()) {
                    perAtom.add(column.name());
                }
            }
        }
        Described all = new Described(frames, columns, perAtom, said.counts(), said.frames());
        boolean empty = !all.telling().isEmpty()
                && new AtomCounts(store, true, all)
                                .of(new TreeChunks(tree), new long[] {frames - 1})
                                .length(0)
                        == 0;
        return empty ? said : all;
    }

    /** Returns how many rows the elements have, the rows that are said if those do not agree on more. */
    private static long length(Described said) {
        ArrayInfo counts = said.counts().get("_n_atoms");
        if (counts == null || counts.shape().rank() != 1 || counts.shape().at(0) != said.frames()) {
            return said.frames();
        }
        long frames = 0;
        Set<String> following = new TreeSet<>();
        boolean all = true;
        for (Column column : said.columns()) {
            if (OF_ATOMS.contains(column.name()) && follows(column)) {
                frames = Math.max(frames, length(column));
            }
        }
        for (Column column : said.columns()) {
            if (!follows(column)) {
                continue;
            }
            long length = length(column);
            boolean leads = OF_ATOMS.contains(column.name()) || OF_BOX.contains(column.name());
            if (length > frames || (length > said.frames() && length < frames) || (leads && length != frames)) {
                return said.frames();
            }
            all &= length == frames;
            following.add(column.name());
        }
        return all || following.containsAll(OF_BOX) ? Math.max(frames, said.frames()) : said.frames();
    }

    private static boolean follows(Column column) {
        ArrayInfo array = column.array();
        return array != null
                && !column.fixed()
                && column.damage() == null
                && array.shape().rank() > 0;
    }

    private static long length(Column column) {
        return Objects.requireNonNull(column.array()).shape().at(0);
    }

    /** Tells how many atoms rows have. */
    @FunctionalInterface
    interface Counting {
        int[] of(long first, int count) throws IOException;
    }

    /**
     * Makes added rows rows like the others: says that they are there, how many atoms they have, and what they have nothing of.
     *
     * @param all what {@link #with} returned
     */
    static void settle(
            TreeEdit tree,
            H5mdPlacement placement,
            LayoutOptions options,
            String group,
            String store,
            Described all,
            Counting counting)
            throws IOException {
        long first = all.counted();
        ArrayEdit counts =
                new ArrayEdit(tree, Objects.requireNonNull(all.counts().get("_n_atoms")), 0);
        counts.resize(all.frames());
        ExactnessEdit exactness = new ExactnessEdit(tree, placement, group, store, options);
        for (long row = first; row < all.frames(); row += AT_ONCE) {
            int[] atoms = counting.of(row, (int) Math.min(AT_ONCE, all.frames() - row));
            CountsEdit.put(counts, row, Arrays.stream(atoms).asLongStream().toArray());
            List<List<Correction>> corrections = new ArrayList<>();
            for (int i = 0; i < atoms.length; i++) {
                corrections.add(nothings(placement, all, row + i, atoms[i]));
            }
            exactness.append(row, corrections);
        }
        counts.flush();
        exactness.flush();
        lengthen(tree, placement, all);
        String holder = placement.holder(group);
        List<String> names = all.columns().stream()
                .map(Column::name)
                .filter(placement::listed)
                .toList();
        tree.attribute(holder, "columns", names);
        tree.attribute(holder, "per_atom_columns", List.copyOf(new TreeSet<>(all.perAtom())));
        tree.attribute(holder, "n_frames", all.frames());
        H5mdSteps.follow(tree, H5mdSurvey.of(tree, group).overTime(), first, all.frames());
    }

    /** Notes of which columns a row has nothing, where the fill looks like something. */
    private static List<Correction> nothings(H5mdPlacement placement, Described all, long row, int atoms) {
        List<Correction> nothings = new ArrayList<>();
        for (Column column : all.columns()) {
            ArrayInfo array = column.array();
            if (array == null
                    || !follows(column)
                    || row < array.shape().at(0)
                    || placement.special(placement.key(column.name())).isPresent()) {
                continue;
            }
            ColumnType type = ColumnType.of(array, column.perAtom(), true).orElse(null);
            if (type != null && !type.fillIsAbsence()) {
                long bytes = (long) type.dtype().itemSize() * type.elements() * (column.perAtom() ? atoms : 1);
                byte[] fill = new byte[Math.toIntExact(bytes)];
                Fill.put(type.dtype(), placement.integerFill(column.name()), fill, 0, fill.length);
                StoredCell cell = StoredCell.ofArray(DType.UINT8, new int[] {fill.length}, fill, 0);
                nothings.add(Correction.of(column.name(), Correction.Operation.ABSENT, cell.check()));
            }
        }
        return nothings;
    }

    /** Makes what does not go on as far as the rows, or has not room for all atoms, as large as the others. */
    private static void lengthen(TreeEdit tree, H5mdPlacement placement, Described all) throws IOException {
        long widest = 0;
        for (ArrayInfo array : all.telling()) {
            widest = Math.max(widest, array.shape().at(1));
        }
        for (Column column : all.columns()) {
            ArrayInfo array = column.array();
            if (array == null || !follows(column)) {
                continue;
            }
            ArrayEdit edit = new ArrayEdit(tree, array, placement.integerFill(column.name()));
            if (array.shape().at(0) < all.frames()) {
                edit.resize(all.frames());
            }
            if (column.perAtom() && array.shape().rank() > 1 && array.shape().at(1) < widest) {
                edit.widen(1, widest);
            }
            edit.flush();
        }
    }
}
