package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a group has that its rows do not tell: attributes (units among them), and the one step and time of each element.
 *
 * @param attributes by path
 * @param single steps and times of one number, by path
 * @param lost what cannot be put back beside rows that were written anew, with the reason
 */
record H5mdKept(Map<String, Map<String, @Nullable Object>> attributes, Map<String, NdArray> single, List<String> lost) {

    private static final Set<String> OF_BOX = Set.of("boundary");

    /** Looks at what a group has. */
    static H5mdKept of(Tree tree, String group, Described described) throws IOException {
        H5mdSurvey survey = H5mdSurvey.of(tree, group);
        H5mdKept kept = new H5mdKept(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>(survey.leftOut()));
        Set<String> listed =
                described.columns().stream().map(Described.Column::name).collect(Collectors.toSet());
        survey.columns().values().forEach(column -> {
            ArrayInfo array = column.array();
            if (column.fixed() && array != null) {
                kept.lost.add("/" + array.path() + " (the same at all times)");
            } else if (array != null
                    && !listed.contains(column.name())
                    && array.shape().at(0) == described.frames()) { // of another length is what a dead writer left
                kept.lost.add("/" + array.path() + " (not listed)");
            }
        });
        for (H5mdElement element : survey.overTime()) {
            if (element.hasSteps() || element.hasTimes()) {
                kept.lost.add("/" + element.path() + " (steps of its own)");
            } else if (!element.labels().isEmpty()) {
                kept.lost.add("/" + element.path() + " (labels)");
            }
        }
        for (String top :
                List.of(H5mdNames.particles(group), H5mdNames.observables(group), H5mdNames.connectivity(group))) {
            kept.walk(tree, top);
        }
        kept.connectivity(tree, H5mdNames.connectivity(group));
        return kept;
    }

    private void walk(Tree tree, String path) throws IOException {
        if (!tree.hasGroup(path)) {
            return;
        }
        keep(tree, path, path.endsWith("/box") ? OF_BOX : Set.of());
        for (String name : tree.names(path)) {
            String below = path + "/" + name;
            if (tree.hasGroup(below)) {
                walk(tree, below);
                continue;
            }
            keep(tree, below, Set.of());
            if (name.equals("step") || name.equals("time")) {
                Optional<ArrayInfo> array = tree.array(below);
                if (array.isPresent() && array.get().shape().rank() == 0 && isReal(array.get())) {
                    DType type = array.get().element().dtype();
                    single.put(
                            below,
                            NdArray.wrap(
                                    type,
                                    new int[] {1},
                                    tree.chunk(array.get(), Shape.of()).bytes(),
                                    0));
                }
            } else if (!name.equals("value") && lost.stream().noneMatch(text -> text.startsWith("/" + below))) {
                lost.add("/" + below + " (no element of H5MD)");
            }
        }
    }

    private void connectivity(Tree tree, String path) throws IOException {
        for (String name : tree.names(path)) {
            if (!name.equals("bonds") && !name.equals("bond_orders")) {
                lost.add("/" + path + "/" + name + " (not known of bonds)");
            }
        }
    }

    private void keep(Tree tree, String path, Set<String> except) throws IOException {
        Map<String, @Nullable Object> found = new LinkedHashMap<>(tree.attributes(path));
        found.keySet().removeAll(except);
        if (!found.isEmpty()) {
            attributes.put(path, found);
        }
    }

    /** Gives what was written anew the attributes, steps and times it had. */
    void putBack(TreeEdit tree) throws IOException {
        for (Map.Entry<String, Map<String, @Nullable Object>> entry : attributes.entrySet()) {
            String path = entry.getKey();
            if (tree.hasGroup(path) || tree.array(path).isPresent()) {
                Map<String, @Nullable Object> now = tree.attributes(path);
                for (Map.Entry<String, @Nullable Object> attribute :
                        entry.getValue().entrySet()) {
                    String name = attribute.getKey();
                    if (name.equals("unit") || !now.containsKey(name)) {
                        tree.attribute(path, name, attribute.getValue());
                    }
                }
            }
        }
        for (Map.Entry<String, NdArray> entry : single.entrySet()) {
            Optional<ArrayInfo> array = tree.array(entry.getKey());
            if (array.isPresent() && array.get().shape().rank() == 0 && isReal(array.get())) {
                NdArray value = entry.getValue().as(array.get().element().dtype());
                byte[] bytes = new byte[value.byteSize()];
                value.copyTo(bytes, 0);
                tree.writeChunk(array.get(), Shape.of(), Chunk.of(bytes));
            }
        }
    }

    private static boolean isReal(ArrayInfo array) {
        return !array.element().isText() && array.element().dtype().isReal();
    }
}
