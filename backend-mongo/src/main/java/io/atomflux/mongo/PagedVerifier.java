package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.bson.BsonDocument;
import org.bson.BsonString;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/**
 * Compares the index with what is there: rows listed that are missing or listed twice, counts that are wrong, documents that
 * nothing lists.
 *
 * <p>Judges by the root read first, while others go on writing: what it lists stays for the retention, and what is newer lies at
 * or above the marks it shows. Page by page and id by id; remembers one bit for each id.
 */
final class PagedVerifier {

    private static final int MOST_PROBLEMS = 100;
    private static final int IDS_AT_A_TIME = 10_000;

    private final Paged paged;
    private final Root root;
    private final long begun;
    private final Map<Long, BitSet> listed = new HashMap<>(); // by id without its low 16 bits
    private int problems;

    private PagedVerifier(Paged paged, Root root) {
        this.paged = paged;
        this.root = root;
        this.begun = paged.clock.now();
    }

    static Flux<String> verify(Paged paged) {
        return paged.root().flatMapMany(root -> new PagedVerifier(paged, root).problems());
    }

    private Flux<String> problems() {
        return Flux.concat(rootProblems(), treeProblems(), openProblems(), garbage(), orphans())
                .takeUntil(problem -> ++problems > MOST_PROBLEMS)
                .index()
                .map(numbered -> numbered.getT1() < MOST_PROBLEMS
                        ? numbered.getT2()
                        : "there are more problems than these " + MOST_PROBLEMS);
    }

    private Flux<String> rootProblems() {
        return Flux.<String>create(problem -> {
                    if (root.clientCount() != root.clients().size()) {
                        problem.next("the root counts %d writers, but lists %d"
                                .formatted(root.clientCount(), root.clients().size()));
                    }
                    problem.complete();
                })
                .concatWith(paged.documents
                        .findOne(doc("_id", PagedStore.GUARD), Bson.EMPTY)
                        .map(PagedStore::isGuard)
                        .defaultIfEmpty(false)
                        .flatMapMany(stands -> stands
                                ? Flux.<String>empty()
                                : Flux.just("the document __meta__ that keeps programs of another layout out is "
                                        + "missing or changed")));
    }

    private Flux<String> treeProblems() {
        Ref top = root.view().top();
        return top == null ? Flux.empty() : below(top, "the tree");
    }

    private Flux<String> openProblems() {
        return Flux.fromIterable(root.view().open()).concatMap(entry -> switch (entry.kind()) {
            case ROW -> rows(new long[] {entry.id()}, "the open list");
            case RUN -> Flux.<String>empty();
            case PAGE -> below(Ref.stored(entry.id(), entry.rows()), "the open list");
        });
    }

    private Flux<String> below(Ref ref, String place) {
        return ref.isRun()
                ? Flux.empty()
                : Flux.defer(() -> {
                    if (!add(ref.id())) {
                        return Flux.just("page %d is listed twice, at last in %s".formatted(ref.id(), place));
                    }
                    return paged.documents
                            .findOne(doc("_id", ref.id()), Bson.EMPTY)
                            .map(document -> page(ref, document))
                            .defaultIfEmpty(gone("page %d of %s".formatted(ref.id(), place)))
                            .flatMapMany(found -> found);
                });
    }

    private Flux<String> page(Ref ref, BsonDocument document) {
        Page page;
        try {
            page = Page.fromBson(document);
        } catch (IllegalArgumentException e) {
            return Flux.just("page %d is damaged: %s".formatted(ref.id(), e.getMessage()));
        }
        Flux<String> counted = page.rows() == ref.rows()
                ? Flux.empty()
                : Flux.just(
                        "page %d holds %d rows, but is listed with %d".formatted(ref.id(), page.rows(), ref.rows()));
        Flux<String> inside = page instanceof Page.Leaf leaf
                ? rows(leaf.ids(), "page " + ref.id())
                : Flux.range(0, page.entries())
                        .map(((Page.Inner) page)::kid)
                        .concatMap(kid -> below(kid, "page " + ref.id()), 1);
        return counted.concatWith(inside);
    }

    private Flux<String> gone(String what) {
        return Flux.defer(() -> paged.clock.isPast(
                        begun + paged.settings.retention().toNanos())
                ? Flux.just(what + " is not there; verifying took longer than replaced rows are kept, verify again")
                : Flux.just(what + " is listed, but is not there"));
    }

