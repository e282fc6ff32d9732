package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import io.atomflux.value.Slice;
import io.atomflux.value.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Commands of several clients in every order a seed may draw, with lost replies, late copies, crashes and sweeps. */
class AsebytesInterleavingTest {

    private static final int SEEDS = Boolean.getBoolean("atomflux.proof") ? 40_000 : 250;

    /** Alters commands as a mistake in the protocol would. */
    interface Mistake {
        BsonDocument condition(BsonDocument condition, BsonDocument update);

        BsonDocument update(BsonDocument update, ModelCollection collection);
    }

    private static final Mistake NONE = mistake(condition -> condition, (update, collection) -> update);

    private static Mistake mistake(
            UnaryOperator<BsonDocument> conditions, BiFunction<BsonDocument, ModelCollection, BsonDocument> updates) {
        return new Mistake() {
            @Override
            public BsonDocument condition(BsonDocument condition, BsonDocument update) {
                return update.toString().contains("af.log") ? conditions.apply(condition.clone()) : condition;
            }

            @Override
            public BsonDocument update(BsonDocument update, ModelCollection collection) {
                return updates.apply(update, collection);
            }
        };
    }

    /** One run. */
    private static final class Run {
        final Interleaver steps;
        final ModelCollection collection = new ModelCollection();
        final ShortHistory history = new ShortHistory();
        final Mistake mistake;
        final boolean exactSizes;
        int programs;
        int finished;
        long value = 100;

        Run(long seed, int losses, int crashes, boolean exactSizes, Mistake mistake) {
            this.steps = new Interleaver(seed, losses, crashes);
            this.exactSizes = exactSizes;
            this.mistake = mistake;
        }

        AsebytesStore store(String client, Duration stale, Duration retention) {
            AsebytesTimes times = new AsebytesTimes(
                    Duration.ofSeconds(30), stale, retention, Duration.ofDays(1), Duration.ofMillis(5));
            ModelDocuments documents = new ModelDocuments(collection, steps.gate(client)) {
                @Override
                public Mono<BsonDocument> change(
                        BsonDocument condition, BsonDocument update, BsonDocument projection, boolean upsert) {
                    return super.change(
                            mistake.condition(condition, update),
                            mistake.update(update, collection),
                            projection,
                            upsert);
                }
            };
            return new AsebytesStore(
                    "model",
                    documents,
                    RowCodec.asebytes("model"),
                    times,
                    client,
                    false,
                    steps.timer,
                    steps.random::nextLong);
        }

        <T> void program(String client, List<Mono<T>> calls) {
            programs++;
            Flux.fromIterable(calls)
                    .concatMap(call -> call.then().onErrorResume(RuntimeException.class, seen -> Mono.empty()))
                    .doFinally(end -> finished++)
                    .subscribe();
        }

        Mono<Object> call(String text, Mono<?> call, Function<List<Row>, ShortHistory.Effect> meaning) {
            return Mono.defer(() -> {
                ShortHistory.Call known = new ShortHistory.Call(text, steps.step(), meaning);
                history.calls.add(known);
                return call.map(answer -> (Object) answer)
                        .defaultIfEmpty("done")
                        .doOnNext(answer -> {
                            known.end = steps.step();
                            known.answer = answer;
                            steps.note(known.toString());
                        })
                        .doOnError(failure -> {
                            steps.note(text + " failed: " + failure);
                            if (failure instanceof RowOutOfBoundsException
                                    || failure instanceof VersionConflictException) {
                                known.end = steps.step();
                                known.answer = failure.getClass().getSimpleName();
                            } else if (failure instanceof WriteFailedException write
                                    && write.outcome() == Outcome.UNKNOWN) {
                                known.end = Long.MAX_VALUE;
                            } else if (failure instanceof StoreUnavailableException
                                    || failure instanceof StoreBusyException
                                    || failure instanceof StoreChangedException
                                    || failure instanceof WriteFailedException) {
                                known.never = true;
                            } else {
                                known.end = steps.step();
                                known.answer = "unexpected " + failure;
                            }
                        });
            });
        }

        Mono<Object> write(AsebytesStore store, Write<Row> write) {
            boolean exact = exactSizes;
            return call(write.toString(), store.apply(write).map(size -> exact ? (Object) size : "done"), rows -> {
                try {
                    List<Row> after = List.copyOf(write.applyTo(rows, Row.reserved(), "model"));
                    return new ShortHistory.Effect(after, exact ? (long) after.size() : "done");
                } catch (AtomfluxException refused) {
                    return new ShortHistory.Effect(rows, refused.getClass().getSimpleName());
                }
            });
        }

