package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** How the rows of a group lie in a tree; without state, for many threads. */
interface Layout {

    /** Returns what the layout is called in messages, e.g. {@code ragged}. */
    String name();

    /** Returns the group that is meant where none is named. */
    String defaultGroup(Tree tree) throws IOException;

    /** Lists the groups, sorted. */
    List<String> groups(Tree tree) throws IOException;

    /** Returns the paths in the tree that belong to a group and to no other. */
    List<String> paths(String group);

    /**
     * Looks at a group.
     *
     * @param store for messages
     * @return what can be read, or empty if there is no such group
     * @throws io.atomflux.error.ForeignDataException if something else is there
     * @throws io.atomflux.error.CorruptDataException if it contradicts itself so that nothing can be read
     */
    Optional<Frames> open(Tree tree, String group, String store) throws IOException;

    /**
     * Begins to change a group; makes it if it is not there.
     *
     * @param hints types that columns shall have when they are made, found out by an attempt before
     */
    FramesEdit edit(TreeEdit tree, String group, String store, TypeHints hints) throws IOException;

    /**
     * Begins to write a group anew, row after row, from what it was; keeps what rows do not tell, e.g. units.
     *
     * @param before the tree as it was
     * @param tree the tree without the {@linkplain #paths paths} of the group
     * @throws io.atomflux.error.UnsupportedDataException if something in the group would be lost; names it
     */
    default FramesEdit anew(Tree before, TreeEdit tree, String group, String store, TypeHints hints)
            throws IOException {
        return edit(tree, group, store, hints);
    }
}
