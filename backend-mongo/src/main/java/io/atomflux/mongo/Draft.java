package io.atomflux.mongo;

import io.atomflux.spi.Positions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * The index as one round of changes would leave it: the tree, and the open list behind it.
 *
 * <p>Each change is made whole or, when it needs pages that are not at hand, not at all; then it is made anew. Remembers what
 * is reachable no more. For one round; its calls follow one another.
 */
final class Draft {

    private final IndexView before;
    private final PagedSettings settings;
    private @Nullable Ref top;
    private List<Item> items = new ArrayList<>();
    private boolean sealing;
    private final LongList goneIds = new LongList();
    private final LongList goneTrees = new LongList();

    /**
     * An entry of the open list.
     *
     * @param origin its place in the list as read, or -1 for a new one
     * @param changed whether it is other than as read
     * @param row the row's id, or 0
     * @param ref the page or run, if it is no row
     */
    private record Item(
            int origin, boolean changed, long row, @Nullable Ref ref) {
        long rows() {
            return ref == null ? 1 : ref.rows();
        }

        Item with(@Nullable Ref other) {
            return new Item(origin, true, 0, other);
        }
    }

    Draft(IndexView before, PagedSettings settings) {
        this.before = before;
        this.settings = settings;
        this.top = before.top();
        for (int i = 0; i < before.open().size(); i++) {
            Entry entry = before.open().get(i);
            items.add(
                    switch (entry.kind()) {
                        case ROW -> new Item(i, false, entry.id(), null);
                        case PAGE -> new Item(i, false, 0, Ref.stored(entry.id(), entry.rows()));
                        case RUN -> new Item(i, false, 0, Ref.run(entry.rows()));
                    });
        }
    }

    IndexView before() {
        return before;
    }

    long size() {
        long size = base();
        for (Item item : items) {
            size += item.rows();
        }
        return size;
    }

    long base() {
        return top == null ? 0 : top.rows();
    }

    private TreeEdit edit(Pages pages) {
        return new TreeEdit(pages, settings.fanOut(), settings.small());
    }

    private void settle(TreeEdit edit) {
        goneIds.addAll(edit.goneRows());
        goneIds.addAll(edit.gonePages());
        goneTrees.addAll(edit.goneTrees());
    }

    // ------------------------------------------------------------------ looking

    /** Returns the ids of the rows at some positions, 0 for reserved ones. */
    long[] ids(Pages pages, Positions positions) {
        int count = (int) positions.count();
        long[] starts = new long[items.size() + 1];
        starts[0] = base();
        for (int i = 0; i < items.size(); i++) {
            starts[i + 1] = starts[i] + items.get(i).rows();
        }
        long[] ids = new long[count];
        LongList needed = new LongList();
        for (int i = 0; i < count; i++) {
            try {
                ids[i] = id(pages, positions.at(i), starts);
            } catch (Pages.Needed more) {
                needed.add(more.ids()[0]);
            }
        }
        if (needed.size() > 0) {
            throw new Pages.Needed(needed.distinct());
        }
        return ids;
    }

    private long id(Pages pages, long position, long[] starts) {
        Ref tree = top;
        if (tree != null && position < tree.rows()) {
            return IndexView.idBelow(pages, tree, position);
        }
        int found = Arrays.binarySearch(starts, position);
        int index = found >= 0 ? found : -found - 2;
        Item item = items.get(index);
        return item.ref() == null ? item.row() : IndexView.idBelow(pages, item.ref(), position - starts[index]);
    }

    // ------------------------------------------------------------------ changing

    /** Puts other rows at ascending positions. */
    void replace(Pages pages, long[] at, long[] ids) {
        TreeEdit edit = edit(pages);
        int split = lowerBound(at, base());
        Ref newTop = edit.replace(top, Arrays.copyOf(at, split), Arrays.copyOf(ids, split));
        List<Item> newItems = new ArrayList<>(items.size());
        long start = base();
        int next = split;
        for (Item item : items) {
            int end = next;
            while (end < at.length && at[end] < start + item.rows()) {
                end++;
            }
            if (end == next) {
                newItems.add(item);
            } else if (item.ref() == null || item.ref().isRun() && item.rows() == 1) {
                edit.gone(item.row());
                newItems.add(ids[next] == 0 ? item.with(Ref.run(1)) : new Item(item.origin(), true, ids[next], null));
            } else {
                long[] offsets = new long[end - next];
                for (int i = next; i < end; i++) {
                    offsets[i - next] = at[i] - start;
                }
                newItems.add(item.with(edit.replace(item.ref(), offsets, Arrays.copyOfRange(ids, next, end))));
            }
            start += item.rows();
            next = end;
        }
        top = newTop;
        items = newItems;
        settle(edit);
    }

