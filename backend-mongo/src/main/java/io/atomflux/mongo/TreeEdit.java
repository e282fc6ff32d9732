package io.atomflux.mongo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes trees of pages by writing new ones: touched leaves and the path above them, no more.
 *
 * <p>Remembers which rows and pages are reachable no more. A leaf splits when it would pass the fan-out, neighbours that
 * are small together merge, empty pages vanish, and pages added at the end go beside ones of their height, so that
 * growing trees stay level and full. Does no I/O: a page that is not at hand ends the walk by {@link Pages.Needed}. For
 * one thread. Longer than most files: the three changes share how pages are split, merged and stacked.
 */
final class TreeEdit {

    private final Pages pages;
    private final int fanOut;
    private final int small;
    private final LongList goneRows = new LongList();
    private final LongList gonePages = new LongList();
    private final LongList goneTrees = new LongList();

    /**
     * @param fanOut the largest number of entries of a page
     * @param small neighbours of fewer entries together become one page
     */
    TreeEdit(Pages pages, int fanOut, int small) {
        this.pages = pages;
        this.fanOut = fanOut;
        this.small = small;
    }

    /** Returns the ids of rows that were taken out one by one. */
    LongList goneRows() {
        return goneRows;
    }

    /** Returns the ids of pages of which new versions were made; their rows live on unless they are listed. */
    LongList gonePages() {
        return gonePages;
    }

    /** Returns the ids of pages that went with everything below them. */
    LongList goneTrees() {
        return goneTrees;
    }

    // ------------------------------------------------------------------ making

    /** Makes pages for rows, as few as may be; empty for none. */
    List<Ref> build(long[] ids) {
        return level(leaves(ids, true));
    }

    /** Makes one page over others, of as many levels as it takes; null for none. */
    @Nullable
    Ref join(List<Ref> refs) {
        List<Ref> level = merged(refs);
        if (level.isEmpty()) {
            return null;
        }
        while (level.size() > 1 || level.get(0).isRun()) {
            level = inners(level, false);
        }
        return collapsed(level.get(0));
    }

    /** Takes away tops that have a single page below. */
    private static Ref collapsed(Ref top) {
        Ref ref = top;
        while (ref.fresh() instanceof Page.Inner inner
                && inner.entries() == 1
                && !inner.kid(0).isRun()) {
            ref = inner.kid(0);
        }
        return ref;
    }

    /** Makes leaves: full ones and a rest, or ones of even size. */
    List<Ref> leaves(long[] ids, boolean full) {
        List<Ref> leaves = new ArrayList<>();
        int count = (ids.length + fanOut - 1) / fanOut;
        for (int i = 0, from = 0; i < count; i++) {
            int to = full ? Math.min(ids.length, from + fanOut) : (int) ((long) ids.length * (i + 1) / count);
            leaves.add(Ref.fresh(new Page.Leaf(Arrays.copyOfRange(ids, from, to))));
            from = to;
        }
        return leaves;
    }

    private List<Ref> level(List<Ref> refs) {
        List<Ref> level = refs;
        while (level.size() > 1) {
            level = inners(level, true);
        }
        return level;
    }

    /** Makes inner pages over others: one if they fit, else full ones and a rest, or ones of even size. */
    private List<Ref> inners(List<Ref> kids, boolean full) {
        List<Ref> inners = new ArrayList<>();
        int count = (kids.size() + fanOut - 1) / fanOut;
        for (int i = 0, from = 0; i < count; i++) {
            int to = full ? Math.min(kids.size(), from + fanOut) : (int) ((long) kids.size() * (i + 1) / count);
            inners.add(Ref.fresh(Page.Inner.of(kids.subList(from, to))));
            from = to;
        }
        return inners;
    }

    // ------------------------------------------------------------------ replacing

    /**
     * Puts other rows at some positions.
     *
     * @param at positions, ascending, each once
     * @param ids a row id for each, 0 for reserved
     */
    @Nullable
    Ref replace(@Nullable Ref top, long[] at, long[] ids) {
        return top == null || at.length == 0 ? top : join(replaced(top, 0, at, ids, 0, at.length));
    }

