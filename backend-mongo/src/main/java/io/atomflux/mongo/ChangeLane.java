package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.WriteFailedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes the changes that are no appends, in rounds: read the root, build new pages, publish on condition that the structure
 * is still the one read; who loses builds new pages and keeps the rows.
 *
 * <p>Calls that wait while a round runs are made together by the next: one after another on one draft of the index, with one
 * publish. What a failed one among them is told was true at that publish. Pages of lost rounds, rows of calls that failed
 * and all that was replaced are named by a garbage document of the same publish.
 */
final class ChangeLane {

    private final Paged paged;
    private final Registration registration;
    private final Staging staging;
    private final Runnable afterPublish;
    private final ArrayDeque<ChangeCall> waiting = new ArrayDeque<>(); // guarded by itself, as is the next
    private boolean running;

    ChangeLane(Paged paged, Registration registration, Runnable afterPublish) {
        this.paged = paged;
        this.registration = registration;
        this.staging = new Staging(paged);
        this.afterPublish = afterPublish;
    }

    /** Makes a change when its turn comes. */
    Mono<Long> submit(ChangeCall call) {
        return Mono.defer(() -> {
            synchronized (waiting) {
                waiting.add(call);
            }
            drain();
            return call.size.asMono();
        });
    }

    private void drain() {
        List<ChangeCall> group = new ArrayList<>();
        synchronized (waiting) {
            if (running) {
                return;
            }
            while (!waiting.isEmpty() && group.size() < paged.settings.groupMost()) {
                group.add(waiting.removeFirst());
            }
            if (group.isEmpty()) {
                return;
            }
            running = true;
        }
        run(group)
                .doFinally(signal -> {
                    synchronized (waiting) {
                        running = false;
                    }
                    drain();
                })
                .subscribe(done -> {}, failure -> failAll(group, failure));
    }

    private static void failAll(List<ChangeCall> group, Throwable failure) {
        for (ChangeCall call : group) {
            Throwable own = call.failure();
            call.size.tryEmitError(own != null ? own : failure);
        }
    }

    private Mono<Void> run(List<ChangeCall> group) {
        return registration.current().flatMap(number -> {
            Round round = new Round(number, group, paged.clock.after(paged.settings.deadline()));
            return round.run();
        });
    }

    /** The rounds of one group. */
    private final class Round {
        private final ClientNumber number;
        private final List<ChangeCall> group;
        private final LongList leftovers = new LongList(); // pages and garbage documents of lost rounds
        private final long firstId;
        private long deadline;
        private int lost;
        private boolean published;

        Round(ClientNumber number, List<ChangeCall> group, long deadline) {
            this.number = number;
            this.group = group;
            this.deadline = deadline;
            this.firstId = number.untaken();
        }

        Mono<Void> run() {
            return Flux.fromIterable(group)
                    .concatMap(call -> call.stage(number, deadline).thenReturn(call))
                    .then(Mono.defer(() -> {
                        deadline = paged.clock.after(paged.settings.deadline());
                        return next();
                    }))
                    .onErrorResume(this::abandoned);
        }

        /** Returns the calls that take part; one cancelled before a round begins takes part no more, one in it is made. */
        private List<ChangeCall> alive() {
            return group.stream().filter(call -> call.failure() == null).toList();
        }

        /** Nothing was published: deletes what was written, and fails the calls. */
        private Mono<Void> abandoned(Throwable failure) {
            Throwable told = failure instanceof Documents.Unanswered
                    ? new WriteFailedException(paged.name, Outcome.NOT_APPLIED, failure.getCause())
                    : failure;
            group.forEach(ChangeCall::retract);
            if (published) { // perhaps: not for us to delete
                number.retire();
                failAll(group, new WriteFailedException(paged.name, Outcome.UNKNOWN, failure));
                return Mono.empty();
            }
            return paged.deleteRange(firstId, number.untaken(), paged.clock.after(paged.settings.deadline()))
                    .onErrorResume(undeleted -> {
                        number.retire(); // the sweeper deletes it; nothing may be published above it
                        return Mono.empty();
                    })
                    .then(Mono.fromRunnable(() -> {
                        number.retireIfDoubtful();
                        failAll(group, told);
                    }));
        }