    /** Takes away ranges, ascending and apart from each other. */
    void remove(Pages pages, long[] froms, long[] tos) {
        TreeEdit edit = edit(pages);
        long base = base();
        Ranges inTree = Ranges.clipped(froms, tos, 0, base);
        Ref newTop = edit.remove(top, inTree.froms(), inTree.tos());
        List<Item> newItems = new ArrayList<>(items.size());
        long start = base;
        for (Item item : items) {
            Ranges cut = Ranges.clipped(froms, tos, start, start + item.rows());
            start += item.rows();
            if (cut.froms().length == 0) {
                newItems.add(item);
            } else if (item.ref() == null) {
                edit.gone(item.row());
            } else {
                Ref rest = edit.remove(item.ref(), cut.froms(), cut.tos());
                if (rest != null) {
                    newItems.add(item.with(rest));
                }
            }
        }
        top = newTop;
        items = newItems;
        settle(edit);
    }

    /** Puts rows before a position, or behind the last one. */
    void insert(Pages pages, long at, long[] ids) {
        TreeEdit edit = edit(pages);
        if (at < base()) {
            top = edit.insert(top, at, ids);
            settle(edit);
            return;
        }
        List<Item> newItems = new ArrayList<>(items.size() + 1);
        long start = base();
        boolean placed = false;
        for (Item item : items) {
            if (!placed && at == start) {
                newItems.add(made(edit, ids));
                placed = true;
            }
            if (!placed && at < start + item.rows()) {
                newItems.add(item.with(edit.insert(paged(edit, item), at - start, ids)));
                placed = true;
            } else {
                newItems.add(item);
            }
            start += item.rows();
        }
        if (!placed) {
            newItems.add(made(edit, ids));
        }
        items = newItems;
        settle(edit);
    }

    private static Item made(TreeEdit edit, long[] ids) {
        return ids.length == 1 && ids[0] != 0
                ? new Item(-1, true, ids[0], null)
                : new Item(-1, true, 0, edit.join(edit.build(ids)));
    }

    private static @Nullable Ref paged(TreeEdit edit, Item item) {
        return item.ref() != null ? item.ref() : edit.join(edit.build(new long[] {item.row()}));
    }

    /** Takes all rows away. */
    void clear() {
        TreeEdit edit = edit(id -> null);
        if (top != null) {
            edit.drop(top);
        }
        for (Item item : items) {
            if (item.ref() == null) {
                edit.gone(item.row());
            } else {
                edit.drop(item.ref());
            }
        }
        top = null;
        items = new ArrayList<>();
        settle(edit);
    }

    /** Moves the open list into the tree, small batches beside each other into common pages. */
    void seal(Pages pages) {
        TreeEdit edit = edit(pages);
        List<Ref> refs = new ArrayList<>();
        LongList loose = new LongList();
        needSmall(pages);
        for (Item item : items) {
            Ref ref = item.ref();
            long[] few = ref == null ? new long[] {item.row()} : few(edit, pages, ref);
            if (few == null) {
                flush(edit, loose, refs);
                loose = new LongList();
                refs.add(ref);
            } else {
                for (long id : few) {
                    loose.add(id);
                }
            }
        }
        flush(edit, loose, refs);
        top = edit.append(top, refs);
        items = new ArrayList<>();
        sealing = true;
        settle(edit);
    }

    private static void flush(TreeEdit edit, LongList loose, List<Ref> refs) {
        if (loose.size() > 0) {
            refs.addAll(edit.leaves(loose.toArray(), true));
        }
    }

    private void needSmall(Pages pages) {
        LongList needed = new LongList();
        for (Item item : items) {
            Ref ref = item.ref();
            if (ref != null && ref.isStored() && ref.rows() < settings.small() && pages.find(ref.id()) == null) {
                needed.add(ref.id());
            }
        }
        if (needed.size() > 0) {
            throw new Pages.Needed(needed.distinct());
        }
    }

    /** Returns the rows of a small batch; null for one that stays a page of its own. */
    private long @Nullable [] few(TreeEdit edit, Pages pages, Ref ref) {
        if (ref.rows() >= settings.small() || ref.isRun()) {
            return null;
        }
        Page page = ref.fresh() != null ? ref.fresh() : pages.find(ref.id());
        if (page instanceof Page.Leaf leaf) {
            edit.opened(ref);
            return leaf.ids();
        }
        return null;
    }

    boolean isSealed() {
        return sealing;
    }

    // ------------------------------------------------------------------ the update

    /** How the open list is changed: one operator at most, since one update may name a path only once. */
    enum Means {
        NOTHING,
        SET,
        PULL,
        PUSH,
        INTO_TREE
    }

