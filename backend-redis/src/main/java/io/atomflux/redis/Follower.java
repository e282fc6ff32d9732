package io.atomflux.redis;

import io.atomflux.error.StoreUnavailableException;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Tells from the log in the store what happened since some state, by looking again and again.
 *
 * <p>A program that keeps no log is noticed when it adds or removes rows, not when it only replaces them.
 */
final class Follower {

    private static final int MOST_ENTRIES = 256;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
    private static final int ATTEMPTS = 60;

    /**
     * A state someone saw.
     *
     * @param id which history; empty before any began
     * @param revision last entry seen as a whole
     * @param part how many ranges of the entry after it were told
     * @param state what a program without a log would change
     */
    private record Point(String id, long revision, int part, String state) {

        Revision toRevision() {
            return new Revision(id + "-" + revision + "-" + part + "-" + state.replace(' ', '_'));
        }

        /** Reads a token; null if no store of this kind gave it. */
        static @Nullable Point parse(Revision token) {
            String[] parts = token.token().split("-", 4);
            try {
                return parts.length < 4
                        ? null
                        : new Point(
                                parts[0],
                                Long.parseLong(parts[1]),
                                Integer.parseInt(parts[2]),
                                parts[3].replace('_', ' '));
            } catch (NumberFormatException e) {
                return null;
            }
        }
    }

    private final Commands commands;
    private final Layout layout;
    private final Calls calls;
    private final String store;

    Follower(Commands commands, Layout layout, Calls calls, String store) {
        this.commands = commands;
        this.layout = layout;
        this.calls = calls;
        this.store = store;
    }

    /** Follows one subscriber; looks for more only when all it found was taken. */
    Flux<Change> follow(Optional<Revision> from) {
        AtomicReference<Point> at = new AtomicReference<>();
        Duration[] pause = {FIRST_PAUSE};
        Mono<List<Change>> begin = from.map(token -> look(Point.parse(token), at))
                .orElseGet(() -> ask(Long.MAX_VALUE).map(now -> {
                    at.set(now.point());
                    return List.<Change>of();
                }));
        Mono<List<Change>> again = Mono.defer(() -> Mono.delay(pause[0])
                .then(Mono.defer(() -> look(at.get(), at)))
                .doOnNext(found -> pause[0] = found.isEmpty() ? longer(pause[0]) : FIRST_PAUSE));
        return Flux.concat(begin, again.repeat()).concatMapIterable(found -> found, 1);
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    private Mono<List<Change>> look(@Nullable Point from, AtomicReference<Point> at) {
        return ask(from == null ? Long.MAX_VALUE : from.revision).map(now -> {
            List<Change> changes = new ArrayList<>();
            at.set(after(from, now, changes));
            return changes;
        });
    }

    /**
     * What the store says.
     *
     * @param logged whether the last change of the list was logged
     */
    private record Now(String id, long revision, boolean logged, String state, List<String> entries) {
        Point point() {
            return new Point(id, revision, 0, state);
        }
    }

    private Mono<Now> ask(long revision) {
        Mono<Now> asking = commands.eval(
                        Lua.FOLLOW,
                        List.of(layout.list, layout.counter, layout.control, layout.log),
                        List.of(Layout.bytes(revision), Layout.bytes(MOST_ENTRIES)))
                .map(reply -> {
                    List<?> parts = (List<?>) reply;
                    return new Now(
                            Layout.text(parts.get(0)),
                            Long.parseLong(Layout.text(parts.get(1))),
                            Layout.text(parts.get(2)).equals("1"),
                            Layout.text(parts.get(3)),
                            ((List<?>) parts.get(4)).stream().map(Layout::text).toList());
                });
        return calls.reading(asking)
                .retryWhen(Retry.backoff(ATTEMPTS, FIRST_PAUSE)
                        .maxBackoff(LONGEST_PAUSE)
                        .filter(failure ->
                                failure instanceof Commands.Unanswered || failure instanceof StoreUnavailableException)
                        .onRetryExhaustedThrow((spec, signal) -> signal.failure() instanceof StoreUnavailableException
                                ? signal.failure()
                                : new StoreUnavailableException(store, "no reply in time", signal.failure())));
    }

    private static Point after(@Nullable Point from, Now now, List<Change> changes) {
        boolean sameHistory = from != null
                && (from.id.equals(now.id) || from.id.isEmpty() && from.revision == 0)
                && from.revision <= now.revision;
        if (from == null || !sameHistory) {
            changes.add(gap(now.point()));
            return now.point();
        }
        Point at = new Point(now.id, from.revision, from.part, from.state);
        for (String entry : now.entries) {
            String[] words = entry.split(" ");
            long revision = Long.parseLong(words[0]);
            if (revision <= at.revision) {
                continue; // cannot be asked for
            }
            if (revision > at.revision + 1) { // forgotten
                at = new Point(now.id, revision - 1, 0, at.state);
                changes.add(gap(at));
            }
            at = tell(entry, words, revision, at, changes);
        }
        if (at.revision < now.revision) {
            if (now.entries.isEmpty()) { // the log was lost
                at = now.point();
                changes.add(gap(at));
            }
            return at;
        }
        if (!now.logged && !at.state.equals(now.state)) {
            at = now.point();
            changes.add(gap(at));
        }
        return at;
    }

    private static Point tell(String entry, String[] words, long revision, Point at, List<Change> changes) {
        if (words[1].equals("G")) {
            String seen = entry.substring(words[0].length() + 3);
            Point then = new Point(at.id, revision, 0, seen);
            if (seen.equals(at.state)) {
                return then; // was told when it was noticed
            }
            changes.add(gap(then));
            return then;
        }
        int ranges = (words.length - 1) / 3;
        Point told = at;
        for (int i = at.part; i < ranges; i++) {
            told = i == ranges - 1
                    ? new Point(at.id, revision, 0, at.state)
                    : new Point(at.id, revision - 1, i + 1, at.state);
            changes.add(new Change(
                    kind(words[1 + 3 * i]),
                    Long.parseLong(words[2 + 3 * i]),
                    Long.parseLong(words[3 + 3 * i]),
                    told.toRevision()));
        }
        return new Point(at.id, revision, 0, told.state);
    }

    private static Change.Kind kind(String code) {
        return switch (code) {
            case "A" -> Change.Kind.APPENDED;
            case "I" -> Change.Kind.INSERTED;
            case "R" -> Change.Kind.REPLACED;
            case "D" -> Change.Kind.DELETED;
            case "C" -> Change.Kind.CLEARED;
            default -> Change.Kind.GAP; // of a later version
        };
    }

    private static Change gap(Point at) {
        return new Change(Change.Kind.GAP, 0, 0, at.toRevision());
    }
}