        private Mono<Void> next() {
            return paged.patiently(paged.root(), deadline).flatMap(root -> {
                OptionalLong mark = root.mark(number.number());
                if (mark.isEmpty()) {
                    return swept(root.deadMark(number.number()), null);
                }
                Draft draft = new Draft(root.view(), paged.settings);
                for (ChangeCall call : alive()) {
                    if (call.isCancelled()) {
                        call.fail(new Staging.Cancelled());
                    }
                }
                List<ChangeCall> calls = alive();
                return Wanting.courtesy(paged, root.want())
                        .thenMany(Flux.fromIterable(calls)
                                .concatMap(call ->
                                        call.round(draft, number, deadline).thenReturn(call)))
                        .then(Mono.defer(() -> sealedIfMixed(draft)))
                        .then(Mono.defer(() -> publish(root, draft)))
                        .onErrorResume(Paged.Outlived.class, gone -> outlived(root, gone));
            });
        }

        /** A page or row of an index that was read a while ago is gone: the index is old, or the store is damaged. */
        private Mono<Void> outlived(Root root, Paged.Outlived gone) {
            return paged.patiently(paged.root(), deadline)
                    .flatMap(now -> now.view().struct() == root.view().struct()
                            ? Mono.error(new CorruptDataException(
                                    paged.name,
                                    "document " + gone.id(),
                                    "the index lists it, but it is not there",
                                    gone))
                            : again());
        }

        private Mono<Void> sealedIfMixed(Draft draft) {
            return draft.means() != Draft.Means.INTO_TREE
                    ? Mono.empty()
                    : paged.walk(pages -> {
                                if (!draft.isSealed()) {
                                    draft.seal(pages);
                                }
                                return true;
                            })
                            .then();
        }

        private Mono<Void> publish(Root root, Draft draft) {
            if (!draft.isChanged()) {
                return unchanged(root, draft);
            }
            List<BsonDocument> documents = new ArrayList<>();
            List<Long> roundIds = new ArrayList<>();
            List<Runnable> cached = new ArrayList<>();
            Staging.IdSource ids = new Drawn(number.take(draft.idsNeeded()));
            Draft.Result result =
                    draft.write(ids, documents, (id, page) -> cached.add(() -> paged.cache.put(id, page)));
            LongList waste = new LongList();
            waste.addAll(draft.goneIds());
            waste.addAll(leftovers);
            group.forEach(call -> call.addWaste(waste));
            long young = garbage(root, waste.distinct(), draft.goneTrees().toArray(), documents);
            documents.forEach(document -> roundIds.add(Paged.idOf(document)));
            if (ClientNumber.sequenceOf(number.untaken()) == number.mark()) {
                number.take(1); // a publish that moved no mark could not be told from one that was not made
            }
            BsonDocument condition = doc("struct", root.view().struct());
            List<ChangeCall> calls = alive();
            // What failed behind others may do so for want of rows, and more may have been appended since.
            if (calls.stream().anyMatch(ChangeCall::needsRevision)
                    || group.stream().anyMatch(ChangeCall::failedBehind)) {
                condition.append("rev", new BsonInt64(root.view().rev()));
            }
            long delta = 0;
            ChangeLog log = new ChangeLog();
            for (ChangeCall call : calls) {
                delta += call.delta();
                log.addAll(call.log());
            }
            BsonDocument update = doc(
                    "$set",
                    doc(
                            "tree",
                            result.tree() == null
                                    ? BsonNull.VALUE
                                    : result.tree().id(),
                            "base",
                            result.base()),
                    "$inc",
                    doc("struct", 1L, "rev", 1L, "size", delta),
                    "$push",
                    doc("log", ChangeLog.push(log.toBson(delta, number.untaken()), paged.settings.logMost())));
            if (young != root.young()) {
                Bson.add(update, "$set", "young", young);
            }
            if (root.want() == number.number()) {
                Bson.add(update, "$unset", "want", "");
            }
            draft.describe(result, condition, update);
            Publish publish = new Publish(paged, number, condition, update, RootReply.projection(), number.untaken());
            return staging.pages(number, documents, deadline)
                    .then(Mono.defer(() -> {
                        if (calls.stream().allMatch(ChangeCall::isCancelled)) {
                            return Mono.error(new Staging.Cancelled());
                        }
                        published = true;
                        return publish.run(deadline);
                    }))
                    .doOnNext(end -> published = end.fate() == Publish.Fate.MADE || end.fate() == Publish.Fate.UNKNOWN)
                    .flatMap(end -> switch (end.fate()) {
                        case MADE -> {
                            cached.forEach(Runnable::run);
                            yield made(root, end, result, calls);
                        }
                        case LOST -> {
                            roundIds.forEach(leftovers::add);
                            yield again();
                        }
                        case GONE -> swept(end.sweptAt(), end.failure());
                        case REFUSED ->
                            Mono.error(
                                    end.failure() != null
                                            ? end.failure()
                                            : new WriteFailedException(paged.name, Outcome.NOT_APPLIED, null));
                        case UNKNOWN -> {
                            failAll(calls, new WriteFailedException(paged.name, Outcome.UNKNOWN, end.failure()));
                            for (ChangeCall call : group) {
                                if (call.retract()) {
                                    call.fail(new WriteFailedException(paged.name, Outcome.NOT_APPLIED, end.failure()));
                                }
                            }
                            yield failRest();
                        }
                    });
        }

