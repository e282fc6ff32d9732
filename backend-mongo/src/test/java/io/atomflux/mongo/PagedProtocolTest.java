package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreBusyException;
import io.atomflux.mongo.SimulatedServer.Fate;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * Single steps of the protocol that go wrong, each in the one order that does harm if the step is not as it is. Longer than most
 * files: one server and its helpers serve all.
 */
class PagedProtocolTest {

    private static final PagedSettings SETTINGS = PagedInterleavingTest.SMALL;

    private SimulatedServer server;
    private PagedStore store;
    private PagedStore other;
    private Documents client;

    @BeforeEach
    void begin() {
        server = new SimulatedServer(1);
        client = server.client("one");
        store = new PagedStore(client, "one", SETTINGS, server.clockwork());
        other = store("two");
        server.run(store.create());
    }

    private PagedStore store(String name) {
        return new PagedStore(server.client(name), name, SETTINGS, server.clockwork());
    }

    private static Row row(int n) {
        return Row.of("n", n);
    }

    private static List<Row> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(PagedProtocolTest::row).toList();
    }

    private static Write<Row> append(int... numbers) {
        return new Write.Append<>(
                IntStream.of(numbers).mapToObj(PagedProtocolTest::row).toList());
    }

    private List<Row> content() {
        return server.run(PagedInterleavingTest.rows(store("reader " + server.executed)));
    }

    private static boolean isPublish(String command) {
        return command.startsWith("change") && command.contains("\"rev\": 1");
    }

    /** Sweeps as one who finds everybody overdue. */
    private void sweepAll() {
        Sweeper sweeper = new Sweeper(
                new Paged(server.client("sweeper"), "sweeper", RowCodec.paged("s"), SETTINGS, server.clockwork()));
        for (int i = 0; i < 6; i++) {
            server.time.advanceTimeBy(Duration.ofMinutes(11));
            server.run(sweeper.sweep().thenReturn(true));
        }
    }

    /** Fails unless all is well and nothing is left but the root, the guard and what they reach. */
    private void nothingIsLeft() {
        sweepAll();
        PagedStore last = store("verifier");
        assertThat(server.run(last.verify().collectList())).isEmpty();
    }

    @Test
    @DisplayName("two replies lost, the first copy late, the number swept: rows that were published are not cleaned up")
    void lateCopyOfAPublish() {
        server.run(store.apply(append(1)));
        AtomicInteger publishes = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        server.script((who, command) -> {
            if (who.equals("one") && isPublish(command)) {
                return publishes.incrementAndGet() <= 2 ? Fate.LATE : Fate.ANSWERED;
            }
            if (who.equals("one")
                    && publishes.get() == 2
                    && command.startsWith("findOne")
                    && asked.getAndIncrement() == 0) {
                server.lateNow(); // the first copy is made after all, and then the number is swept
                bury();
            }
            return Fate.ANSWERED;
        });
        assertThat(server.run(store.apply(append(2)))).isEqualTo(2);
        assertThat(publishes.get()).isEqualTo(2);
        assertThat(content()).isEqualTo(rows(1, 3));
        server.lateNow();
        assertThat(content()).as("after the second copy").isEqualTo(rows(1, 3));
        nothingIsLeft();
        assertThat(content()).isEqualTo(rows(1, 3));
    }

    /** Takes the appending number of the first client away, as a sweeper does, at once. */
    private void bury() {
        BsonDocument root = server.documents.get("s__root__");
        Root.Client victim = Root.of(root, "root").clients().get(0);
        root.getDocument("clients").remove("c" + victim.number());
        root.put("nclients", new org.bson.BsonInt32(root.getDocument("clients").size()));
        root.getDocument("dead")
                .append(
                        "c" + victim.number(),
                        Bson.doc("m", victim.mark(), "at", new org.bson.BsonDateTime(server.millis())));
    }

    @Test
    @DisplayName("a late copy of a registration cannot set back the mark of a number")
    void lateRegistration() {
        AtomicInteger registrations = new AtomicInteger();
        server.script((who, command) -> command.startsWith("change")
                        && command.contains("\"nextClient\"")
                        && registrations.getAndIncrement() == 0
                ? Fate.LATE
                : Fate.ANSWERED);
        server.run(store.apply(append(1)));
        server.run(store.apply(append(2)));
        assertThat(registrations.get()).isGreaterThanOrEqualTo(2);
        server.lateNow();
        server.run(store.apply(append(3)));
        assertThat(content()).isEqualTo(rows(1, 4));
        sweepAll();
        assertThat(content()).isEqualTo(rows(1, 4));
        nothingIsLeft();
    }

    @Test
    @DisplayName("a reply lost after the publish is found applied, with the size of that moment")
    void lostReply() {
        server.run(store.apply(append(1)));
        AtomicInteger publishes = new AtomicInteger();
        server.script(
                (who, command) -> isPublish(command) && publishes.getAndIncrement() == 0 ? Fate.LOST : Fate.ANSWERED);
        assertThat(server.run(store.apply(append(2, 3)))).isEqualTo(3);
        assertThat(publishes.get()).isEqualTo(1);
        publishes.set(0);
        assertThat(server.run(store.apply(new Write.Insert<>(0, List.of(row(0))))))
                .isEqualTo(4);
        assertThat(publishes.get()).as("publishes sent for an insert").isEqualTo(1);
        assertThat(content()).isEqualTo(rows(0, 4));
    }

    @Test
    @DisplayName("without any answer until the deadline the outcome is unknown, and the number is used no more")
    void unknownOutcome() {
        server.run(store.apply(append(1)));
        boolean[] deaf = {true};
        Set<String> numbers = new HashSet<>();
        server.script((who, command) -> {
            if (isPublish(command)) {
                numbers.add(command.replaceAll(".*clients\\.(c\\d+)\\.m.*", "$1"));
            }
            return deaf[0] && !command.startsWith("insert") ? Fate.LATE : Fate.ANSWERED;
        });
        Throwable failure = failure(store.apply(append(2)));
        assertThat(failure)
                .isInstanceOfSatisfying(
                        AtomfluxException.class,
                        told -> assertThat(told.outcome()).isEqualTo(Outcome.UNKNOWN));
        deaf[0] = false;
        server.run(store.apply(append(3)));
        assertThat(numbers).as("numbers that published").hasSize(2);
        while (server.lateCommands() > 0) {
            server.lateNow();
        }
        assertThat(content()).containsExactlyInAnyOrder(row(1), row(2), row(3));
        nothingIsLeft();
    }

    @Test
    @DisplayName("rows whose insert was never answered, and that are inserted after all, are swept, not kept for ever")
    void lateInserts() {
        for (Write<Row> write : List.of(append(2), append(2, 3, 4), new Write.Insert<>(0, rows(5, 7)))) {
            begin();
            server.run(store.apply(append(1)));
            boolean[] deaf = {true};
            server.script((who, command) ->
                    deaf[0] && who.equals("one") && command.startsWith("insert") ? Fate.LATE : Fate.ANSWERED);
            assertThat(failure(store.apply(write)))
                    .isInstanceOfSatisfying(
                            AtomfluxException.class,
                            told -> assertThat(told.outcome()).isEqualTo(Outcome.NOT_APPLIED));
            deaf[0] = false;
            server.run(store.apply(append(9))); // moves the mark of the number, if it is still used
            server.run(store.apply(new Write.Put<>(Selection.at(0), rows(8, 9), Optional.empty())));
            while (server.lateCommands() > 0) {
                server.lateNow();
            }
            assertThat(content()).containsExactly(row(8), row(9));
            nothingIsLeft();
            assertThat(content()).containsExactly(row(8), row(9));
        }
    }

    private Throwable failure(Mono<?> call) {
        try {
            server.run(call);
        } catch (IllegalStateException failed) {
            return failed.getCause();
        }
        throw new AssertionError("no failure");
    }

    @Test
    @DisplayName("a clear that another's append overtakes is made anew and takes that row, too")
    void clearComparesTheRevision() {
        server.run(store.apply(append(1, 2)));
        server.run(other.apply(append(3)));
        AtomicInteger publishes = new AtomicInteger();
        server.script((who, command) -> {
            if (who.equals("one") && isPublish(command) && publishes.getAndIncrement() == 0) {
                appendNow(4);
            }
            return Fate.ANSWERED;
        });
        assertThat(server.run(store.apply(new Write.Clear<>()))).isZero();
        assertThat(publishes.get()).isEqualTo(2);
        assertThat(content()).isEmpty();
        nothingIsLeft();
    }

    /** Appends as another client would between two commands: at once. */
    private void appendNow(int number) {
        BsonDocument root = server.documents.get("s__root__");
        long writer = Bson.number(root, "nextClient");
        root.put("nextClient", new org.bson.BsonInt64(writer + 1));
        root.getDocument("dead")
                .append("c" + writer, Bson.doc("m", 2L, "at", new org.bson.BsonDateTime(server.millis())));
        long id = ClientNumber.id(writer, 1);
        server.documents.put(
                SimulatedServer.key(Bson.ids(id).get(0)),
                RowCodec.paged("n").encode(id, row(number), "row").clone());
        root.getArray("open").add(Bson.ids(id).get(0));
        root.getArray("log").add(ChangeLog.appended(1, ClientNumber.id(writer, 2)));
        for (String counter : List.of("rev", "size")) {
            root.put(counter, new org.bson.BsonInt64(Bson.number(root, counter) + 1));
        }
    }

    @Test
    @DisplayName("deleting the last row that another's append overtakes deletes the new last row")
    void lastRowComparesTheRevision() {
        server.run(store.apply(append(1, 2)));
        AtomicInteger publishes = new AtomicInteger();
        server.script((who, command) -> {
            if (isPublish(command) && publishes.getAndIncrement() == 0) {
                appendNow(3);
            }
            return Fate.ANSWERED;
        });
        server.run(store.apply(new Write.Delete<>(Selection.at(-1), Optional.empty())));
        assertThat(content()).isEqualTo(rows(1, 3));
        nothingIsLeft();
    }

    @Test
    @DisplayName("a call that finds too few rows behind others of its group fails only if they were published so")
    void failsBehindOthers() {
        for (boolean structure : new boolean[] {false, true}) {
            begin();
            server.run(store.apply(append(1, 2, 3)));
            AtomicInteger publishes = new AtomicInteger();
            server.script((who, command) -> {
                if (who.equals("one") && isPublish(command) && publishes.incrementAndGet() == 2) {
                    appendNow(4);
                    BsonDocument root = server.documents.get("s__root__");
                    root.put("struct", new org.bson.BsonInt64(Bson.number(root, "struct") + (structure ? 1 : 0)));
                }
                return Fate.ANSWERED;
            });
            Mono<Long> first = store.apply(new Write.Put<>(Selection.at(0), rows(9, 10), Optional.empty()));
            Mono<Long> second = store.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
            Mono<Long> third = store.apply(new Write.Delete<>(Selection.at(2), Optional.empty()));
            server.run(Mono.when(first, second, third).thenReturn(true));
            assertThat(publishes.get())
                    .as("the first, the others together, and these once more")
                    .isEqualTo(3);
            assertThat(content()).isEqualTo(rows(2, 4));
            nothingIsLeft();
        }
    }

    @Test
    @DisplayName("an insert into an open list that filled up meanwhile goes into the tree; the list keeps its bound")
    void insertTakesRoom() {
        server.run(store.apply(append(1)));
        server.run(store.apply(append(2)));
        AtomicInteger publishes = new AtomicInteger();
        server.script((who, command) -> {
            if (isPublish(command) && command.contains("$position") && publishes.getAndIncrement() == 0) {
                appendNow(3);
                appendNow(4);
            }
            return Fate.ANSWERED;
        });
        server.run(store.apply(new Write.Insert<>(1, List.of(row(9)))));
        assertThat(publishes.get()).isEqualTo(1);
        assertThat(server.documents.get("s__root__").getArray("open").size()).isLessThanOrEqualTo(SETTINGS.openMost());
        assertThat(content()).containsExactly(row(1), row(9), row(2), row(3), row(4));
        nothingIsLeft();
    }

    @Test
    @DisplayName("a change that writes nothing new moves its mark as well: a lost round is not taken for made")
    void marksAlwaysMove() {
        server.run(store.apply(new Write.Reserve<>(1)));
        server.run(store.apply(append(1)));
        AtomicInteger publishes = new AtomicInteger();
        server.script((who, command) -> {
            if (isPublish(command) && publishes.getAndIncrement() == 0) {
                BsonDocument root = server.documents.get("s__root__");
                root.put("struct", new org.bson.BsonInt64(Bson.number(root, "struct") + 1));
            }
            return Fate.ANSWERED;
        });
        server.run(store.apply(new Write.Delete<>(Selection.at(0), Optional.empty())));
        assertThat(publishes.get()).isEqualTo(2);
        assertThat(content()).isEqualTo(rows(1, 2));
    }

    @Test
    @DisplayName("a cached position is confirmed by the structure: a row deleted before is never answered")
    void cachedPositionIsConfirmed() {
        server.run(store.apply(append(1)));
        server.run(store.apply(append(2)));
        assertThat(server.run(store.get(0, Columns.ALL))).isEqualTo(row(1));
        server.run(other.apply(new Write.Delete<>(Selection.at(0), Optional.empty())));
        assertThat(server.run(store.get(0, Columns.ALL))).isEqualTo(row(2));
    }

    // ------------------------------------------------------------------ deaths

    static Stream<Supplier<List<Write<Row>>>> deaths() {
        return Stream.of(
                () -> List.of(append(10)),
                () -> List.of(append(10, 11, 12, 13, 14, 15)),
                () -> List.of(append(10), append(11), append(12), append(13), append(14)), // seals
                () -> List.of(new Write.Put<>(Selection.at(0), List.of(row(10)), Optional.empty())),
                () -> List.of(new Write.Update<>(Selection.ALL, List.of(Row.of("m", 1)), Optional.empty())),
                () -> List.of(new Write.Insert<>(1, rows(10, 13))),
                () -> List.of(new Write.Delete<>(Selection.ALL.pick(0, 3), Optional.empty())),
                () -> List.of(new Write.Clear<>()));
    }

    @ParameterizedTest
    @MethodSource("deaths")
    @DisplayName("whoever dies before or after any step leaves a whole change or none, and one sweep clears the rest")
    void diesAtAnyStep(Supplier<List<Write<Row>>> writes) {
        int steps = 0;
        for (int step = 0; step <= steps; step++) {
            for (Fate fate : List.of(Fate.DYING, Fate.DEAD)) {
                begin();
                server.run(other.apply(append(1, 2, 3, 4, 5, 6)));
                server.run(other.apply(append(7)));
                server.run(other.close());
                List<List<Row>> states = new ArrayList<>(List.of(content()));
                for (Write<Row> write : writes.get()) {
                    states.add(write.applyTo(states.get(states.size() - 1), Row.reserved(), "model"));
                }
                int at = step;
                AtomicInteger seen = new AtomicInteger();
                server.script(
                        (who, command) -> who.equals("one") && seen.getAndIncrement() == at ? fate : Fate.ANSWERED);
                AtomicInteger done = new AtomicInteger();
                chain(writes.get(), done).subscribe();
                while (!server.isIdle()) {
                    server.step();
                }
                steps = Math.max(steps, seen.get());
                List<Row> left = content();
                assertThat(states.subList(done.get(), states.size()))
                        .as("step %d, %s", step, fate)
                        .contains(left);
                nothingIsLeft();
                assertThat(content()).isEqualTo(left);
                assertThat(server.documents.get("s__root__").getDocument("clients"))
                        .isEmpty();
            }
        }
        assertThat(steps).isGreaterThan(4);
    }

    private Mono<Void> chain(List<Write<Row>> writes, AtomicInteger done) {
        Mono<Void> all = Mono.empty();
        for (Write<Row> write : writes) {
            all = all.then(Mono.defer(() -> store.apply(write))
                    .doOnNext(size -> done.incrementAndGet())
                    .then());
        }
        return all;
    }

    // ------------------------------------------------------------------ cancelling, contention, limits

    @Test
    @DisplayName("a write cancelled at any step is whole or absent, and leaves nothing staged")
    void cancelledAtAnyStep() {
        for (Write<Row> write : List.<Write<Row>>of(
                append(10),
                append(10, 11, 12, 13, 14, 15),
                new Write.Insert<>(1, rows(10, 13)),
                new Write.Update<>(Selection.ALL, List.of(Row.of("m", 1)), Optional.empty()),
                new Write.Clear<>())) {
            for (int step = 0; step < 14; step++) {
                begin();
                server.run(store.apply(append(1, 2, 3, 4, 5, 6)));
                server.script((who, command) -> Fate.ANSWERED);
                List<Row> before = content();
                Disposable running = store.apply(write).subscribe();
                for (int i = 0; i < step && !server.isIdle(); i++) {
                    server.step();
                }
                running.dispose();
                while (!server.isIdle()) {
                    server.step();
                }
                server.run(store.apply(append(99)));
                List<Row> with = new ArrayList<>(before);
                with.add(row(99));
                List<Row> made = new ArrayList<>(write.applyTo(before, Row.reserved(), "model"));
                made.add(row(99));
                assertThat(List.of(with, made)).contains(content());
                server.run(store.close());
                nothingIsLeft();
            }
        }
    }

    @Test
    @DisplayName("many who find no room at once make progress; no row is lost or doubled")
    void sealContention() {
        List<PagedStore> stores =
                IntStream.range(0, 6).mapToObj(i -> store("client" + i)).toList();
        List<Mono<Long>> calls = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            calls.add(stores.get(i % stores.size()).apply(append(i)));
        }
        server.run(Mono.when(calls).thenReturn(true));
        assertThat(content()).containsExactlyInAnyOrderElementsOf(rows(0, 60));
        for (PagedStore one : stores) {
            server.run(one.close());
        }
        nothingIsLeft();
    }

    @Test
    @DisplayName("writers beyond the bound are refused, naming who holds the places, until one is swept")
    void boundsWriters() {
        List<PagedStore> stores = new ArrayList<>();
        @Nullable Throwable refused = null;
        while (refused == null && stores.size() <= SETTINGS.clientsMost()) {
            stores.add(store("client" + stores.size()));
            try {
                server.run(stores.get(stores.size() - 1).apply(append(stores.size())));
            } catch (IllegalStateException e) {
                refused = e.getCause();
            }
        }
        assertThat(refused).isInstanceOf(StoreBusyException.class).hasMessageContaining("writers are registered");
        server.run(stores.get(0).close());
        server.run(store("later").apply(append(100)));
        assertThat(content()).hasSize(stores.size());
    }

    @Test
    @DisplayName(
            "a writer that was silent for half the expiry shows a sign of life before it writes; a swept one begins anew")
    void silentWriters() {
        server.run(store.apply(append(1)));
        server.script((who, command) -> command.startsWith("change")
                        && command.contains("$currentDate")
                        && !isPublish(command)
                        && !command.contains("nextClient")
                ? Fate.LOST
                : Fate.ANSWERED);
        bury();
        assertThat(server.run(store.apply(append(2)))).isEqualTo(2);
        assertThat(content()).isEqualTo(rows(1, 3));
        nothingIsLeft();
    }

    @Test
    @DisplayName("clearing names the tree as a whole: sweeping takes pages and rows, from the bottom")
    void clearsWholeTrees() {
        server.run(store.apply(new Write.Append<>(rows(0, 100))));
        server.run(store.apply(append(100)));
        int before = server.documents.size();
        server.run(store.apply(new Write.Clear<>()));
        assertThat(server.documents).hasSizeLessThanOrEqualTo(before + 4);
        server.run(store.close());
        nothingIsLeft();
        assertThat(server.documents).hasSize(2);
    }

    @Test
    @DisplayName("verify finds rows that are missing, listed twice or by nothing, and counts that are wrong")
    void findsDamage() {
        server.run(store.apply(new Write.Append<>(rows(0, 20))));
        server.run(store.apply(append(20)));
        server.run(store.apply(append(21)));
        assertThat(problems()).isEmpty();
        BsonDocument root = server.documents.get("s__root__");
        String lone = SimulatedServer.key(
                root.getArray("open").get(root.getArray("open").size() - 1));
        @Nullable BsonDocument gone = server.documents.remove(lone);
        assertThat(problems()).singleElement().asString().contains("is listed, but is not there");
        server.documents.put(lone, gone);
        root.getArray("open")
                .set(
                        root.getArray("open").size() - 2,
                        root.getArray("open").get(root.getArray("open").size() - 1));
        assertThat(problems())
                .anyMatch(problem -> problem.contains("listed twice"))
                .anyMatch(problem -> problem.contains("listed by nothing"));
        server.documents.remove("s__meta__");
        assertThat(problems()).anyMatch(problem -> problem.contains("__meta__"));
    }

    private List<String> problems() {
        return server.run(store("verifier " + server.executed).verify().collectList());
    }
}
