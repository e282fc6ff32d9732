package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The engine of all layouts: one array for each column, placed by a {@link Placement}. */
final class ColumnLayout implements Layout {

    private final Placement placement;
    private final LayoutOptions options;

    ColumnLayout(Placement placement, LayoutOptions options) {
        this.placement = Objects.requireNonNull(placement, "placement");
        this.options = Objects.requireNonNull(options, "options");
    }

    @Override
    public String name() {
        return placement.layout();
    }

    @Override
    public String defaultGroup(Tree tree) throws IOException {
        return placement.defaultGroup(tree);
    }

    @Override
    public List<String> groups(Tree tree) throws IOException {
        return placement.groups(tree);
    }

    @Override
    public List<String> paths(String group) {
        return placement.paths(group);
    }

    @Override
    public Optional<Frames> open(Tree tree, String group, String store) throws IOException {
        Optional<Described> described = placement.find(tree, group, store);
        return described.isEmpty()
                ? Optional.empty()
                : Optional.of(ColumnFrames.open(placement, tree, group, store, described.get()));
    }

    @Override
    public FramesEdit edit(TreeEdit tree, String group, String store, TypeHints hints) throws IOException {
        return ColumnEdit.begin(placement, options, tree, group, store, hints);
    }
}