        Mono<Object> get(AsebytesStore store, long index) {
            return call("get " + index, store.get(index, Columns.ALL), rows -> {
                long at = index < 0 ? index + rows.size() : index;
                boolean inside = at >= 0 && at < rows.size();
                return new ShortHistory.Effect(rows, inside ? rows.get((int) at) : "RowOutOfBoundsException");
            });
        }

        Mono<Object> all(AsebytesStore store) {
            return call(
                    "all",
                    Mono.defer(() -> {
                        RowReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
                        return reader.next(1 << 20)
                                .map(batch -> IntStream.range(0, batch.size())
                                        .mapToObj(batch::row)
                                        .toList())
                                .defaultIfEmpty(List.of());
                    }),
                    rows -> new ShortHistory.Effect(rows, rows));
        }

        /** Sets a row on condition that it is as it was read. */
        Mono<Object> exchange(AsebytesStore store, long at, Row row) {
            Row[] old = new Row[1];
            return store.getVersioned(at).flatMap(versioned -> {
                old[0] = versioned.row();
                Optional<Version> expected = Optional.of(versioned.version());
                return call(
                        "exchange " + at + " " + old[0] + " for " + row,
                        store.apply(new Write.Put<>(Selection.at(at), List.of(row), expected))
                                .thenReturn("done"),
                        rows -> {
                            if (at >= rows.size()) {
                                return new ShortHistory.Effect(rows, "RowOutOfBoundsException");
                            } else if (!rows.get((int) at).equals(old[0])) {
                                return new ShortHistory.Effect(rows, "VersionConflictException");
                            }
                            List<Row> after = new ArrayList<>(rows);
                            after.set((int) at, row);
                            return new ShortHistory.Effect(List.copyOf(after), "done");
                        });
            });
        }

        Row fresh() {
            return AsebytesModelTest.row(value++);
        }

        /** Appends or inserts as Python's package does, in three commands (asebytes 0.3.2, mongodb/_backend.py). */
        Mono<Object> python(String client, int count, @Nullable Integer position) {
            List<Row> rows = IntStream.range(0, count).mapToObj(i -> fresh()).toList();
            Documents documents = new ModelDocuments(collection, steps.gate(client));
            Mono<?> sequence = documents
                    .change(
                            AsebytesDocs.meta(),
                            new BsonDocument("$inc", new BsonDocument("next_sort_key", new BsonInt32(count))),
                            new BsonDocument(),
                            true)
                    .flatMap(after -> {
                        int first = after.getNumber("next_sort_key").intValue() - count;
                        List<BsonDocument> documentsOfRows = new ArrayList<>();
                        List<BsonValue> ids = new ArrayList<>();
                        for (int i = 0; i < count; i++) {
                            documentsOfRows.add(RowCodec.asebytes("python").encode(first + i, rows.get(i), "row"));
                            ids.add(new BsonInt32(first + i));
                        }
                        BsonDocument push = new BsonDocument("$each", new org.bson.BsonArray(ids));
                        if (position != null) {
                            push.append("$position", new BsonInt32(position));
                        }
                        BsonDocument update = new BsonDocument("$push", new BsonDocument("sort_keys", push))
                                .append("$inc", new BsonDocument("count", new BsonInt32(count)));
                        return documents
                                .insert(documentsOfRows)
                                .then(documents.change(AsebytesDocs.meta(), update, new BsonDocument(), false));
                    });
            Write<Row> write = position == null ? new Write.Append<>(rows) : new Write.Insert<>(position, rows);
            return call(
                    client + " " + write,
                    sequence.thenReturn("done"),
                    before -> new ShortHistory.Effect(
                            List.copyOf(write.applyTo(before, Row.reserved(), "model")), "done"));
        }

