package io.atomflux.testkit.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What can be told without a search; each problem in a sentence that names the calls concerned. */
final class PlainChecks {

    private final History history;
    private final Map<Long, Event> writers = new HashMap<>();
    private final List<Event> reads = new ArrayList<>(); // of all rows, by their end

    private PlainChecks(History history) {
        this.history = history;
        for (Event event : history.events()) {
            for (long value : event.call().values()) {
                Event other = writers.put(value, event);
                if (value <= 0 || other != null) {
                    throw new IllegalArgumentException(
                            "tag or mark %d in %s (expected: positive, used once)".formatted(value, event));
                }
            }
            if (event.call().kind() == Call.Kind.READ && event.reply().kind() == Reply.Kind.DONE) {
                reads.add(event);
            }
        }
        reads.sort(java.util.Comparator.comparingLong(Event::returned));
    }

    static Optional<String> firstProblem(History history) {
        PlainChecks checks = new PlainChecks(history);
        return checks.strangeRow()
                .or(checks::doubledRow)
                .or(checks::swappedRows)
                .or(checks::returnedRow)
                .or(checks::wrongTotal);
    }

    private Optional<String> strangeRow() {
        for (Event event : history.events()) {
            for (Content row : event.reply().rows()) {
                for (long value : new long[] {row.tag(), row.mark()}) {
                    Event writer = writers.get(value);
                    if (value == 0) {
                        continue;
                    }
                    if (writer == null) {
                        return Optional.of("row %s was seen, but nobody wrote %d: %s".formatted(row, value, event));
                    }
                    if (writer.reply().kind() != Reply.Kind.DONE
                            && writer.reply().kind() != Reply.Kind.UNKNOWN) {
                        return Optional.of("row %s was seen, but the call that wrote it was told %s: %s; seen by %s"
                                .formatted(row, writer.reply().kind(), writer, event));
                    }
                    if (writer.invoked() > event.returned()) {
                        return Optional.of(
                                "row %s was seen before it was written: %s; seen by %s".formatted(row, writer, event));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> doubledRow() {
        for (Event read : reads) {
            Set<Long> tags = new HashSet<>();
            for (Content row : read.reply().rows()) {
                long identity = row.tag() == 0 ? row.mark() : row.tag();
                if (identity != 0 && !tags.add(identity)) {
                    return Optional.of("row %s stands twice: %s".formatted(row, read));
                }
            }
        }
        return Optional.empty();
    }

    /** Rows never change places, and a row keeps its place when it is replaced. */
    private Optional<String> swappedRows() {
        for (int i = 1; i < reads.size(); i++) {
            Map<Content, Integer> before = new HashMap<>();
            for (Content row : reads.get(i - 1).reply().rows()) {
                before.put(row, before.size());
            }
            int last = -1;
            Content behind = Content.RESERVED;
            for (Content row : reads.get(i).reply().rows()) {
                Integer place = row.isReserved() ? null : before.get(row);
                if (place == null) {
                    continue;
                }
                if (place < last) {
                    return Optional.of("rows %s and %s changed their order: %s; %s"
                            .formatted(row, behind, reads.get(i - 1), reads.get(i)));
                }
                last = place;
                behind = row;
            }
        }
        return Optional.empty();
    }

    /** A content that was not there any more never comes back. */
    private Optional<String> returnedRow() {
        Map<Content, Event> there = new HashMap<>(); // by the first read that saw it
        Map<Content, Event> gone = new HashMap<>(); // by the first later read that did not
        for (Event read : reads) {
            Set<Content> now = new HashSet<>(read.reply().rows());
            now.remove(Content.RESERVED);
            for (Content row : now) {
                Event without = gone.get(row);
                if (without != null && without.returned() < read.invoked()) {
                    return Optional.of("row %s was there, then not, then again: %s; %s".formatted(row, without, read));
                }
            }
            there.entrySet().removeIf(seen -> {
                boolean missing =
                        !now.contains(seen.getKey()) && seen.getValue().returned() < read.invoked();
                if (missing) {
                    gone.put(seen.getKey(), read);
                }
                return missing;
            });
            for (Content row : now) {
                if (!gone.containsKey(row)) {
                    there.putIfAbsent(row, read);
                }
            }
        }
        return Optional.empty();
    }

    /** Counts rows at the last moment at which nothing ran but a read of all rows. */
    private Optional<String> wrongTotal() {
        if (reads.isEmpty()) {
            return Optional.empty();
        }
        Event last = reads.get(reads.size() - 1);
        long least = 0;
        long most = 0;
        for (Event event : history.events()) {
            Call call = event.call();
            boolean done = event.reply().kind() == Reply.Kind.DONE;
            if (call.isRead() || !done && event.reply().kind() != Reply.Kind.UNKNOWN) {
                continue;
            }
            if (call.kind() == Call.Kind.CLEAR || done && event.returned() >= last.invoked()) {
                return Optional.empty(); // cannot be counted
            }
            long added = added(call);
            least += done || added < 0 ? added : 0;
            most += done || added > 0 ? added : 0;
        }
        int found = last.reply().rows().size();
        return found >= least && found <= most
                ? Optional.empty()
                : Optional.of("%d rows in the end (expected: %d to %d, by the changes acknowledged and unknown): %s"
                        .formatted(found, Math.max(0, least), most, last));
    }

    private static long added(Call call) {
        return switch (call.kind()) {
            case APPEND, INSERT -> call.values().size();
            case RESERVE -> call.index();
            case DELETE -> -1;
            case SET, SET_IF, UPDATE, CLEAR, GET, READ, SIZE -> 0;
        };
    }
}
