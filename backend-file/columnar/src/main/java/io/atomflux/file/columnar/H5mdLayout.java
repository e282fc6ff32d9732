package io.atomflux.file.columnar;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.Described.Column;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * H5MD 1.1: {@code *.h5md}, and {@code *.h5} that say they are.
 *
 * <p>What asebytes and this library write is one of the padded layouts, see {@link H5mdPlacement}. Files of other programs are
 * read as they are; the first change of such a group makes it one of ours in place, by writing beside its elements how many rows
 * and atoms there are (asebytes omits the atoms and thereby breaks the file). That needs every element to go on with the rows;
 * writing such a group anew, as an insertion does, needs that the rows tell everything. Otherwise the change is refused, naming
 * what stands in the way.
 */
final class H5mdLayout implements Layout {

    private static final long COUNTS_IN_CHUNK = 4096;
    private static final int BYTES_AT_ONCE = 1 << 20;

    private final Layout engine;
    private final H5mdPlacement placement;
    private final LayoutOptions options;

    H5mdLayout(LayoutOptions options, H5mdOptions origin) {
        this.options = options;
        this.placement = new H5mdPlacement(origin);
        this.engine = new ColumnLayout(placement, options);
    }

    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public String defaultGroup(Tree tree) throws IOException {
        return engine.defaultGroup(tree);
    }

    @Override
    public List<String> groups(Tree tree) throws IOException {
        return engine.groups(tree);
    }

    @Override
    public List<String> paths(String group) {
        return engine.paths(group);
    }

    @Override
    public Optional<Frames> open(Tree tree, String group, String store) throws IOException {
        return engine.open(tree, group, store);
    }

    @Override
    public FramesEdit edit(TreeEdit tree, String group, String store, TypeHints hints) throws IOException {
        if (!tree.hasGroup(H5mdNames.particles(group))) {
            return engine.edit(tree, group, store, hints);
        } else if (!H5mdPlacement.isDescribed(tree, group)) {
            adopt(tree, group, store);
        }
        settle(tree, group, store);
        lengthen(tree, group, store);
        if (!tree.attributes(placement.holder(group)).containsKey(H5mdPlacement.FOREIGN)) {
            return engine.edit(tree, group, store, hints);
        }
        List<String> fixed = new ArrayList<>();
        List<String> goingOn = new ArrayList<>();
        for (Column column : placement.find(tree, group, store).orElseThrow().columns()) {
            boolean follows = column.array() != null && !column.array().path().endsWith("/value") && !column.fixed();
            if (column.fixed()) {
                fixed.add(placement.key(column.name()));
            } else if (follows) {
                goingOn.add(column.name());
            }
        }
        Frames before = engine.open(tree, group, store).orElseThrow();
        return new H5mdForeignRows(
                engine.edit(tree, group, store, hints), before, new TreeChunks(tree), store, fixed, goingOn);
    }

    /** Says of a group of another program what asebytes says of its own. */
    private void adopt(TreeEdit tree, String group, String store) throws IOException {
        H5mdSurvey survey = H5mdSurvey.of(tree, group);
        List<String> stuck = new ArrayList<>(survey.leftOut());
        if (placement.groups(tree).size() > 1) {
            for (String path : survey.shared()) {
                stuck.add(path + " (of all groups)");
            }
        }
        for (H5mdElement element : survey.overTime()) {
            if (element.frames() > survey.frames()) {
                stuck.add("/%s (%d times where there are %d)"
                        .formatted(element.path(), element.frames(), survey.frames()));
            } else if (element.frames() < survey.frames() && !canLack(element)) {
                stuck.add("/%s (%d times where there are %d, and no number for a missing one)"
                        .formatted(element.path(), element.frames(), survey.frames()));
            }
        }
        if (!stuck.isEmpty()) {
            throw refused(store, group, stuck, "go on with the rows");
        }
        Described described = placement.find(tree, group, store).orElseThrow();
        String holder = placement.holder(group);
        tree.createGroup(holder);
        Set<String> perAtom = new TreeSet<>(described.perAtom());
        perAtom.removeAll(counts(tree, group, store, described));
        List<String> names = described.columns().stream()
                .map(Column::name)
                .filter(placement::listed)
                .toList();
        tree.attribute(holder, "n_frames", described.frames());
        tree.attribute(holder, "columns", names);
        tree.attribute(holder, "per_atom_columns", List.copyOf(perAtom));
        tree.attribute(holder, H5mdPlacement.FOREIGN, 1L);
    }

    /** Makes rows that a program added without a word rows like the others. */
    private void settle(TreeEdit tree, String group, String store) throws IOException {
        Described all = placement.find(tree, group, store).orElseThrow();
        if (all.counted() < all.frames()) {
            Frames rows = engine.open(tree, group, store).orElseThrow();
            Chunks chunks = new TreeChunks(tree);
            List<String> telling = telling(all);
            H5mdAdded.settle(
                    tree,
                    placement,
                    options,
                    group,
                    store,
                    all,
                    (first, count) -> atoms(rows, chunks, telling, first, count));
        }
    }

    private static boolean canLack(H5mdElement element) {
        ArrayInfo value = element.value();
        return value == null
                || value.element().isText()
                || value.element().dtype().kind() == DType.Kind.FLOAT
                || element.path().startsWith("connectivity/");
    }

    /** Fills what ends before the rows do, as from now on everything is as long as they are. */
    private void lengthen(TreeEdit tree, String group, String store) throws IOException {
        Described described = placement.find(tree, group, store).orElseThrow();
        for (Column column : described.columns()) {
            ArrayInfo array = column.array();
            if (column.mayEnd()
                    && !column.fixed()
                    && array != null
                    && array.shape().at(0) < described.frames()) {
                ArrayEdit edit = new ArrayEdit(tree, array, placement.integerFill(column.name()));
                edit.resize(described.frames());
                edit.flush();
            }
        }
    }

