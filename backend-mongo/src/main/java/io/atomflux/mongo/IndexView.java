package io.atomflux.mongo;

import io.atomflux.spi.Positions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which row stands where, at one moment: the tree, and the entries of the open list behind it. Immutable.
 *
 * <p>Walks need pages; those that are not at hand are asked for by {@link Pages.Needed}, all of a walk at once as far as
 * it can see them.
 */
final class IndexView {

    /** A store without rows, which perhaps does not exist. */
    static final IndexView NOTHING = new IndexView(-1, -1, 0, 0, 0, List.of());

    private final long rev;
    private final long struct;
    private final long size;
    private final long base;
    private final long tree;
    private final List<Entry> open;
    private final long[] ends; // position after each open entry

    /**
     * @param rev counts publishes
     * @param struct counts changes other than appends
     * @param size rows
     * @param base rows in the tree
     * @param tree its top page, or 0
     * @param open the entries behind it
     */
    IndexView(long rev, long struct, long size, long base, long tree, List<Entry> open) {
        this.rev = rev;
        this.struct = struct;
        this.size = size;
        this.base = base;
        this.tree = tree;
        this.open = List.copyOf(open);
        this.ends = new long[this.open.size()];
        long end = base;
        for (int i = 0; i < ends.length; i++) {
            end += this.open.get(i).rows();
            ends[i] = end;
        }
    }

    long rev() {
        return rev;
    }

    long struct() {
        return struct;
    }

    long size() {
        return size;
    }

    long base() {
        return base;
    }

    /** Returns the tree's top; null if it has no rows. */
    @Nullable
    Ref top() {
        return tree == 0 ? null : Ref.stored(tree, base);
    }

    List<Entry> open() {
        return open;
    }

    /** Returns how many rows are in the tree and the open list; other than the size only in a damaged store. */
    long listed() {
        return ends.length == 0 ? base : ends[ends.length - 1];
    }

    /** Returns this view with appended entries. */
    IndexView plus(long newRev, List<Entry> more) {
        List<Entry> all = new ArrayList<>(open);
        all.addAll(more);
        long rows = 0;
        for (Entry entry : more) {
            rows += entry.rows();
        }
        return new IndexView(newRev, struct, size + rows, base, tree, all);
    }

    /** Returns the id of the row at a position, 0 if it is reserved. */
    long idAt(Pages pages, long position) {
        if (position < base) {
            return idBelow(pages, Ref.stored(tree, base), position);
        }
        int found = Arrays.binarySearch(ends, position + 1);
        int index = found >= 0 ? found : -found - 1;
        Entry entry = open.get(index);
        return switch (entry.kind()) {
            case ROW -> entry.id();
            case RUN -> 0;
            case PAGE -> idBelow(pages, Ref.stored(entry.id(), entry.rows()), position - ends[index] + entry.rows());
        };
    }

    /** Returns the id of a row below a page, 0 if it is reserved. */
    static long idBelow(Pages pages, Ref top, long offset) {
        Ref at = top;
        long rest = offset;
        while (!at.isRun()) {
            Page page = at.fresh() != null ? at.fresh() : pages.find(at.id());
            if (page == null) {
                throw new Pages.Needed(at.id());
            }
            if (rest >= page.rows()) {
                throw new IllegalArgumentException(
                        "page %d: %d rows (expected: %d)".formatted(at.id(), page.rows(), at.rows()));
            }
            if (page instanceof Page.Leaf leaf) {
                return leaf.ids()[(int) rest];
            }
            Page.Inner inner = (Page.Inner) page;
            int kid = inner.kidOf(rest);
            rest -= inner.start(kid);
            at = inner.kid(kid);
        }
        return 0;
    }

    /** Returns the ids of the rows at some positions, 0 for reserved ones. */
    long[] ids(Pages pages, Positions positions) {
        long[] ids = new long[(int) positions.count()];
        LongList needed = new LongList();
        for (int i = 0; i < ids.length; i++) {
            try {
                ids[i] = idAt(pages, positions.at(i));
            } catch (Pages.Needed more) {
                needed.add(more.ids()[0]);
            }
        }
        if (needed.size() > 0) {
            throw new Pages.Needed(needed.distinct());
        }
        return ids;
    }
}
