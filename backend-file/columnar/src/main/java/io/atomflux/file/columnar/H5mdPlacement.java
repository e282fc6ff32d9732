package io.atomflux.file.columnar;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.Described.Column;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Reference;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * H5MD 1.1 as asebytes 0.3 writes it: particles, box, observables and connectivity as elements, and what keeps them together
 * under {@code /asebytes}.
 *
 * <p>Files of other programs are described by {@link H5mdSurvey}.
 */
final class H5mdPlacement implements Placement {

    /** The attribute of the holder of a group that another program made, and this library added to: looks are needed. */
    static final String FOREIGN = "atomflux_foreign";

    private static final String DEFAULT_GROUP = "atoms";
    private static final NdArray VERSION = NdArray.of(new long[] {1, 1});

    private final H5mdOptions options;

    H5mdPlacement(H5mdOptions options) {
        this.options = Objects.requireNonNull(options, "options");
    }

    @Override
    public String layout() {
        return "H5MD";
    }

    @Override
    public boolean padded() {
        return true;
    }

    @Override
    public String defaultGroup(Tree tree) throws IOException {
        List<String> groups = groups(tree);
        return groups.isEmpty() ? DEFAULT_GROUP : groups.get(0);
    }

    @Override
    public List<String> groups(Tree tree) throws IOException {
        return H5mdSurvey.groups(tree);
    }

    @Override
    public List<String> paths(String group) {
        return List.of(
                H5mdNames.particles(group),
                H5mdNames.observables(group),
                H5mdNames.connectivity(group),
                H5mdNames.holder(group));
    }

    @Override
    public String holder(String group) {
        return H5mdNames.holder(group);
    }

    @Override
    public String internal(String group, String name) {
        return H5mdNames.holder(group) + "/" + name;
    }

    @Override
    public String array(String group, String column) {
        return H5mdNames.element(group, column) + "/value";
    }

    @Override
    public Optional<String> refusal(String key) {
        return H5mdNames.refusal(key);
    }

    @Override
    public boolean perAtom(String column) {
        return PerAtom.declared(column) || H5mdNames.ofParticles(column);
    }

    @Override
    public Optional<Special> special(String key) {
        return Optional.ofNullable(H5mdSpecials.ALL.get(key));
    }

    @Override
    public String key(String column) {
        return switch (column) {
            case H5mdNames.CONSTRAINTS_JSON -> H5mdNames.CONSTRAINTS;
            case H5mdNames.BONDS, H5mdNames.BOND_ORDERS -> H5mdNames.CONNECTIVITY;
            default -> column;
        };
    }

    @Override
    public boolean listed(String column) {
        return !column.equals(H5mdNames.BONDS) && !column.equals(H5mdNames.BOND_ORDERS);
    }

    @Override
    public long integerFill(String column) {
        return column.equals(H5mdNames.BONDS) ? -1 : 0;
    }

    /**
     * Tells whether the attributes of a group say what it has, so that nobody need look.
     *
     * <p>They do not where they say that there is nothing and yet there is something, without atom counts (asebytes 0.3, H5MD
     * layout, files of others).
     */
    static boolean isDescribed(Tree tree, String group) throws IOException {
        String holder = H5mdNames.holder(group);
        Object frames = tree.attributes(holder).get("n_frames");
        return frames != null
                && (!Long.valueOf(0).equals(frames)
                        || tree.names(holder).contains("_n_atoms")
                        || tree.names(H5mdNames.particles(group)).isEmpty());
    }

    @Override
    public Optional<Described> find(Tree tree, String group, String store) throws IOException {
        if (isDescribed(tree, group)) {
            Described said = Described.of(this, tree, group, store).orElseThrow();
            boolean foreign = tree.attributes(H5mdNames.holder(group)).containsKey(FOREIGN);
            Described found = foreign ? looked(tree, group, said) : withBonds(tree, group, said);
            return Optional.of(H5mdAdded.with(tree, group, store, found));
        }
        if (!tree.hasGroup(H5mdNames.particles(group))) {
            return Optional.empty();
        }
        H5mdSurvey survey = H5mdSurvey.of(tree, group);
        Set<String> perAtom = new TreeSet<>();
        for (Column column : survey.columns().values()) {
            if (column.perAtom()) {
                perAtom.add(column.name());
            }
        }
        return Optional.of(
                new Described(survey.frames(), List.copyOf(survey.columns().values()), perAtom, Map.of()));
    }

    private Described withBonds(Tree tree, String group, Described said) throws IOException {
        List<Column> columns = new ArrayList<>(said.columns());
        if (tree.hasGroup(H5mdNames.connectivity(group))) {
            for (String name : List.of(H5mdNames.BONDS, H5mdNames.BOND_ORDERS)) {
                Column column = Described.column(this, tree, group, name, false);
                if (column.array() != null) { // asebytes ends them with the last batch that had bonds
                    columns.add(new Column(name, column.array(), false, false, null, true, column.damage()));
                }
            }
        }
        return new Described(said.frames(), columns, said.perAtom(), said.counts());
    }

