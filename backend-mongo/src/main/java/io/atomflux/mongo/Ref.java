package io.atomflux.mongo;

import org.jspecify.annotations.Nullable;

/**
 * One entry of an inner page or of the tree's top.
 *
 * @param id the page's id; 0 for a run of reserved rows, {@link #UNWRITTEN} for a page not written yet
 * @param rows how many rows are below, at least one
 * @param fresh the page if it is not written yet
 */
record Ref(long id, long rows, @Nullable Page fresh) {

    static final long UNWRITTEN = -1;

    static Ref run(long rows) {
        return new Ref(0, rows, null);
    }

    static Ref stored(long id, long rows) {
        return new Ref(id, rows, null);
    }

    static Ref fresh(Page page) {
        return new Ref(UNWRITTEN, page.rows(), page);
    }

    boolean isRun() {
        return id == 0;
    }

    boolean isStored() {
        return id > 0;
    }
}
