package io.atomflux.artifact.catalog;

import io.atomflux.value.Bytes;
import reactor.core.publisher.Flux;

/** Reads ranges of a catalog page by page, each page a moment of its own. */
final class Pages {

    /** Whoever wants few, as one that goes on behind each sub-store, reads few. */
    private static final int FIRST = 16;

    private static final int GROWTH = 4;
    private static final int LIMIT = 256;

    private Pages() {}

    /** Streams the entries from a key up to, not including, another; holds a page, and asks for the next when it is used up. */
    static Flux<Catalog.Entry> of(Catalog catalog, Bytes from, Bytes to, long bytes) {
        return catalog.page(from, to, FIRST, bytes)
                .expand(page -> catalog.page(
                        page.isEmpty()
                                ? to
                                : Keys.next(page.get(page.size() - 1).key()),
                        to,
                        Math.min(LIMIT, Math.max(FIRST, GROWTH * page.size())),
                        bytes))
                .takeUntil(page -> page.isEmpty())
                .concatMapIterable(page -> page, 1);
    }

    /** Streams all entries whose key begins with a letter. */
    static Flux<Catalog.Entry> of(Catalog catalog, char space, long bytes) {
        Bytes first = Keys.first(space);
        return of(catalog, first, Keys.behind(first), bytes);
    }
}