        /** Runs everything and says what is wrong, or nothing. */
        @Nullable
        String judge(List<Row> start) {
            try {
                steps.run(() -> finished >= programs);
            } catch (RuntimeException mistaken) {
                return "run failed: " + mistaken;
            }
            AsebytesStore after = AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "after");
            List<Row> end;
            try {
                end = AsebytesModelTest.content(after, Selection.ALL, Columns.ALL, 1 << 20);
            } catch (RuntimeException damaged) {
                return "content cannot be read: " + damaged;
            }
            if (!history.explains(start, end)) {
                return "no order explains " + history.calls + " ending in " + end;
            }
            for (int pass = 0; pass < 4; pass++) {
                collection.pass(Duration.ofDays(2).toMillis());
                after.sweep().block();
            }
            List<String> findings = after.verify().collectList().block();
            if (!findings.isEmpty()) {
                return findings.toString();
            } else if (collection.all().size() != end.size() + 1) {
                return "left over: " + collection.all();
            }
            return AsebytesModelTest.content(after, Selection.ALL, Columns.ALL, 1 << 20)
                            .equals(end)
                    ? null
                    : "the sweep took something live";
        }
    }

    private static Run prepared(long seed, int losses, int crashes, boolean exactSizes, Mistake mistake, int rows) {
        Run run = new Run(seed, losses, crashes, exactSizes, mistake);
        AsebytesStore first = AsebytesModelTest.store(new ModelDocuments(run.collection, ModelDocuments.OPEN), "first");
        first.create().block();
        List<Row> start =
                IntStream.range(0, rows).mapToObj(AsebytesModelTest::row).toList();
        first.apply(new Write.Append<>(start)).block();
        first.close().block(); // else its sweeper keeps the collection of every run in memory
        return run;
    }

    private static final Duration LONG = Duration.ofDays(1);

    private static Mono<Object> randomCall(Run run, AsebytesStore store) {
        var random = run.steps.random;
        return switch (random.nextInt(16)) {
            case 0, 1 -> run.write(store, new Write.Append<>(List.of(run.fresh(), run.fresh())));
            case 2 -> run.write(store, new Write.Append<>(List.of(run.fresh())));
            case 3 -> run.write(store, new Write.Insert<>(random.nextInt(-3, 4), List.of(run.fresh())));
            case 4 ->
                run.write(
                        store,
                        new Write.Put<>(Selection.at(random.nextInt(-2, 3)), List.of(run.fresh()), Optional.empty()));
            case 5 ->
                run.write(
                        store,
                        new Write.Put<>(Selection.ALL.pick(0, 1), List.of(run.fresh(), run.fresh()), Optional.empty()));
            case 6 ->
                run.write(
                        store,
                        new Write.Update<>(
                                Selection.at(random.nextInt(-1, 3)),
                                List.of(Row.of("u", run.value++)),
                                Optional.empty()));
            case 7 ->
                run.write(
                        store,
                        new Write.Update<>(
                                Selection.ALL.slice(Slice.parse(":2")),
                                List.of(Row.of("u", run.value++)),
                                Optional.empty()));
            case 8, 9 -> run.write(store, new Write.Delete<>(Selection.at(random.nextInt(-2, 2)), Optional.empty()));
            case 10 -> run.write(store, new Write.Clear<>());
            case 11 -> run.exchange(store, random.nextInt(2), run.fresh());
            case 12 -> run.write(store, new Write.Reserve<>(1));
            case 13 -> run.write(store, new Write.Drop<>(Selection.at(0), List.of("n")));
            case 14 -> run.write(store, new Write.Delete<>(Selection.ALL.pick(0, 1), Optional.empty()));
            default -> run.all(store);
        };
    }

    private static Run random(long seed, boolean python, boolean sweeps, int crashes, Mistake mistake, int rows) {
        Run run = prepared(seed, 2, crashes, !python, mistake, rows);
        var random = run.steps.random;
        int writers = 2 + random.nextInt(2);
        for (int w = 0; w < writers; w++) {
            AsebytesStore store = run.store("w" + w, LONG, LONG);
            run.program(
                    "w" + w,
                    IntStream.range(0, 1 + random.nextInt(2))
                            .mapToObj(i -> randomCall(run, store))
                            .toList());
        }
        AsebytesStore reader = run.store("r", LONG, LONG);
        run.program(
                "r",
                List.of(
                        run.get(reader, 0),
                        run.get(reader, 0),
                        run.get(reader, -1),
                        run.get(reader, 1),
                        run.all(reader)));
        if (python) {
            run.program("py", List.of(random.nextBoolean() ? run.python("py", 2, null) : run.python("py", 1, 0)));
        }
        if (sweeps) {
            AsebytesStore sweeper = run.store("s", Duration.ZERO, LONG);
            // One pass: the second comes when no late copy of an insert can, which here is after the run.
            run.program("s", List.of(sweeper.sweep()));
        }
        return run;
    }

    private static @Nullable String judged(Run run, int rows) {
        return run.judge(
                IntStream.range(0, rows).mapToObj(AsebytesModelTest::row).toList());
    }

    private static void allRight(Function<Long, Run> runs, int rows) {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = runs.apply(seed);
            String wrong = judged(run, rows);
            run.steps.timer.dispose();
            assertThat(wrong).as("seed %d\n%s", seed, run.steps.trace).isNull();
        }
    }

    @Test
    @DisplayName("whatever order commands take, with lost replies and late copies, some order of the calls explains it")
    void losesReplies() {
        allRight(seed -> random(seed, false, false, 0, NONE, 3), 3);
    }

    @Test
    @DisplayName("commands refused between lost ones do not change what is known of a call")
    void isRefused() {
        allRight(
                seed -> {
                    Run run = random(seed, false, seed % 2 == 0, 0, NONE, 2);
                    run.steps.refuse(3);
                    return run;
                },
                2);
    }

    @Test
    @DisplayName("writers that are swept while they work lose nothing, double nothing and leave nothing")
    void isSwept() {
        allRight(seed -> random(seed, false, true, 0, NONE, 2), 2);
    }

    @Test
    @DisplayName("writers that crash between any two commands leave whole changes, and nothing after a sweep")
    void crashes() {
        allRight(seed -> random(seed, false, false, 2, NONE, 2), 2);
    }

    @Test
    @DisplayName("Python processes that append and insert at the same time lose nothing")
    void besidePython() {
        allRight(seed -> random(seed, true, false, 0, NONE, 2), 2);
    }

    @Test
    @DisplayName("an empty store is filled, emptied and swept by several at once")
    void fromEmpty() {
        allRight(seed -> random(seed, seed % 2 == 0, seed % 3 == 0, 0, NONE, 0), 0);
    }

    private static void isFound(Mistake mistake, boolean python, boolean sweeps, int crashes, int rows) {
        int most = 60_000;
        for (long seed = 0; seed < most; seed++) {
            if (judged(random(seed, python, sweeps, crashes, mistake, rows), rows) != null) {
                return;
            }
        }
        throw new AssertionError("the mistake was not found in %d runs".formatted(most));
    }

    private static UnaryOperator<BsonDocument> without(String prefix) {
        return condition -> {
            condition.keySet().removeIf(field -> field.startsWith(prefix));
            return condition;
        };
    }

    @Test
    @DisplayName("finds a publish that does not ask whether the attempt is open (A-x2)")
    void findsUnconditionalPublish() {
        isFound(mistake(without("af.open."), (update, collection) -> update), false, true, 0, 2);
    }

    @Test
    @DisplayName("finds a change that does not compare what stands at its position (C-x1)")
    void findsBlindSwap() {
        isFound(mistake(without("sort_keys."), (update, collection) -> update), false, false, 0, 2);
    }

    @Test
    @DisplayName("finds positions counted from the end, and a clear, that do not compare the size (A-x5, C-x3)")
    void findsUncountedEnd() {
        isFound(
                mistake(
                        condition -> {
                            condition.remove("count");
                            condition.remove("af.rev");
                            return condition;
                        },
                        (update, collection) -> update),
                false,
                false,
                0,
                1);
    }

    @Test
    @DisplayName("finds a position clamped by the client (C-x2)")
    void findsClampedPosition() {
        isFound(
                mistake(condition -> condition, (update, collection) -> {
                    // What a client that read an empty store would send.
                    String text = update.toJson().replace("\"$position\": 1", "\"$position\": 0");
                    return text.contains("\"$position\": 0") ? BsonDocument.parse(text) : update;
                }),
                false,
                false,
                0,
                0);
    }

    @Test
    @DisplayName("finds a sweep that leaves no record of the dead (C-x4)")
    void findsForgottenDead() {
        Mistake mistake = mistake(condition -> condition, (update, collection) -> {
            if (!update.toString().contains("af.dead.") || !update.containsKey("$currentDate")) {
                return update;
            }
            BsonDocument less = update.clone();
            less.remove("$set");
            less.remove("$currentDate");
            return less;
        });
        isFound(mistake, false, true, 1, 2);
    }

    @Test
    @DisplayName("finds a change that does not compare the chain of replaced rows: one link is lost")
    void findsLostGarbage() {
        isFound(mistake(without("af.young"), (update, collection) -> update), false, false, 0, 3);
    }

    @Test
    @DisplayName("a batch read beside Python's changes in place is no snapshot, as the documentation says (C-x5)")
    void inPlaceChangesAreNotSeen() {
        ModelCollection collection = new ModelCollection();
        AsebytesStore store = AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "a");
        store.create().block();
        store.apply(new Write.Append<>(List.of(AsebytesModelTest.row(0), AsebytesModelTest.row(1))))
                .block();
        Version before = store.getVersioned(1).block().version();
        BsonDocument document = collection.all().stream()
                .filter(d -> d.get("_id").isNumber())
                .skip(1)
                .findFirst()
                .orElseThrow();
        collection.replace(
                RowCodec.asebytes("p").encode(document.getNumber("_id").longValue(), AsebytesModelTest.row(9), "row"));
        assertThat(store.get(1, Columns.ALL).block()).isEqualTo(AsebytesModelTest.row(9));
        assertThat(store.getVersioned(1).block().version()).isNotEqualTo(before);
    }
}