    private List<Ref> replaced(Ref ref, long offset, long[] at, long[] ids, int from, int to) {
        if (ref.isRun()) {
            return carved(ref.rows(), offset, at, ids, from, to);
        }
        Page page = opened(ref);
        if (page instanceof Page.Leaf leaf) {
            long[] changed = leaf.ids().clone();
            for (int i = from; i < to; i++) {
                int place = (int) (at[i] - offset);
                gone(changed[place]);
                changed[place] = ids[i];
            }
            return List.of(Ref.fresh(new Page.Leaf(changed)));
        }
        Page.Inner inner = (Page.Inner) page;
        needTouched(inner, offset, at, from, to);
        List<Ref> kids = new ArrayList<>(inner.entries() + 2);
        int next = from;
        for (int k = 0; k < inner.entries(); k++) {
            Ref kid = inner.kid(k);
            long start = offset + inner.start(k);
            int end = next;
            while (end < to && at[end] < start + kid.rows()) {
                end++;
            }
            if (end == next) {
                kids.add(kid);
            } else {
                kids.addAll(replaced(kid, start, at, ids, next, end));
            }
            next = end;
        }
        return inners(merged(kids), false);
    }

    /** Cuts leaves out of a run of reserved rows, each with room for its neighbours, so that runs do not fall to dust. */
    private List<Ref> carved(long rows, long offset, long[] at, long[] ids, int from, int to) {
        List<Ref> parts = new ArrayList<>();
        long done = 0;
        for (int i = from; i < to; ) {
            long start = (at[i] - offset) / small * small;
            long end = Math.min(rows, start + small);
            long[] leaf = new long[(int) (end - start)];
            for (; i < to && at[i] - offset < end; i++) {
                leaf[(int) (at[i] - offset - start)] = ids[i];
            }
            if (start > done) {
                parts.add(Ref.run(start - done));
            }
            parts.add(Ref.fresh(new Page.Leaf(leaf)));
            done = end;
        }
        if (done < rows) {
            parts.add(Ref.run(rows - done));
        }
        return parts;
    }

    // ------------------------------------------------------------------ removing

    /**
     * Takes rows away.
     *
     * @param froms starts of ranges, ascending, not touching
     * @param tos their ends
     */
    @Nullable
    Ref remove(@Nullable Ref top, long[] froms, long[] tos) {
        return top == null || froms.length == 0 ? top : join(removed(top, 0, froms, tos, 0, froms.length));
    }

    private List<Ref> removed(Ref ref, long offset, long[] froms, long[] tos, int from, int to) {
        if (froms[from] <= offset && tos[from] >= offset + ref.rows()) {
            drop(ref);
            return List.of();
        }
        if (ref.isRun()) {
            long rest = ref.rows();
            for (int i = from; i < to; i++) {
                rest -= Math.min(tos[i], offset + ref.rows()) - Math.max(froms[i], offset);
            }
            return rest == 0 ? List.of() : List.of(Ref.run(rest));
        }
        Page page = opened(ref);
        if (page instanceof Page.Leaf leaf) {
            long[] kept = new long[leaf.ids().length];
            int count = 0;
            int range = from;
            for (int i = 0; i < kept.length; i++) {
                while (range < to && tos[range] <= offset + i) {
                    range++;
                }
                if (range < to && froms[range] <= offset + i) {
                    gone(leaf.ids()[i]);
                } else {
                    kept[count++] = leaf.ids()[i];
                }
            }
            return count == 0 ? List.of() : List.of(Ref.fresh(new Page.Leaf(Arrays.copyOf(kept, count))));
        }
        Page.Inner inner = (Page.Inner) page;
        needCut(inner, offset, froms, tos, from, to);
        List<Ref> kids = new ArrayList<>(inner.entries());
        int next = from;
        for (int k = 0; k < inner.entries(); k++) {
            Ref kid = inner.kid(k);
            long start = offset + inner.start(k);
            long stop = start + kid.rows();
            while (next < to && tos[next] <= start) {
                next++;
            }
            int end = next;
            while (end < to && froms[end] < stop) {
                end++;
            }
            if (end == next) {
                kids.add(kid);
            } else {
                kids.addAll(removed(kid, start, froms, tos, next, end));
            }
        }
        List<Ref> rest = merged(kids);
        return rest.isEmpty() ? List.of() : inners(rest, false);
    }

    /** Gives up a page with all below it. */
    void drop(Ref ref) {
        if (ref.isStored()) {
            goneTrees.add(ref.id());
        } else if (ref.fresh() instanceof Page.Leaf leaf) {
            for (long id : leaf.ids()) {
                gone(id);
            }
        } else if (ref.fresh() instanceof Page.Inner inner) {
            for (int k = 0; k < inner.entries(); k++) {
                drop(inner.kid(k));
            }
        }
    }

    /** Gives up a row. */
    void gone(long row) {
        if (row != 0) {
            goneRows.add(row);
        }
    }

