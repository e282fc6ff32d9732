package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A group while it is changed; for one thread. */
final class GroupEdit {

    private final TreeEdit tree;
    private final Layout layout;
    private final String group;
    private final String store;
    private final TypeHints hints;
    private final @Nullable Tree before;
    private @Nullable OldRows old;
    private @Nullable FramesEdit rows;

    /**
     * Begins a change.
     *
     * @param before what the group was, if it is written anew
     */
    GroupEdit(TreeEdit tree, Layout layout, String group, String store, TypeHints hints, @Nullable Tree before) {
        this.before = before;
        this.tree = tree;
        this.layout = layout;
        this.group = group;
        this.store = store;
        this.hints = hints;
    }

    /** Returns the rows that are in the group before it is changed; each batch of them is read as it is then. */
    OldRows old() throws IOException {
        OldRows known = old;
        if (known == null) {
            known = new OldRows(layout.open(tree, group, store), () -> new PlainChunks(tree), store);
            old = known;
        }
        return known;
    }

    /** Begins to change. */
    FramesEdit rows() throws IOException {
        FramesEdit begun = rows;
        if (begun == null) {
            begun = before == null
                    ? layout.edit(tree, group, store, hints)
                    : layout.anew(before, tree, group, store, hints);
            rows = begun;
        }
        return begun;
    }

    /**
     * Makes the changes; nothing can be changed afterwards.
     *
     * @param what for messages
     * @return the number of rows
     */
    long commit(String what) throws IOException {
        FramesEdit changed = rows();
        changed.finish();
        long size = changed.size();
        tree.commit(what + " in group " + group + ", then " + size + " rows", changed.holder());
        return size;
    }
}
