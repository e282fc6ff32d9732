package io.atomflux.mongo;

import org.jspecify.annotations.Nullable;

/** Pages that are at hand; walks that need others say which, get them fetched, and begin anew. */
interface Pages {

    /** Returns a page, or null if it is not at hand. */
    @Nullable
    Page find(long id);

    /** What a walk needs before it can go on; no failure. */
    final class Needed extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final long[] ids;

        Needed(long... ids) {
            super("pages needed", null, false, false);
            this.ids = ids;
        }

        long[] ids() {
            return ids;
        }
    }
}
