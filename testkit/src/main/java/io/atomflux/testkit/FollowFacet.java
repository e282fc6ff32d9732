package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Revision;
import io.atomflux.value.Version;
import io.atomflux.value.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Versions of rows and the history of the store; part of {@link RowBackendContract}. */
abstract class FollowFacet<R extends KeyedRow<R>> extends Facet<R> {

    FollowFacet(RowBackendContract<R> contract) {
        super(contract);
    }

    private boolean offersVersions() {
        return offers(Capability.VERSIONS, backend -> backend.getVersioned(0));
    }

    @Test
    @DisplayName("a version comes with the whole row, is the same through every handle, and stands while others change")
    final void versionsStand() {
        if (!offersVersions()) {
            return;
        }
        RowBackend<R> backend = openWith(3);
        Versioned<R> seen = get(backend.getVersioned(-2));
        assertThat(seen.row()).isEqualTo(contract.row(1));
        get(backend.apply(new Write.Append<>(rows(3, 5))));
        assertThat(get(open().getVersioned(1)).version()).isEqualTo(seen.version());
        assertThat(get(backend.getVersioned(0)).version()).isNotEqualTo(seen.version());
        assertThat(failure(() -> backend.getVersioned(5))).isInstanceOf(RowOutOfBoundsException.class);
    }

    @Test
    @DisplayName(
            "set, update and delete on condition of a version are refused once the row changed, and change nothing")
    final void conflicts() {
        if (!offersVersions()) {
            return;
        }
        RowBackend<R> backend = openWith(3);
        Version old = get(backend.getVersioned(1)).version();
        List<Function<Version, Write<R>>> writes = new ArrayList<>();
        if (has(Capability.SET)) {
            writes.add(version -> new Write.Put<>(Selection.at(1), rows(20, 21), Optional.of(version)));
        }
        if (has(Capability.UPDATE)) {
            writes.add(version ->
                    new Write.Update<>(Selection.at(-2), List.of(contract.changes(21)), Optional.of(version)));
        }
        if (has(Capability.DELETE)) {
            writes.add(version -> new Write.Delete<>(Selection.at(1), Optional.of(version)));
        }
        get(open().apply(put(Selection.at(1), rows(10, 11))));
        List<R> before = content(backend);
        for (Function<Version, Write<R>> write : writes) {
            refused(VersionConflictException.class, () -> backend.apply(write.apply(old)));
        }
        assertThat(content(backend)).isEqualTo(before);
        List<R> model = before;
        for (Function<Version, Write<R>> write : writes) {
            Write<R> now = write.apply(get(backend.getVersioned(1)).version());
            get(backend.apply(now));
            model = now.applyTo(model, reserved(), "model");
            assertThat(content(backend)).isEqualTo(model);
        }
    }

    @Test
    @DisplayName("a version belongs to its row, not to the position: after an insert before it, it conflicts there")
    final void versionsMoveWithRows() {
        if (!offersVersions() || !has(Capability.INSERT, Capability.SET)) {
            return;
        }
        RowBackend<R> backend = openWith(3);
        Version first = get(backend.getVersioned(0)).version();
        get(backend.apply(new Write.Insert<>(0, rows(10, 11))));
        refused(
                VersionConflictException.class,
                () -> backend.apply(new Write.Put<>(Selection.at(0), rows(20, 21), Optional.of(first))));
        get(backend.apply(new Write.Put<>(Selection.at(1), rows(20, 21), Optional.of(first))));
        assertThat(content(backend))
                .containsExactly(contract.row(10), contract.row(20), contract.row(1), contract.row(2));
    }

    @Test
    @DisplayName(
            "the tag of the store stays while nothing changes, and is another after each change, by whichever handle")
    final void etags() {
        RowBackend<R> backend = openWith(4);
        RowBackend<R> other = open();
        String first = tag(backend);
        if (first == null) {
            assertThat(tag(other)).as("a tag through one handle only").isNull();
            return;
        }
        List<Write<R>> writes = new ArrayList<>(List.of(
                new Write.Append<>(rows(4, 6)),
                new Write.Insert<>(1, rows(6, 7)),
                put(Selection.at(0), rows(7, 8)),
                new Write.Update<>(Selection.at(2), List.of(contract.changes(8)), Optional.empty()),
                delete(Selection.at(1)),
                new Write.Drop<>(Selection.ALL, contract.droppableKeys()),
                new Write.Reserve<>(2),
                new Write.Clear<>(),
                new Write.Append<>(rows(0, 4))));
        writes.removeIf(write -> !has(Capability.valueOf(write.operation().toUpperCase(Locale.ROOT))));
        List<String> seen = new ArrayList<>(List.of(first));
        for (int i = 0; i < writes.size(); i++) {
            get((i % 2 == 0 ? other : backend).apply(writes.get(i)));
            content(backend);
            String now = tag(backend);
            assertThat(now).as("after " + writes.get(i).operation()).isNotIn(seen);
            get(other.size());
            content(other);
            assertThat(tag(other)).isEqualTo(now);
            assertThat(tag(backend)).isEqualTo(now);
            RowBackend<R> later = open();
            content(later);
            assertThat(tag(later)).isEqualTo(now);
            seen.add(now);
        }
    }