    // ------------------------------------------------------------------ inserting

    /** Puts rows before a position, or behind the last one. */
    @Nullable
    Ref insert(@Nullable Ref top, long at, long[] ids) {
        if (ids.length == 0) {
            return top;
        }
        return top == null ? join(build(ids)) : join(inserted(top, at, ids));
    }

    private List<Ref> inserted(Ref ref, long at, long[] ids) {
        if (ref.isRun()) {
            List<Ref> parts = new ArrayList<>();
            if (at > 0) {
                parts.add(Ref.run(at));
            }
            parts.addAll(leaves(ids, true));
            if (at < ref.rows()) {
                parts.add(Ref.run(ref.rows() - at));
            }
            return parts;
        }
        Page page = opened(ref);
        if (page instanceof Page.Leaf leaf) {
            long[] all = new long[leaf.ids().length + ids.length];
            System.arraycopy(leaf.ids(), 0, all, 0, (int) at);
            System.arraycopy(ids, 0, all, (int) at, ids.length);
            System.arraycopy(leaf.ids(), (int) at, all, (int) at + ids.length, leaf.ids().length - (int) at);
            return leaves(all, all.length > 2 * fanOut);
        }
        Page.Inner inner = (Page.Inner) page;
        int into = at == inner.rows() ? inner.entries() - 1 : inner.kidOf(at);
        List<Ref> kids = new ArrayList<>(inner.entries() + 2);
        for (int k = 0; k < inner.entries(); k++) {
            if (k == into) {
                kids.addAll(inserted(inner.kid(k), at - inner.start(k), ids));
            } else {
                kids.add(inner.kid(k));
            }
        }
        return inners(merged(kids), false);
    }

    // ------------------------------------------------------------------ adding at the end

    /** Puts pages behind the last row, each beside pages of its height. */
    @Nullable
    Ref append(@Nullable Ref top, List<Ref> refs) {
        if (top == null) {
            return joinedByHeight(refs);
        }
        Ref tree = top;
        for (int i = 0; i < refs.size(); ) { // neighbours of one height together: each path is written once
            int height = heightGuess(refs.get(i));
            int end = i + 1;
            while (end < refs.size() && heightGuess(refs.get(end)) == height) {
                end++;
            }
            tree = appended(tree, refs.subList(i, end), height);
            i = end;
        }
        return tree;
    }

    private @Nullable Ref joinedByHeight(List<Ref> refs) {
        if (refs.isEmpty()) {
            return null;
        }
        Ref first = refs.get(0);
        Ref top = first.isRun() ? Ref.fresh(Page.Inner.of(List.of(first))) : first;
        return append(top, refs.subList(1, refs.size()));
    }

    private Ref appended(Ref top, List<Ref> refs, int height) {
        int own = height(top);
        List<Ref> tops;
        if (own <= height) {
            List<Ref> kids = new ArrayList<>(List.of(top));
            kids.addAll(refs);
            tops = merged(kids);
        } else {
            tops = below(top, own, refs, height);
        }
        while (tops.size() > 1 || tops.get(0).isRun()) {
            tops = inners(tops, true);
        }
        return collapsed(tops.get(0));
    }

    private List<Ref> below(Ref ref, int own, List<Ref> refs, int height) {
        Page.Inner inner = (Page.Inner) opened(ref);
        List<Ref> kids = new ArrayList<>(inner.entries() + refs.size());
        for (int k = 0; k < inner.entries() - 1; k++) {
            kids.add(inner.kid(k));
        }
        Ref last = inner.kid(inner.entries() - 1);
        if (own - 1 > height && !last.isRun()) {
            kids.addAll(below(last, own - 1, refs, height));
        } else {
            kids.add(last);
            kids.addAll(refs);
        }
        return inners(merged(kids), true);
    }

    /** Returns the levels below a page along its right edge. */
    private int height(Ref ref) {
        int height = 0;
        for (Ref at = ref; !at.isRun(); height++) {
            Page page = loaded(at);
            if (page instanceof Page.Inner inner) {
                at = inner.kid(inner.entries() - 1);
            } else {
                return height;
            }
        }
        return height;
    }

    /** Guesses the height of a page from its rows: pages at the end were built full. */
    private int heightGuess(Ref ref) {
        if (ref.fresh() != null) {
            return height(ref);
        }
        int height = 0;
        for (long fits = fanOut; !ref.isRun() && fits < ref.rows(); fits *= fanOut) {
            height++;
        }
        return height;
    }

