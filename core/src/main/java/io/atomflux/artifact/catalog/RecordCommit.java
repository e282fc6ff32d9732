package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.value.Bytes;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Mono;

/**
 * One change of a record: reads what it depends on, then commits on the condition that all of it stands as read; if not, it
 * reads again, until the outcome is certain.
 */
final class RecordCommit {

    private final Catalog catalog;
    private final String source;
    private final Optional<String> expected;
    private final Optional<StoredRecord> record;
    private final String target;

    RecordCommit(Catalog catalog, RecordChange change) {
        this.catalog = catalog;
        if (change instanceof RecordChange.Put put) {
            source = put.record().key();
            expected = put.expected();
            record = Optional.of(put.record());
        } else if (change instanceof RecordChange.Delete delete) {
            source = delete.key();
            expected = Optional.of(delete.expected());
            record = Optional.empty();
        } else {
            RecordChange.Rename rename = (RecordChange.Rename) change; // sealed: there is no other
            source = rename.from();
            expected = Optional.of(rename.expected());
            record = Optional.of(rename.record());
        }
        target = record.map(StoredRecord::key).orElse(source);
    }

    /** What stands in the catalog before the change. */
    private record Before(
            Optional<Bytes> source, Optional<Bytes> target, Optional<Bytes> holder, Optional<Bytes> ticket, long now) {}

    Mono<CommitOutcome> outcome() {
        return Mono.defer(this::before).flatMap(this::attempt).repeatWhenEmpty(Retries::paced);
    }

    private Mono<Before> before() {
        return Mono.zip(
                        get(Keys.record(source)),
                        get(Keys.record(target)),
                        record.flatMap(StoredRecord::identity)
                                .map(identity -> get(Keys.identity(identity)))
                                .orElse(Mono.just(Optional.empty())),
                        record.flatMap(StoredRecord::fileSet)
                                .map(set -> get(Keys.of(Keys.TICKET, set)))
                                .orElse(Mono.just(Optional.empty())),
                        catalog.now())
                .map(all -> new Before(all.getT1(), all.getT2(), all.getT3(), all.getT4(), all.getT5()));
    }

    private Mono<Optional<Bytes>> get(Bytes key) {
        return catalog.get(key).map(Optional::of).defaultIfEmpty(Optional.empty());
    }

    private Mono<CommitOutcome> attempt(Before before) {
        Optional<StoredRecord> old = before.source.map(bytes -> RecordFormat.read(catalog.name(), source, bytes));
        boolean moves = !source.equals(target);
        if (!old.map(StoredRecord::revision).equals(expected) || moves && before.target.isPresent()) {
            return Mono.just(CommitOutcome.CHANGED);
        }
        if (before.holder.isPresent() && !Keys.text(before.holder.get(), 0).equals(source)) {
            return Mono.just(CommitOutcome.IDENTITY_TAKEN);
        }
        Optional<String> oldSet = old.flatMap(StoredRecord::fileSet);
        Optional<String> newSet = record.flatMap(StoredRecord::fileSet);
        boolean sameSet = oldSet.equals(newSet);
        if (moves && !sameSet) {
            return Mono.error(new IllegalArgumentException(
                    "rename of \"%s\": another set of files (expected: the same)".formatted(source)));
        }
        if (!sameSet && newSet.isPresent() && before.ticket.isEmpty()) {
            return Mono.just(CommitOutcome.FILES_SWEPT);
        }
        Commit.Builder commit = Commit.builder();
        records(commit, before, moves);
        identities(commit, before, old.flatMap(StoredRecord::identity));
        terms(commit, old);
        if (!sameSet || moves) {
            sets(commit, before, oldSet, newSet);
        }
        return catalog.commit(commit.build()).filter(done -> done).map(done -> CommitOutcome.APPLIED);
    }

    private void records(Commit.Builder commit, Before before, boolean moves) {
        Bytes from = Keys.record(source);
        before.source.ifPresentOrElse(bytes -> commit.expect(from, bytes), () -> commit.expectAbsent(from));
        if (moves) {
            commit.expectAbsent(Keys.record(target));
        }
        if (moves || record.isEmpty()) {
            commit.delete(from);
        }
        record.ifPresent(put -> commit.put(Keys.record(target), RecordFormat.write(put)));
    }

    private void identities(Commit.Builder commit, Before before, Optional<String> old) {
        Optional<String> identity = record.flatMap(StoredRecord::identity);
        old.filter(was -> !Optional.of(was).equals(identity)).ifPresent(was -> commit.delete(Keys.identity(was)));
        identity.map(Keys::identity).ifPresent(place -> {
            before.holder.ifPresentOrElse(holder -> commit.expect(place, holder), () -> commit.expectAbsent(place));
            commit.put(place, Bytes.ofText(target));
        });
    }

    private void terms(Commit.Builder commit, Optional<StoredRecord> old) {
        Set<Bytes> before = places(old);
        Set<Bytes> after = places(record);
        before.stream().filter(place -> !after.contains(place)).forEach(commit::delete);
        after.stream()
                .filter(place -> !before.contains(place))
                .forEach(place -> commit.put(place, Bytes.ofText(target)));
    }

    private static Set<Bytes> places(Optional<StoredRecord> of) {
        Set<Bytes> places = new HashSet<>(); // also terms that differ only behind where a place is cut are one
        of.ifPresent(found -> {
            for (Term term : found.terms()) {
                places.add(Keys.term(term, found.key()));
            }
        });
        return places;
    }

    private void sets(Commit.Builder commit, Before before, Optional<String> old, Optional<String> set) {
        old.filter(was -> !Optional.of(was).equals(set)).ifPresent(was -> {
            commit.delete(Keys.of(Keys.LIVE, was));
            commit.put(Keys.of(Keys.GARBAGE, was), Sets.garbage(before.now));
        });
        set.ifPresent(now -> commit.put(Keys.of(Keys.LIVE, now), Bytes.ofText(target)));
        set.filter(now -> !old.equals(Optional.of(now))).ifPresent(now -> {
            Bytes ticket = Keys.of(Keys.TICKET, now);
            commit.expect(ticket, before.ticket.orElseThrow());
            commit.delete(ticket);
        });
    }
}