    private static UnsupportedDataException refused(String store, String group, List<String> stuck, String what) {
        String more = stuck.size() > 3 ? " and %d more".formatted(stuck.size() - 3) : "";
        return new UnsupportedDataException(
                store,
                "group " + group,
                "%s%s would not %s (expected: elements over time, all taken at the same steps; copy the rows to another file)"
                        .formatted(String.join(", ", stuck.subList(0, Math.min(3, stuck.size()))), more, what),
                null);
    }

    /**
     * Writes how many atoms each row has, as far as it can be read.
     *
     * @return columns that are longer in some row than it has atoms, and thus only look as if they had an entry for each
     */
    private Set<String> counts(TreeEdit tree, String group, String store, Described described) throws IOException {
        Frames rows = engine.open(tree, group, store).orElseThrow();
        List<String> telling = telling(described);
        List<String> unsure = described.columns().stream()
                .filter(column -> column.perAtom() && !column.fixed() && !placement.perAtom(column.name()))
                .map(Column::name)
                .toList();
        Set<String> longer = new HashSet<>();
        long frames = described.frames();
        ArrayInfo array = tree.createArray(
                placement.internal(group, "_n_atoms"),
                new ArraySpec(
                        ElementType.of(DType.INT32), Shape.of(frames), Shape.of(COUNTS_IN_CHUNK), Compression.NONE));
        ArrayEdit counts = new ArrayEdit(tree, array, 0);
        Chunks chunks = new TreeChunks(tree);
        for (long at = 0; at < frames; at += COUNTS_IN_CHUNK) {
            int count = (int) Math.min(frames - at, COUNTS_IN_CHUNK);
            int[] atoms = atoms(rows, chunks, telling, at, count);
            CountsEdit.put(counts, at, Arrays.stream(atoms).asLongStream().toArray());
            for (String column : unsure) {
                if (!longer.contains(column) && !fits(atoms, atoms(rows, chunks, List.of(column), at, count))) {
                    longer.add(column);
                }
            }
        }
        counts.flush();
        return longer;
    }

    private static boolean fits(int[] atoms, int[] lengths) {
        for (int i = 0; i < atoms.length; i++) {
            if (lengths[i] > atoms[i]) {
                return false;
            }
        }
        return true;
    }

    /** Returns the columns that tell best how many atoms there are. */
    private static List<String> telling(Described described) {
        return described.columns().stream()
                .filter(Column::perAtom)
                .map(Column::name)
                .sorted(Comparator.comparingInt(
                        name -> name.equals(H5mdNames.NUMBERS) ? 0 : name.equals(H5mdNames.POSITIONS) ? 1 : 2))
                .limit(2)
                .toList();
    }

    /** Reads how many atoms rows have that only their values tell. */
    private static int[] atoms(Frames rows, Chunks chunks, List<String> telling, long first, int count)
            throws IOException {
        int[] atoms = new int[count];
        int step =
                (int) Math.max(1, Math.min(count, BYTES_AT_ONCE / Math.max(1, rows.bytesPerRow(Columns.of(telling)))));
        int at = 0;
        while (at < count) {
            int end = Math.min(count, at + step);
            for (Row row : rows.read(chunks, Positions.range(first + at, first + end), Columns.of(telling))) {
                for (String key : row.keys()) {
                    if (row.get(key) instanceof NdArray value && value.rank() > 0) {
                        atoms[at] = Math.max(atoms[at], value.length(0));
                    }
                }
                at++;
            }
        }
        return atoms;
    }

    @Override
    public FramesEdit anew(Tree before, TreeEdit tree, String group, String store, TypeHints hints) throws IOException {
        Optional<Described> described = placement.find(before, group, store);
        if (described.isEmpty()) {
            return edit(tree, group, store, hints);
        }
        H5mdKept kept = H5mdKept.of(before, group, described.get());
        if (!kept.lost().isEmpty()) {
            throw refused(store, group, kept.lost(), "be told by rows alone");
        }
        return new Keeping(edit(tree, group, store, own(hints, described.get())), kept, tree);
    }

    /** Leaves out the types of columns that have another form in files of others; anew they get that of ours. */
    private TypeHints own(TypeHints hints, Described described) {
        Map<String, String> types = new TreeMap<>(hints.types());
        for (Column column : described.columns()) {
            ArrayInfo array = column.array();
            if (column.reading() != null && array != null && !column.fixed()) {
                ColumnType.of(array, column.perAtom(), placement.padded())
                        .ifPresent(type -> types.remove(column.name(), type.word()));
            }
        }
        return new TypeHints(types);
    }

    /** Puts back what rows do not tell, at the end. */
    private record Keeping(FramesEdit rows, H5mdKept kept, TreeEdit tree) implements FramesEdit {

        @Override
        public long size() {
            return rows.size();
        }

        @Override
        public String holder() {
            return rows.holder();
        }

        @Override
        public void append(List<Row> added) throws IOException, RewriteNeeded {
            rows.append(added);
        }

        @Override
        public void reserve(long count) throws IOException, RewriteNeeded {
            rows.reserve(count);
        }

        @Override
        public void put(long position, Row row) throws IOException, RewriteNeeded {
            rows.put(position, row);
        }

        @Override
        public void truncate(long size) throws IOException {
            rows.truncate(size);
        }

        @Override
        public void finish() throws IOException {
            rows.finish();
            kept.putBack(tree);
        }
    }
}