    /** Describes a group of another program that was added to: what is listed, as it is found. */
    private static Described looked(Tree tree, String group, Described said) throws IOException {
        H5mdSurvey survey = H5mdSurvey.of(tree, group);
        Map<String, Column> columns = new LinkedHashMap<>();
        for (Column listed : said.columns()) {
            Column found = survey.columns().get(listed.name());
            columns.put(
                    listed.name(),
                    found == null
                            ? listed
                            : new Column(
                                    found.name(),
                                    found.array(),
                                    listed.perAtom(),
                                    found.fixed(),
                                    found.reading(),
                                    found.mayEnd(),
                                    found.damage()));
        }
        survey.columns().forEach(columns::putIfAbsent);
        return new Described(said.frames(), List.copyOf(columns.values()), said.perAtom(), said.counts());
    }

    @Override
    public void begin(TreeEdit tree, String group) throws IOException {
        skeleton(tree);
        tree.createGroup(H5mdNames.particles(group));
    }

    private void skeleton(TreeEdit tree) throws IOException {
        if (tree.hasGroup("h5md")) {
            return;
        }
        tree.createGroup("h5md/author");
        tree.createGroup("h5md/creator");
        tree.attribute("h5md", "version", VERSION);
        tree.attribute("h5md/author", "name", options.authorName());
        if (!options.authorEmail().isEmpty()) {
            tree.attribute("h5md/author", "email", options.authorEmail());
        }
        tree.attribute("h5md/creator", "name", options.creatorName());
        tree.attribute("h5md/creator", "version", options.creatorVersion());
    }

    @Override
    public void beforeArray(TreeEdit tree, String group, String column, long frames) throws IOException {
        String element = H5mdNames.element(group, column);
        if (H5mdElement.at(tree, element).isPresent()) {
            Object origin = tree.attributes(element).get(H5mdNames.ORIGIN);
            String name = element.substring(element.lastIndexOf('/') + 1);
            String other = element.startsWith("particles/")
                    ? H5mdNames.particleKey(name, origin)
                    : H5mdNames.observableKey(name, origin);
            throw new UnsupportedDataException(
                    group,
                    "key " + key(column),
                    "in H5MD it has the same place /%s as %s (expected: one of them, or another key)"
                            .formatted(element, other),
                    null);
        }
        tree.createGroup(element);
    }

    @Override
    public void afterArray(TreeEdit tree, String group, String column, ArrayInfo array) throws IOException {
        String element = H5mdNames.element(group, column);
        Optional<String> origin = H5mdNames.origin(column);
        if (origin.isPresent()) {
            tree.attribute(element, H5mdNames.ORIGIN, origin.get());
            Optional<String> unit = H5mdNames.unit(column);
            if (unit.isPresent()) {
                tree.attribute(array.path(), "unit", unit.get());
            }
            single(tree, element + "/step", NdArray.of(new int[] {1}));
            single(tree, element + "/time", NdArray.of(new double[] {1}));
        } else {
            tree.attribute(element, "particles_group", new Reference(H5mdNames.particles(group)));
            single(tree, element + "/step", NdArray.of(new long[] {1}));
            single(tree, element + "/time", NdArray.of(new double[] {1}));
            tree.attribute(element + "/time", "unit", "fs");
        }
    }

    private static void single(TreeEdit tree, String path, NdArray value) throws IOException {
        ArrayInfo array = tree.createArray(
                path, new ArraySpec(ElementType.of(value.dtype()), Shape.of(), Shape.of(), Compression.NONE));
        byte[] bytes = new byte[value.byteSize()];
        value.copyTo(bytes, 0);
        tree.writeChunk(array, Shape.of(), Chunk.of(bytes));
    }

    @Override
    public void finish(TreeEdit tree, String group, long before, long frames) throws IOException {
        boundary(tree, group, frames);
        if (before != frames && tree.attributes(H5mdNames.holder(group)).containsKey(FOREIGN)) {
            H5mdSteps.follow(tree, H5mdSurvey.of(tree, group).overTime(), before, frames);
        }
    }

    /** Says in the words of H5MD along which axes the first row is periodic. */
    private static void boundary(TreeEdit tree, String group, long frames) throws IOException {
        String box = H5mdNames.box(group);
        if (!tree.hasGroup(box)) {
            return;
        }
        Map<String, @Nullable Object> attributes = tree.attributes(box);
        if (!attributes.containsKey("dimension")) {
            tree.attribute(box, "dimension", 3L);
        }
        ArrayInfo pbc = tree.array(box + "/pbc/value").orElse(null);
        List<String> words = List.of("none", "none", "none");
        if (pbc != null && frames > 0 && isFlags(pbc)) {
            byte[] first = tree.chunk(pbc, Shape.of(0, 0)).bytes();
            words = List.of(word(first[0]), word(first[1]), word(first[2]));
        } else if (attributes.containsKey("boundary")) {
            return;
        }
        if (!words.equals(attributes.get("boundary"))) {
            tree.attribute(box, "boundary", words);
        }
    }

    private static boolean isFlags(ArrayInfo pbc) {
        return !pbc.element().isText()
                && pbc.element().dtype().equals(DType.BOOL)
                && pbc.shape().rank() == 2
                && pbc.shape().at(1) == 3
                && pbc.chunk().at(1) == 3;
    }

    private static String word(byte flag) {
        return flag == 0 ? "none" : "periodic";
    }
}