    /** Tells how; {@link Means#INTO_TREE} asks for {@link #seal} first. */
    Means means() {
        if (sealing) {
            return Means.INTO_TREE;
        }
        Set<Integer> kept = new HashSet<>();
        boolean changed = false;
        int added = 0;
        int gaps = 0;
        boolean inGap = false;
        for (Item item : items) {
            if (item.origin() < 0) {
                added++;
                gaps += inGap ? 0 : 1;
                inGap = true;
            } else {
                kept.add(item.origin());
                changed |= item.changed();
                inGap = false;
            }
        }
        boolean removed = kept.size() < before.open().size();
        int ways = (changed ? 1 : 0) + (removed ? 1 : 0) + (added > 0 ? 1 : 0);
        if (ways > 1 || gaps > 1 || before.open().size() + added > settings.openMost()) {
            return Means.INTO_TREE;
        }
        return changed ? Means.SET : removed ? Means.PULL : added > 0 ? Means.PUSH : Means.NOTHING;
    }

    /** Tells whether rows or their order are other than before. */
    boolean isChanged() {
        return sealing || !Objects.equals(top, before.top()) || means() != Means.NOTHING;
    }

    /**
     * The index with all pages written.
     *
     * @param tree the top page or null
     * @param base rows in the tree
     * @param open the entries behind it
     */
    record Result(@Nullable Ref tree, long base, List<Entry> open) {}

    /** Returns how many ids {@link #write} takes. */
    int idsNeeded() {
        int count = top == null ? 0 : Staging.count(top);
        for (Item item : items) {
            count += item.ref() == null ? 0 : item.changed() && item.ref().isRun() ? 1 : Staging.count(item.ref());
        }
        return count;
    }

    /** Gives ids to what is new. */
    Result write(Staging.IdSource ids, List<BsonDocument> documents, Staging.PageSink sink) {
        Ref tree = top == null ? null : Staging.written(top, ids, documents, sink);
        List<Entry> open = new ArrayList<>(items.size());
        for (Item item : items) {
            if (!item.changed()) {
                open.add(before.open().get(item.origin()));
            } else if (item.ref() == null) {
                open.add(Entry.row(item.row()));
            } else if (item.ref().isRun()) {
                open.add(Entry.run(ids.next(), item.ref().rows()));
            } else {
                Ref page = Staging.written(item.ref(), ids, documents, sink);
                open.add(Entry.page(page.id(), page.rows()));
            }
        }
        return new Result(tree, tree == null ? 0 : tree.rows(), open);
    }

    /** Adds the change of the open list to an update and, where it takes room, to its condition. */
    void describe(Result result, BsonDocument condition, BsonDocument update) {
        switch (means()) {
            case NOTHING -> {}
            case SET -> {
                for (int i = 0; i < items.size(); i++) {
                    if (items.get(i).changed()) {
                        Bson.add(
                                update,
                                "$set",
                                "open." + i,
                                result.open().get(i).toBson());
                    }
                }
            }
            case PULL -> {
                Set<Integer> kept = new HashSet<>();
                items.forEach(item -> kept.add(item.origin()));
                BsonArray pulled = new BsonArray();
                for (int i = 0; i < before.open().size(); i++) {
                    if (!kept.contains(i)) {
                        pulled.add(before.open().get(i).toBson());
                    }
                }
                Bson.add(update, "$pullAll", "open", pulled);
            }
            case PUSH -> {
                BsonArray pushed = new BsonArray();
                int place = 0;
                for (int i = 0; i < items.size(); i++) {
                    if (items.get(i).origin() < 0) {
                        place = i - pushed.size();
                        pushed.add(result.open().get(i).toBson());
                    }
                }
                Bson.add(update, "$push", "open", Bson.doc("$each", pushed, "$position", place));
                condition.append("open." + (settings.openMost() - pushed.size()), Bson.doc("$exists", false));
            }
            case INTO_TREE -> {
                BsonArray pulled = new BsonArray();
                before.open().forEach(entry -> pulled.add(entry.toBson()));
                Bson.add(update, "$pullAll", "open", pulled);
            }
        }
    }

    /** Returns the ids of rows and pages that are reachable no more. */
    LongList goneIds() {
        return goneIds;
    }

    /** Returns the pages that go with everything below them. */
    LongList goneTrees() {
        return goneTrees;
    }

    private static int lowerBound(long[] ascending, long value) {
        int found = Arrays.binarySearch(ascending, value);
        return found >= 0 ? found : -found - 1;
    }

    /** Ranges relative to a part of the rows. */
    private record Ranges(long[] froms, long[] tos) {
        static Ranges clipped(long[] froms, long[] tos, long start, long end) {
            LongList starts = new LongList();
            LongList ends = new LongList();
            int first = lowerBound(tos, start + 1);
            for (int i = first; i < froms.length && froms[i] < end; i++) {
                long from = Math.max(froms[i], start);
                long to = Math.min(tos[i], end);
                if (from < to) {
                    starts.add(from - start);
                    ends.add(to - start);
                }
            }
            return new Ranges(starts.toArray(), ends.toArray());
        }
    }
}
