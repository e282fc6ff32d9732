package io.atomflux.mongo;

import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.bson.BsonDocument;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Writes rows and pages that nobody sees yet; a few MiB at a time, so that rows are not held twice. */
final class Staging {

    private static final long MOST_BYTES = 4 << 20;
    private static final int MOST_DOCUMENTS = 4096;

    private final Paged paged;

    Staging(Paged paged) {
        this.paged = paged;
    }

    /** A call was cancelled before its publish. */
    static final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("cancelled", null, false, false);
        }
    }

    /**
     * Writes rows.
     *
     * @param number whose ids they are
     * @param rows reserved ones are not written
     * @param ids an id for each, 0 for reserved ones
     * @param cancelled asked before each command; one that was sent is waited for
     * @signals Cancelled if it was cancelled
     */
    Mono<Void> rows(ClientNumber number, List<Row> rows, long[] ids, BooleanSupplier cancelled, long deadline) {
        return Flux.<List<BsonDocument>, Integer>generate(() -> 0, (from, sink) -> {
                    List<BsonDocument> part = new ArrayList<>();
                    long bytes = 0;
                    int next = from;
                    while (next < rows.size() && part.size() < MOST_DOCUMENTS && bytes < MOST_BYTES) {
                        if (ids[next] != 0) {
                            part.add(paged.codec.encode(ids[next], rows.get(next), "row " + next + " of the call"));
                            bytes += rows.get(next).byteSize();
                        }
                        next++;
                    }
                    if (cancelled.getAsBoolean()) {
                        sink.error(new Cancelled());
                    } else if (part.isEmpty()) {
                        sink.complete();
                    } else {
                        sink.next(part);
                    }
                    return next;
                })
                .concatMap(part -> paged.insert(part, number::insertLost, deadline), 0)
                .then();
    }

    /** Writes pages and garbage documents. */
    Mono<Void> pages(ClientNumber number, List<BsonDocument> pages, long deadline) {
        List<List<BsonDocument>> parts = new ArrayList<>();
        for (int from = 0; from < pages.size(); from += 256) {
            parts.add(pages.subList(from, Math.min(pages.size(), from + 256)));
        }
        return Flux.fromIterable(parts)
                .concatMap(part -> paged.insert(part, number::insertLost, deadline))
                .then();
    }

    /**
     * Turns pages that are not written yet into documents.
     *
     * @param first the first of the ids to use; {@link #count} tells how many it takes
     * @param documents where to put them
     * @return the page by its id
     */
    static Ref written(Ref ref, IdSource ids, List<BsonDocument> documents, PageSink sink) {
        if (ref.fresh() == null) {
            return ref;
        }
        Page page = ref.fresh();
        if (page instanceof Page.Inner inner) {
            List<Ref> kids = new ArrayList<>(inner.entries());
            for (int k = 0; k < inner.entries(); k++) {
                kids.add(written(inner.kid(k), ids, documents, sink));
            }
            page = Page.Inner.of(kids);
        }
        long id = ids.next();
        documents.add(Page.toBson(id, page));
        sink.put(id, page);
        return Ref.stored(id, page.rows());
    }

    /** Gives ids. */
    interface IdSource {
        long next();
    }

    /** Takes pages as they are written. */
    interface PageSink {
        void put(long id, Page page);
    }

    /** Returns how many pages below this one are not written yet, itself included. */
    static int count(Ref ref) {
        if (ref.fresh() == null) {
            return 0;
        }
        int count = 1;
        if (ref.fresh() instanceof Page.Inner inner) {
            for (int k = 0; k < inner.entries(); k++) {
                count += count(inner.kid(k));
            }
        }
        return count;
    }
}