    // ------------------------------------------------------------------ neighbours

    /** Merges neighbours that are small together, and runs. */
    private List<Ref> merged(List<Ref> refs) {
        List<Ref> out = new ArrayList<>(refs.size());
        for (Ref ref : refs) {
            Ref together = out.isEmpty() ? null : merged(out.get(out.size() - 1), ref);
            if (together == null) {
                out.add(ref);
            } else {
                out.set(out.size() - 1, together);
            }
        }
        return out;
    }

    private @Nullable Ref merged(Ref left, Ref right) {
        if (left.isRun() && right.isRun()) {
            return Ref.run(left.rows() + right.rows());
        }
        if (left.fresh() == null && right.fresh() == null) {
            return null;
        }
        Page known = left.fresh() != null ? left.fresh() : right.fresh();
        if (known instanceof Page.Leaf) {
            return left.rows() + right.rows() <= most(left, right) ? mergedLeaves(left, right) : null;
        }
        if (left.isRun() || right.isRun() || known == null || known.entries() >= small) {
            return null;
        }
        if (loaded(left) instanceof Page.Inner a
                && loaded(right) instanceof Page.Inner b
                && a.entries() + b.entries() <= most(left, right)) {
            opened(left);
            opened(right);
            List<Ref> kids = new ArrayList<>();
            for (int k = 0; k < a.entries(); k++) {
                kids.add(a.kid(k));
            }
            for (int k = 0; k < b.entries(); k++) {
                kids.add(b.kid(k));
            }
            List<Ref> rest = merged(kids);
            return Ref.fresh(Page.Inner.of(rest));
        }
        return null;
    }

    /** Two pages that are written anyhow may fill half a page; to rewrite another one must be worth it. */
    private long most(Ref left, Ref right) {
        return left.fresh() != null && right.fresh() != null ? fanOut / 2 : small - 1;
    }

    private @Nullable Ref mergedLeaves(Ref left, Ref right) {
        long[] a = idsOf(left);
        long[] b = idsOf(right);
        if (a == null || b == null) {
            return null;
        }
        if (!left.isRun()) {
            opened(left);
        }
        if (!right.isRun()) {
            opened(right);
        }
        long[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return Ref.fresh(new Page.Leaf(all));
    }

    /** Returns the rows of a leaf or a run; null for an inner page. */
    private long @Nullable [] idsOf(Ref ref) {
        if (ref.isRun()) {
            return new long[(int) ref.rows()];
        }
        return loaded(ref) instanceof Page.Leaf leaf ? leaf.ids() : null;
    }

    // ------------------------------------------------------------------ pages

    private Page loaded(Ref ref) {
        Page page = ref.fresh() != null ? ref.fresh() : pages.find(ref.id());
        if (page == null) {
            throw new Pages.Needed(ref.id());
        }
        return page;
    }

    /** Returns a page that will be replaced. */
    Page opened(Ref ref) {
        Page page = loaded(ref);
        if (ref.isStored()) {
            gonePages.add(ref.id());
        }
        return page;
    }

    private void needTouched(Page.Inner inner, long offset, long[] at, int from, int to) {
        LongList needed = new LongList();
        for (int i = from; i < to; ) {
            int k = inner.kidOf(at[i] - offset);
            need(inner.kid(k), needed);
            long end = offset + inner.start(k) + inner.kid(k).rows();
            while (i < to && at[i] < end) {
                i++;
            }
        }
        request(needed);
    }

    private void needCut(Page.Inner inner, long offset, long[] froms, long[] tos, int from, int to) {
        LongList needed = new LongList();
        for (int i = from; i < to; i++) {
            long first = Math.max(froms[i], offset) - offset;
            long last = Math.min(tos[i], offset + inner.rows()) - 1 - offset;
            needIfCut(inner, first, last, inner.kidOf(first), needed);
            needIfCut(inner, first, last, inner.kidOf(last), needed);
        }
        request(needed);
    }

    private void needIfCut(Page.Inner inner, long first, long last, int k, LongList needed) {
        if (inner.start(k) < first || inner.start(k) + inner.kid(k).rows() - 1 > last) {
            need(inner.kid(k), needed);
        }
    }

    private void need(Ref kid, LongList needed) {
        if (kid.isStored() && pages.find(kid.id()) == null) {
            needed.add(kid.id());
        }
    }

    private static void request(LongList needed) {
        if (needed.size() > 0) {
            throw new Pages.Needed(needed.distinct());
        }
    }
}
