package io.atomflux.memory;

import io.atomflux.value.KeyedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * An immutable sequence of rows with versions, whose changed copies share the pages that did not change.
 *
 * <p>A page holds up to {@value #PAGE} rows. A change copies the table of pages and the pages it touches; appending into
 * the free slots of the last page copies nothing: those slots lie beyond the size of every sequence that shares the
 * page, so no reader looks at them. That needs writers one at a time ({@link MemoryStore} sees to it) and a safe
 * publication of the result.
 */
final class Pages<R extends KeyedRow<R>> {

    static final int PAGE = 512;
    private static final int SMALL = PAGE / 2;

    private static final class Page {
        final Object[] rows;
        final long[] versions;
        int used; // slots ever written; guarded by the lock of the writers

        Page(int slots) {
            rows = new Object[slots];
            versions = new long[slots];
        }

        static Page copyOf(Page from, int start, int end, int slots) {
            Page copy = new Page(slots);
            copy.add(from, start, end);
            return copy;
        }

        void add(Page from, int start, int end) {
            System.arraycopy(from.rows, start, rows, used, end - start);
            System.arraycopy(from.versions, start, versions, used, end - start);
            used += end - start;
        }

        void add(Object row, long version) {
            rows[used] = row;
            versions[used] = version;
            used++;
        }
    }

    private final Page[] pages;
    private final long[] starts; // position of the first row of each page
    private final long size;

    private Pages(Page[] pages, long[] starts, long size) {
        this.pages = pages;
        this.starts = starts;
        this.size = size;
    }

    static <R extends KeyedRow<R>> Pages<R> empty() {
        return new Pages<>(new Page[0], new long[0], 0);
    }

    private static <R extends KeyedRow<R>> Pages<R> of(List<Page> pages, List<Integer> counts) {
        long[] starts = new long[pages.size()];
        long size = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = size;
            size += counts.get(i);
        }
        return new Pages<>(pages.toArray(new Page[0]), starts, size);
    }

    long size() {
        return size;
    }

    private int pageOf(long position) {
        int guess = (int) Math.min(position / PAGE, pages.length - 1L);
        if (starts[guess] <= position && position < end(guess)) {
            return guess;
        }
        int found = Arrays.binarySearch(starts, position);
        return found >= 0 ? found : -found - 2;
    }

    private long end(int page) {
        return page + 1 < starts.length ? starts[page + 1] : size;
    }

    private int count(int page) {
        return (int) (end(page) - starts[page]);
    }

    @SuppressWarnings("unchecked")
    R row(long position) {
        int page = pageOf(position);
        return (R) pages[page].rows[(int) (position - starts[page])];
    }

    long version(long position) {
        int page = pageOf(position);
        return pages[page].versions[(int) (position - starts[page])];
    }

    Pages<R> append(List<R> rows, LongSupplier versions) {
        int last = pages.length - 1;
        int lastCount = last < 0 ? 0 : count(last);
        if (last >= 0 && lastCount + rows.size() <= PAGE && pages[last].used == lastCount && isRoomy(pages[last])) {
            rows.forEach(row -> pages[last].add(row, versions.getAsLong()));
            return new Pages<>(pages, starts, size + rows.size());
        }
        List<Page> all = new ArrayList<>(Arrays.asList(pages));
        List<Integer> counts = counts();
        Page open = new Page(PAGE);
        if (last >= 0 && lastCount < PAGE) {
            open.add(pages[last], 0, lastCount);
            all.remove(last);
            counts.remove(last);
        }
        for (R row : rows) {
            if (open.used == PAGE) {
                all.add(open);
                counts.add(PAGE);
                open = new Page(PAGE);
            }
            open.add(row, versions.getAsLong());
        }
        if (open.used > 0) {
            all.add(open);
            counts.add(open.used);
        }
        return of(all, counts);
    }

    private static boolean isRoomy(Page page) {
        return page.rows.length == PAGE;
    }

    private List<Integer> counts() {
        List<Integer> counts = new ArrayList<>(pages.length + 1);
        for (int i = 0; i < pages.length; i++) {
            counts.add(count(i));
        }
        return counts;
    }

    Pages<R> insert(long at, List<R> rows, LongSupplier versions) {
        if (at == size || rows.isEmpty()) {
            return append(rows, versions);
        }
        int split = pageOf(at);
        int before = (int) (at - starts[split]);
        Page old = pages[split];
        int oldCount = count(split);
        int total = Math.addExact(oldCount, rows.size());
        int pieces = (total + PAGE - 1) / PAGE;

        List<Page> all = new ArrayList<>(pages.length + pieces);
        List<Integer> counts = counts();
        all.addAll(Arrays.asList(pages).subList(0, split));
        counts.remove(split);
        int taken = 0;
        for (int piece = 0; piece < pieces; piece++) {
            int share = total / pieces + (piece < total % pieces ? 1 : 0); // even, so that no page is left tiny
            Page page = new Page(share);
            for (int i = 0; i < share; i++, taken++) {
                if (taken < before) {
                    page.add(old.rows[taken], old.versions[taken]);
                } else if (taken < before + rows.size()) {
                    page.add(rows.get(taken - before), versions.getAsLong());
                } else {
                    page.add(old.rows[taken - rows.size()], old.versions[taken - rows.size()]);
                }
            }
            all.add(page);
            counts.add(split + piece, share);
        }
        all.addAll(Arrays.asList(pages).subList(split + 1, pages.length));
        return of(all, counts);
    }

    /** Takes rows away; {@code gone} is ascending, without repeats. */
    Pages<R> delete(long[] gone) {
        List<Page> all = new ArrayList<>(pages.length);
        List<Integer> counts = new ArrayList<>(pages.length);
        int next = 0;
        boolean lastTouched = false;
        for (int i = 0; i < pages.length; i++) {
            int from = next;
            long end = end(i);
            while (next < gone.length && gone[next] < end) {
                next++;
            }
            int count = count(i);
            Page page = pages[i];
            boolean touched = next > from;
            if (touched) {
                page = without(i, gone, from, next);
                count -= next - from;
            }
            int last = all.size() - 1;
            if (count > 0 && last >= 0 && (touched || lastTouched) && counts.get(last) + count <= SMALL) {
                Page joined = Page.copyOf(all.get(last), 0, counts.get(last), SMALL);
                joined.add(page, 0, count);
                all.set(last, joined);
                counts.set(last, joined.used);
                lastTouched = true;
            } else if (count > 0) {
                all.add(page);
                counts.add(count);
                lastTouched = touched;
            }
        }
        return of(all, counts);
    }

    private Page without(int index, long[] gone, int from, int to) {
        Page page = pages[index];
        int count = count(index);
        Page rest = new Page(count - (to - from));
        int kept = 0;
        for (int i = from; i < to; i++) {
            int hole = (int) (gone[i] - starts[index]);
            rest.add(page, kept, hole);
            kept = hole + 1;
        }
        rest.add(page, kept, count);
        return rest;
    }

    /** Starts replacing single rows. */
    Edit<R> edit() {
        return new Edit<>(this);
    }

    /** Replaces rows in a copy; each page is copied at most once. */
    static final class Edit<R extends KeyedRow<R>> {
        private final Pages<R> base;
        private final Page[] pages;

        private Edit(Pages<R> base) {
            this.base = base;
            this.pages = base.pages.clone();
        }

        R row(long position) {
            int page = base.pageOf(position);
            @SuppressWarnings("unchecked")
            R row = (R) pages[page].rows[(int) (position - base.starts[page])];
            return row;
        }

        void set(long position, R row, long version) {
            int page = base.pageOf(position);
            if (pages[page] == base.pages[page]) {
                pages[page] = Page.copyOf(base.pages[page], 0, base.count(page), base.pages[page].rows.length);
            }
            int slot = (int) (position - base.starts[page]);
            pages[page].rows[slot] = row;
            pages[page].versions[slot] = version;
        }

        Pages<R> build() {
            return new Pages<>(pages, base.starts, base.size);
        }
    }
}
