package io.atomflux.mongo;

import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Follows a group by asking for its head; what Atomflux writers did is told exactly, what Python did is a gap.
 *
 * <p>Python keeps no record. Its appends, inserts, deletes and clears show in the numbers it moves; a set or an update in place
 * shows nowhere, and an insert together with a delete of another process only in the next sort key.
 */
final class AsebytesChanges {

    private static final String NONE = "-";

    private final AsebytesIndex index;
    private final AsebytesOrder order;
    private final Duration poll;
    private final Scheduler timer;

    AsebytesChanges(AsebytesIndex index, AsebytesOrder order, Duration poll, Scheduler timer) {
        this.index = index;
        this.order = order;
        this.poll = poll;
        this.timer = timer;
    }

    private static Revision revision(AsebytesHead head, long revision) {
        String group = head.group() == null ? NONE : head.group();
        return new Revision(group + "/" + revision + "/" + head.foreign());
    }

    Flux<Change> follow(Optional<Revision> from) {
        Mono<Revision> start =
                from.map(Mono::just).orElseGet(() -> index.head().map(head -> revision(head, head.rev())));
        return start.flatMapMany(begin -> Flux.defer(() -> {
            Revision[] at = {begin};
            boolean[] first = {true};
            return Mono.defer(() -> first[0] ? Mono.just(0L) : Mono.delay(poll, timer))
                    .flatMap(tick -> after(at[0]))
                    .doOnNext(changes -> {
                        first[0] = false;
                        if (!changes.isEmpty()) {
                            at[0] = changes.get(changes.size() - 1).revision();
                        }
                    })
                    .repeat()
                    .concatMapIterable(changes -> changes, 1);
        }));
    }

    private Mono<List<Change>> after(Revision known) {
        return index.head().flatMap(head -> {
            Revision now = revision(head, head.rev());
            return now.equals(known) ? Mono.just(List.of()) : order.log().map(told -> between(known, told));
        });
    }

    private static List<Change> between(Revision known, AsebytesOrder.Told told) {
        AsebytesHead head = told.head();
        Revision now = revision(head, head.rev());
        String[] parts = known.token().split("/", -1);
        long since = parts.length == 3 ? number(parts[1]) : -1;
        boolean same = since >= 0
                && since <= head.rev()
                && parts[2].equals(head.foreign())
                && (parts[0].equals(head.group()) || parts[0].equals(NONE) && since == 0);
        List<AsebytesLog.Entry> entries = same ? told.after(since) : List.of();
        if (now.equals(known)) {
            return List.of();
        } else if (!same || entries.size() != head.rev() - since) {
            return List.of(new Change(Change.Kind.GAP, 0, 0, now));
        }
        List<Change> changes = new ArrayList<>();
        for (AsebytesLog.Entry entry : entries) {
            changes.add(new Change(entry.kind(), entry.from(), entry.to(), revision(head, entry.revision())));
        }
        return changes;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notOurs) {
            return -1;
        }
    }
}