    private Flux<String> rows(long[] ids, String place) {
        return Flux.<String>create(problem -> {
                    for (long id : ids) {
                        if (id != 0) {
                            check(id, place, problem);
                        }
                    }
                    problem.complete();
                })
                .concatWith(missing(
                        Arrays.stream(ids).filter(id -> id != 0).distinct().toArray(), place));
    }

    private void check(long id, String place, FluxSink<String> problem) {
        if (!add(id)) {
            problem.next("row %d is listed twice, at last in %s".formatted(id, place));
        }
        long number = ClientNumber.numberOf(id);
        OptionalLong mark = mark(number);
        if (number >= root.nextClient() || mark.isPresent() && ClientNumber.sequenceOf(id) >= mark.getAsLong()) {
            problem.next("row %d of %s is listed, but its writer has not published it".formatted(id, place));
        }
    }

    private OptionalLong mark(long number) {
        OptionalLong live = root.mark(number);
        return live.isPresent() ? live : root.deadMark(number);
    }

    private Flux<String> missing(long[] ids, String place) {
        if (ids.length == 0) {
            return Flux.empty();
        }
        return paged.documents
                .find(Paged.among(ids), doc("_id", 1), 0)
                .map(Paged::idOf)
                .collectList()
                .flatMapMany(found -> {
                    long[] there = found.stream().mapToLong(id -> id).sorted().toArray();
                    return Flux.fromStream(Arrays.stream(ids)
                                    .filter(id -> Arrays.binarySearch(there, id) < 0)
                                    .boxed())
                            .concatMap(id -> gone("row %d of %s".formatted(id, place)));
                });
    }

    // ------------------------------------------------------------------ what nothing lists

    private Flux<String> garbage() {
        return Flux.just(root.young(), root.old())
                .filter(head -> head != 0)
                .concatMap(head -> Mono.just(head)
                        .expand(id -> paged.documents
                                .findOne(doc("_id", id), Bson.EMPTY)
                                .flatMap(this::named)
                                .filter(prev -> prev != 0)))
                .thenMany(Flux.empty());
    }

    /** Marks what a garbage document names, all below its trees included; answers the one before it. */
    private Mono<Long> named(BsonDocument document) {
        add(Paged.idOf(document));
        for (long id : Page.Longs.fromBson(document, "ids")) {
            add(id);
        }
        long[] trees = document.containsKey("trees") ? Page.Longs.fromBson(document, "trees") : new long[0];
        return Flux.range(0, trees.length)
                .concatMap(i -> felled(trees[i]), 1)
                .then(Mono.just(Bson.idOrZero(document, "prev")));
    }

    private Mono<Void> felled(long id) {
        add(id);
        return paged.documents.findOne(doc("_id", id), Bson.EMPTY).flatMap(document -> {
            Page page = paged.page(document);
            if (page instanceof Page.Leaf leaf) {
                for (long row : leaf.ids()) {
                    add(row);
                }
                return Mono.empty();
            }
            Page.Inner inner = (Page.Inner) page;
            return Flux.range(0, inner.entries())
                    .map(inner::kid)
                    .filter(Ref::isStored)
                    .concatMap(kid -> felled(kid.id()), 1)
                    .then();
        });
    }

    private Flux<String> orphans() {
        return paged.documents
                .find(Bson.EMPTY, doc("_id", 1), IDS_AT_A_TIME)
                .filter(document -> !(document.get("_id") instanceof BsonString))
                .map(Paged::idOf)
                .filter(this::isOrphan)
                .collectList()
                .flatMapMany(this::told);
    }

    private boolean isOrphan(long id) {
        if (has(id)) {
            return false;
        }
        long number = ClientNumber.numberOf(id);
        OptionalLong mark = mark(number);
        // At or above the mark of a writer it is being written, or will be swept.
        return number < root.nextClient() && (mark.isEmpty() || ClientNumber.sequenceOf(id) < mark.getAsLong());
    }

    private Flux<String> told(List<Long> orphans) {
        return orphans.isEmpty()
                ? Flux.empty()
                : Flux.just("%d documents are listed by nothing, e.g. %s; they take room, no more"
                        .formatted(orphans.size(), orphans.subList(0, Math.min(5, orphans.size()))));
    }

    private boolean add(long id) {
        BitSet bits = listed.computeIfAbsent(id >>> 16, key -> new BitSet());
        int bit = (int) (id & 0xffff);
        boolean fresh = !bits.get(bit);
        bits.set(bit);
        return fresh;
    }

    private boolean has(long id) {
        BitSet bits = listed.get(id >>> 16);
        return bits != null && bits.get((int) (id & 0xffff));
    }
}
