package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a layout keeps what {@link ColumnLayout} reads and writes; the rest is the same for all layouts.
 *
 * <p>A <i>key</i> is a key of rows. A <i>column</i> is the name of one array in the list of columns; nearly always both are
 * the same, and only a {@link Special} makes them differ. Without state, for many threads.
 */
interface Placement {

    /** Returns what the layout is called in messages, e.g. {@code ragged}. */
    String layout();

    /**
     * Tells how values of differing atom counts lie: true for arrays of rows × atoms, each row as long as the longest, with
     * the internal array {@code _n_atoms}; false for atoms of all rows behind each other, with {@code _offsets} and {@code
     * _lengths}.
     */
    boolean padded();

    /** Returns the group that is meant where none is named. */
    String defaultGroup(Tree tree) throws IOException;

    /** Lists the groups, sorted. */
    List<String> groups(Tree tree) throws IOException;

    /** Returns the paths in the tree that belong to a group and to no other. */
    List<String> paths(String group);

    /** Returns the path of the group of the tree whose attributes are {@code n_frames}, {@code columns} and so on. */
    String holder(String group);

    /** Returns the path of an internal array, e.g. {@code _n_atoms}. */
    String internal(String group, String name);

    /** Returns the path of a column's array; only asked of columns whose keys are not refused. */
    String array(String group, String column);

    /** Tells why a key cannot be stored, and what can be done; empty if it can. */
    Optional<String> refusal(String key);

    /** Tells whether a column made anew has one entry for each atom; known from its name alone. */
    boolean perAtom(String column);

    /**
     * Looks at a group.
     *
     * <p>{@link Described#of} does it where the attributes say everything.
     *
     * @param store for messages
     * @return empty if there is no such group
     * @throws io.atomflux.error.ForeignDataException if something else is there
     * @throws io.atomflux.error.CorruptDataException if it contradicts itself so that nothing can be read
     */
    Optional<Described> find(Tree tree, String group, String store) throws IOException;

    /** Makes what a group needs beside its {@linkplain #holder holder}, before the first column is made. */
    default void begin(TreeEdit tree, String group) throws IOException {}

    /**
     * Makes what an array needs beside itself, e.g. the groups it lies in; runs before it is made.
     *
     * @param frames the number of rows there are
     */
    default void beforeArray(TreeEdit tree, String group, String column, long frames) throws IOException {}

    /** Gives a new array its attributes and neighbours. */
    default void afterArray(TreeEdit tree, String group, String column, ArrayInfo array) throws IOException {}

    /**
     * Writes what depends on the number of rows and is no column, e.g. steps and times; runs last in every change.
     *
     * @param before the number of rows before the change
     * @param frames the number of rows after it
     */
    default void finish(TreeEdit tree, String group, long before, long frames) throws IOException {}

    /** Returns how a key is stored if not as itself. */
    default Optional<Special> special(String key) {
        return Optional.empty();
    }

    /** Returns the key a column belongs to; more than the name only if a {@link Special} has it. */
    default String key(String column) {
        return column;
    }

    /** Tells whether a column stands in the attribute {@code columns}; one that does not must be found otherwise. */
    default boolean listed(String column) {
        return true;
    }

    /** Returns what integers of a column are where nobody wrote any. */
    default long integerFill(String column) {
        return 0;
    }

    /**
     * A key that is stored as something else, as one column or several.
     *
     * <p>Need not be loss-free: whatever {@link #join} does not give back equal is kept exactly beside the arrays.
     */
    interface Special {

        /** Returns the columns, the first of which tells the key's place in a row. */
        List<String> columns();

        /**
         * Returns what each column holds for a value, null for nothing.
         *
         * @param value any value of the closed set
         */
        List<@Nullable Object> split(@Nullable Object value);

        /**
         * Returns what columns stand for, null for nothing.
         *
         * @param parts for each column what it holds, null for nothing; what other programs wrote among it
         */
        @Nullable
        Object join(List<@Nullable Object> parts);
    }
}