    private static <R extends KeyedRow<R>> @Nullable String tag(RowBackend<R> backend) {
        return get(backend.etag().map(Optional::of).defaultIfEmpty(Optional.empty()))
                .orElse(null);
    }

    private boolean offersChanges() {
        return offers(
                Capability.CHANGES, backend -> backend.changes(Optional.empty()).next());
    }

    /** Returns the state of the store as it is now, from a change that was told about it. */
    private Revision now(RowBackend<R> backend) {
        Mono<Change> following = backend.changes(Optional.empty())
                .next()
                .subscribeOn(Schedulers.parallel())
                .cache();
        run(Flux.interval(Duration.ZERO, Duration.ofMillis(20)) // the stream may begin later than it is subscribed
                .onBackpressureDrop()
                .concatMap(tick -> backend.apply(new Write.Append<>(rows(0, 1))))
                .takeUntilOther(following)
                .then());
        get(backend.apply(new Write.Append<>(rows(0, 1))));
        long size = get(backend.size());
        return get(backend.changes(Optional.of(get(following).revision()))
                        .filter(change -> change.to() == size)
                        .next())
                .revision();
    }

    private static List<String> texts(List<Change> changes) {
        return changes.stream()
                .map(change -> change.kind() + " " + change.from() + "-" + change.to())
                .toList();
    }

    @Test
    @DisplayName("changes tell what happened through any handle, in order, with ranges that a follower can replay")
    final void tellsChanges() {
        if (!offersChanges()) {
            return;
        }
        RowBackend<R> backend = openWith(3);
        RowBackend<R> other = open();
        Revision start = now(backend);
        long size = get(backend.size());
        List<String> expected = new ArrayList<>();
        get(other.apply(new Write.Append<>(rows(3, 5))));
        expected.add("APPENDED " + size + "-" + (size + 2));
        if (has(Capability.SET)) {
            get(backend.apply(put(Selection.at(1), rows(9, 10))));
            expected.add("REPLACED 1-2");
        }
        if (has(Capability.INSERT)) {
            get(other.apply(new Write.Insert<>(0, rows(20, 22))));
            expected.add("INSERTED 0-2");
        }
        if (has(Capability.DELETE)) {
            get(backend.apply(delete(Selection.ALL.pick(1, 2))));
            expected.add("DELETED 1-3");
        }
        if (has(Capability.CLEAR)) {
            get(other.apply(new Write.Clear<>()));
            expected.add("CLEARED");
        }
        List<Change> told =
                get(backend.changes(Optional.of(start)).take(expected.size()).collectList());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(texts(told).get(i)).startsWith(expected.get(i));
        }
    }

    @Test
    @DisplayName("changes come while they happen, and no more than were asked for")
    final void followsLive() {
        if (!offersChanges()) {
            return;
        }
        RowBackend<R> backend = openWith(1);
        Revision start = now(backend);
        long size = get(backend.size());
        StepVerifier.create(backend.changes(Optional.of(start)), 0)
                .thenRequest(1)
                .then(() -> get(backend.apply(new Write.Append<>(rows(1, 2)))))
                .assertNext(change -> assertThat(change.from()).isEqualTo(size))
                .then(() -> get(backend.apply(new Write.Append<>(rows(2, 3)))))
                .then(() -> get(backend.apply(new Write.Append<>(rows(3, 4)))))
                .expectNoEvent(Duration.ofMillis(30))
                .thenRequest(2)
                .assertNext(change -> assertThat(change.from()).isEqualTo(size + 1))
                .assertNext(change -> assertThat(change.from()).isEqualTo(size + 2))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    @DisplayName("changes go on from a state seen earlier, also one seen through another handle")
    final void resumes() {
        if (!offersChanges()) {
            return;
        }
        RowBackend<R> backend = openWith(1);
        Revision start = now(backend);
        long size = get(backend.size());
        get(backend.apply(new Write.Append<>(rows(2, 4))));
        get(backend.apply(new Write.Append<>(rows(4, 7))));
        RowBackend<R> other = open();
        List<Change> later = get(other.changes(Optional.of(start)).take(2).collectList());
        assertThat(texts(later))
                .containsExactly("APPENDED " + size + "-" + (size + 2), "APPENDED " + (size + 2) + "-" + (size + 5));
        Change last = get(other.changes(Optional.of(later.get(0).revision())).next());
        assertThat(last).isEqualTo(later.get(1));
    }

    @Test
    @DisplayName("a state that is not remembered gives a gap, not an error")
    final void unknownStateIsGap() {
        if (!offersChanges()) {
            return;
        }
        RowBackend<R> backend = openWith(1);
        for (String token : List.of("from somewhere else", "", "-1", "99999999999999999999")) {
            Mono<Change> first =
                    backend.changes(Optional.of(new Revision(token))).next();
            assertThat(get(first).kind()).as("token \"%s\"", token).isEqualTo(Change.Kind.GAP);
        }
    }
}
