package io.atomflux.mongo;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreUnavailableException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the parts of one store in the paged layout share: its collection, its time, the pages and the index as last seen. */
final class Paged {

    private static final int PAGES_AT_A_TIME = 256; // 4 MiB at most

    final Documents documents;
    final String name;
    final RowCodec codec;
    final PagedSettings settings;
    final Clockwork clock;
    final PageCache cache;
    private volatile IndexView view = IndexView.NOTHING;
    private final AtomicLong lastWant = new AtomicLong();

    Paged(Documents documents, String name, RowCodec codec, PagedSettings settings, Clockwork clock) {
        this.documents = documents;
        this.name = name;
        this.codec = codec;
        this.settings = settings;
        this.clock = clock;
        this.cache = new PageCache(settings.cacheBytes());
    }

    /** A page or a row that the index names is not there: the index is older than the retention, or damaged. */
    static final class Outlived extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final long id;

        Outlived(long id) {
            super("document " + id + " is gone", null, false, false);
            this.id = id;
        }

        long id() {
            return id;
        }
    }

    static BsonDocument rootKey() {
        return Bson.doc("_id", Root.ID);
    }

    /** Reads the whole root and remembers its index. */
    Mono<Root> root() {
        return documents
                .findOne(rootKey(), Bson.EMPTY)
                .map(document -> Root.of(document, name))
                .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(name)))
                .doOnNext(root -> remember(root.view()));
    }

    /** Returns the newest index seen; reads must have it confirmed. */
    IndexView view() {
        return view;
    }

    /** Remembers an index unless a newer one is known; one of another incarnation replaces it. */
    void remember(IndexView seen) {
        IndexView known = view;
        if (seen.rev() != known.rev() || seen.struct() != known.struct()) {
            view = seen; // racy: an older one costs a round trip, never an answer
        }
    }

    /** Tells whether this writer's wish to go first is one not yet granted. */
    boolean isNewWant(long want) {
        return lastWant.getAndSet(want) != want;
    }

    /** Forgets the index. */
    void forget() {
        view = IndexView.NOTHING;
    }

    // ------------------------------------------------------------------ pages

    /**
     * Walks through pages, fetching those that are not at hand.
     *
     * @param walk may throw {@link Pages.Needed}; is begun anew then, so it must change nothing before its end
     * @signals Outlived if a page is not there
     */
    <T> Mono<T> walk(Function<Pages, T> walk) {
        return Mono.defer(() -> walk(walk, new HashMap<>()));
    }

    private <T> Mono<T> walk(Function<Pages, T> walk, Map<Long, Page> fetched) {
        try {
            return Mono.just(walk.apply(id -> {
                Page page = fetched.get(id);
                return page != null ? page : cache.find(id);
            }));
        } catch (Pages.Needed needed) {
            return fetch(needed.ids(), fetched).then(Mono.defer(() -> walk(walk, fetched)));
        } catch (IllegalArgumentException e) {
            return Mono.error(new CorruptDataException(name, "the index", String.valueOf(e.getMessage()), e));
        }
    }

    private Mono<Void> fetch(long[] ids, Map<Long, Page> into) {
        List<long[]> parts = new ArrayList<>();
        for (int from = 0; from < ids.length; from += PAGES_AT_A_TIME) {
            parts.add(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + PAGES_AT_A_TIME)));
        }
        return Flux.fromIterable(parts)
                .concatMap(part -> documents
                        .find(among(part), Bson.EMPTY, 0)
                        .doOnNext(document -> keep(document, into))
                        .then())
                .then(Mono.defer(() -> {
                    for (long id : ids) {
                        if (!into.containsKey(id)) {
                            return Mono.error(new Outlived(id));
                        }
                    }
                    return Mono.empty();
                }));
    }

    private void keep(BsonDocument document, Map<Long, Page> into) {
        long id = Bson.number(document, "_id");
        Page page = page(document);
        into.put(id, page);
        cache.put(id, page);
    }

    /** Reads a page's document. */
    Page page(BsonDocument document) {
        try {
            return Page.fromBson(document);
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(name, "page " + document.get("_id"), String.valueOf(e.getMessage()), e);
        }
    }

    static BsonDocument among(long... ids) {
        return Bson.doc("_id", Bson.doc("$in", Bson.ids(ids)));
    }

    // ------------------------------------------------------------------ trying again

    /** Sends a command that may be executed twice, again and again until it is answered or the deadline is past. */
    <T> Mono<T> patiently(Mono<T> command, long deadline) {
        return patiently(command, deadline, 0);
    }

    private <T> Mono<T> patiently(Mono<T> command, long deadline, int round) {
        return command.onErrorResume(
                failure -> isPassing(failure) && !clock.isPast(deadline),
                failure -> clock.pause(round).then(Mono.defer(() -> patiently(command, deadline, round + 1))));
    }

    /** Tells whether a failure may be over at the next try. */
    static boolean isPassing(Throwable failure) {
        return failure instanceof Documents.Unanswered
                || failure instanceof StoreUnavailableException
                || failure instanceof StoreBusyException;
    }

    /** Inserts documents under ids nobody else has: one that is there already was written by an earlier try. */
    Mono<Void> insert(List<? extends BsonDocument> documents, long deadline) {
        return insert(documents, () -> {}, deadline);
    }

    /** @param unanswered run when a reply is lost: a copy of the command may come at any time later */
    Mono<Void> insert(List<? extends BsonDocument> documents, Runnable unanswered, long deadline) {
        return documents.isEmpty()
                ? Mono.empty()
                : patiently(
                        this.documents
                                .insert(documents)
                                .then()
                                .doOnError(Documents.Unanswered.class, lost -> unanswered.run()),
                        deadline);
    }

    /** Deletes listed documents. */
    Mono<Void> delete(long[] ids, long deadline) {
        List<long[]> parts = new ArrayList<>();
        for (int from = 0; from < ids.length; from += 10_000) {
            parts.add(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + 10_000)));
        }
        return Flux.fromIterable(parts)
                .concatMap(part -> patiently(documents.delete(among(part)).then(), deadline))
                .then();
    }

    /** Deletes the documents with ids of a range. */
    Mono<Void> deleteRange(long from, long to, long deadline) {
        return from >= to
                ? Mono.empty()
                : patiently(
                        documents
                                .delete(Bson.doc("_id", Bson.doc("$gte", from, "$lt", to)))
                                .then(),
                        deadline);
    }

    static long idOf(BsonDocument document) {
        BsonValue id = document.get("_id");
        return id != null && id.isNumber() ? id.asNumber().longValue() : 0;
    }
}