        /** Those that were cancelled or had failed are not in the publish. */
        private Mono<Void> failRest() {
            for (ChangeCall call : group) {
                Throwable own = call.failure();
                call.size.tryEmitError(own != null ? own : new Staging.Cancelled());
            }
            return Mono.empty();
        }

        /** Names what is reachable no more; returns the head of the chain. */
        private long garbage(Root root, long[] gone, long[] trees, List<BsonDocument> documents) {
            long head = root.young();
            int most = paged.settings.garbageIds();
            for (int from = 0; from < gone.length || from == 0 && trees.length > 0; from += most) {
                long id = number.take(1);
                BsonDocument document = doc(
                        "_id",
                        id,
                        "k",
                        "g",
                        "ids",
                        Page.Longs.toBson(Arrays.copyOfRange(gone, from, Math.min(gone.length, from + most))),
                        "prev",
                        head == 0 ? BsonNull.VALUE : head);
                if (from == 0 && trees.length > 0) {
                    document.append("trees", Page.Longs.toBson(trees));
                }
                documents.add(document);
                head = id;
            }
            return head;
        }

        private Mono<Void> again() {
            group.forEach(ChangeCall::retract);
            if (paged.clock.isPast(deadline)) {
                return Mono.error(new StoreBusyException(
                        paged.name, "others changed it %d times in a row".formatted(lost + 1), null));
            }
            Mono<Void> want = lost + 1 == Wanting.LOST_ROUNDS ? Wanting.ask(paged, number) : Mono.empty();
            return want.then(paged.clock.pause(lost++)).then(Mono.defer(() -> next()));
        }

        /** The calls leave the index as it was, perhaps because one took back what another did: only own rows can go. */
        private Mono<Void> unchanged(Root root, Draft draft) {
            LongList waste = new LongList();
            waste.addAll(leftovers);
            group.forEach(call -> call.addWaste(waste));
            for (long id : draft.goneIds().toArray()) {
                if (id >= firstId && id < number.untaken()) {
                    waste.add(id);
                }
            }
            return paged.delete(waste.distinct(), paged.clock.after(paged.settings.deadline()))
                    .onErrorResume(undeleted -> {
                        number.retire();
                        return Mono.empty();
                    })
                    .then(Mono.fromRunnable(() -> {
                        number.retireIfDoubtful();
                        answer(root.view().size(), alive());
                    }));
        }

        private Mono<Void> made(Root root, Publish.End end, Draft.Result result, List<ChangeCall> calls) {
            long size = 0;
            if (end.reply() != null) {
                RootReply reply = RootReply.of(end.reply());
                size = reply.size();
                if (reply.rev() == root.view().rev() + 1) {
                    paged.remember(new IndexView(
                            reply.rev(),
                            reply.struct(),
                            size,
                            result.base(),
                            result.tree() == null ? 0 : result.tree().id(),
                            result.open()));
                } else {
                    paged.forget();
                }
            } else if (end.asked() != null) {
                size = end.asked().sizeAfter(ClientNumber.id(number.number(), number.mark()));
            }
            afterPublish.run();
            answer(size, calls);
            return Mono.empty();
        }

        private void answer(long after, List<ChangeCall> calls) {
            long size = after;
            for (int i = calls.size() - 1; i >= 0; i--) {
                ChangeCall call = calls.get(i);
                call.size.tryEmitValue(size);
                size -= call.delta();
            }
            failRest();
        }

        private Mono<Void> swept(OptionalLong sweptAt, @Nullable Throwable failure) {
            number.retire();
            group.forEach(ChangeCall::retract);
            Mono<Void> cleaned = Mono.empty();
            if (sweptAt.isPresent()) {
                cleaned = paged.deleteRange(
                                ClientNumber.id(number.number(), sweptAt.getAsLong()),
                                number.end(),
                                paged.clock.after(paged.settings.deadline()))
                        .onErrorComplete(Paged::isPassing); // the sweeper does the same, twice
            }
            return cleaned.then(Mono.fromRunnable(() -> failAll(group, new AppendLane.Swept(failure))));
        }
    }

    /** Ids drawn before. */
    private static final class Drawn implements Staging.IdSource {
        private long next;

        Drawn(long first) {
            next = first;
        }

        @Override
        public long next() {
            return next++;
        }
    }
}
