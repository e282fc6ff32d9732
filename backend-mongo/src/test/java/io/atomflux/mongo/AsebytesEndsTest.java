package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.Row;
import io.atomflux.value.Slice;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Calls that end before their end: processes that die, subscribers that cancel, groups that are removed, values refused. */
@Timeout(120)
class AsebytesEndsTest {

    private static final List<Row> START = rows(0, 5);

    private static List<Row> rows(long from, long to) {
        return LongStream.range(from, to).mapToObj(AsebytesModelTest::row).toList();
    }

    private static List<Write<Row>> writes() {
        return List.of(
                new Write.Append<>(rows(10, 13)),
                new Write.Insert<>(-2, rows(10, 11)),
                new Write.Put<>(Selection.ALL.pick(0, 3), rows(10, 12), Optional.empty()),
                new Write.Update<>(Selection.ALL.slice(Slice.parse("::2")), List.of(Row.of("u", 1L)), Optional.empty()),
                new Write.Drop<>(Selection.ALL, List.of("n")),
                new Write.Delete<>(Selection.ALL.pick(1, -1), Optional.empty()),
                new Write.Reserve<>(2),
                new Write.Clear<>());
    }

    /** Answers so many commands; the next one may be executed, and is never answered. */
    private static ModelDocuments.Gate dyingAfter(int commands, boolean executed) {
        int[] left = {commands};
        return new ModelDocuments.Gate() {
            @Override
            public <T> Mono<List<T>> pass(String command, boolean changes, Supplier<List<T>> execution) {
                return Mono.defer(() -> {
                    if (left[0]-- > 0) {
                        return Mono.just(execution.get());
                    } else if (left[0] == -1 && executed) {
                        execution.get();
                    }
                    return Mono.never();
                });
            }
        };
    }

    @Test
    @DisplayName(
            "a process that dies after any command of any change leaves it whole or absent, and nothing after a sweep")
    void diesAnywhere() {
        for (Write<Row> write : writes()) {
            List<Row> after = write.applyTo(START, Row.reserved(), "model");
            boolean whole = false;
            for (int commands = 0; !whole; commands++) {
                for (boolean executed : new boolean[] {false, true}) {
                    ModelCollection collection = new ModelCollection();
                    AsebytesStore first =
                            AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "a");
                    first.create().block();
                    first.apply(new Write.Append<>(START)).block();
                    AsebytesStore dying = AsebytesModelTest.store(
                            new ModelDocuments(collection, dyingAfter(commands, executed)), "d");
                    boolean[] answered = {false};
                    dying.apply(write).subscribe(size -> answered[0] = true);
                    List<Row> seen = AsebytesModelTest.content(first, Selection.ALL, Columns.ALL, 1 << 20);
                    assertThat(seen).as("%s after %d commands", write, commands).isIn(START, after);
                    whole |= answered[0];
                    assertThat(answered[0] && !seen.equals(after)).isFalse();
                    AsebytesModelTest.assertSwept(collection, seen.size());
                    assertThat(AsebytesModelTest.content(first, Selection.ALL, Columns.ALL, 1 << 20))
                            .isEqualTo(seen);
                    first.close().block();
                }
                assertThat(commands).isLessThan(30);
            }
        }
    }

    @Test
    @DisplayName("a sweep that dies after any command is resumed by the next one, and takes nothing live")
    void sweepDiesAnywhere() {
        for (int commands = 0; commands < 25; commands++) {
            ModelCollection collection = new ModelCollection();
            AsebytesStore first = AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "a");
            first.create().block();
            first.apply(new Write.Append<>(START)).block();
            first.apply(new Write.Put<>(Selection.at(0), rows(20, 21), Optional.empty()))
                    .block();
            first.apply(new Write.Delete<>(Selection.at(1), Optional.empty())).block();
            AsebytesModelTest.store(new ModelDocuments(collection, dyingAfter(4, true)), "d")
                    .apply(new Write.Append<>(rows(30, 32)))
                    .subscribe();
            for (int pass = 0; pass < 3; pass++) {
                collection.pass(Duration.ofDays(2).toMillis());
                AsebytesModelTest.store(new ModelDocuments(collection, dyingAfter(commands, true)), "s" + pass)
                        .sweep()
                        .subscribe();
            }
            List<Row> seen = AsebytesModelTest.content(first, Selection.ALL, Columns.ALL, 1 << 20);
            assertThat(seen).hasSizeBetween(4, 6).startsWith(AsebytesModelTest.row(20), AsebytesModelTest.row(2));
            AsebytesModelTest.assertSwept(collection, seen.size());
            first.close().block();
        }
    }

    @Test
    @DisplayName("writes and streams cancelled at any moment leave whole changes, no documents and no open attempts")
    void cancels() {
        Documents documents = MongoServers.documents(MongoServers.freshDatabase(), "rows");
        AsebytesStore store = AsebytesModelTest.store(documents, "c");
        store.create().block();
        store.apply(new Write.Append<>(rows(0, 7))).block();
        SplittableRandom random = new SplittableRandom(5);
        int rounds = Boolean.getBoolean("atomflux.proof") ? 10_000 : 300;
        for (int round = 0; round < rounds; round++) {
            Mono<?> call = switch (random.nextInt(4)) {
                case 0 -> store.apply(new Write.Append<>(rows(0, 7)));
                case 1 -> store.apply(new Write.Delete<>(Selection.ALL.slice(Slice.parse("7:14")), Optional.empty()));
                case 2 -> store.get(random.nextInt(7), Columns.ALL);
                default ->
                    Flux.defer(() -> {
                                RowReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
                                return reader.next(100).expand(batch -> reader.next(100));
                            })
                            .then();
            };
            Disposable running = call.subscribeOn(Schedulers.parallel())
                    .onErrorComplete(io.atomflux.error.StoreChangedException.class)
                    .subscribe();
            for (int spin = random.nextInt(3_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            running.dispose();
        }
        store.close().block();
        AsebytesStore after = AsebytesModelTest.store(documents, "after");
        List<Row> left = AsebytesModelTest.content(after, Selection.ALL, Columns.ALL, 1 << 20);
        assertThat(left.size() % 7).isZero();
        IntStream.range(0, left.size()).forEach(i -> assertThat(left.get(i)).isEqualTo(AsebytesModelTest.row(i % 7)));
        assertThat(after.verify().collectList().block()).isEmpty();
        BsonDocument meta = Objects.requireNonNull(documents
                .findOne(AsebytesDocs.meta(), AsebytesDocs.include("af.open", "af.dead", "af.done"))
                .block());
        assertThat(meta.getDocument("af").getDocument("open")).isEmpty();
        assertThat(AsebytesAttempts.child(meta.getDocument("af"), "dead")).isEmpty();
        assertThat(meta.getDocument("af").getDocument("done")).isEmpty();
        after.remove().block();
    }

    @Test
    @DisplayName("every call tells that the collection was removed meanwhile, and writes nothing into the next one")
    void vanishes() {
        ModelCollection collection = new ModelCollection();
        AsebytesStore store = AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "a");
        store.create().block();
        store.apply(new Write.Append<>(START)).block();
        collection.drop();
        for (Mono<?> call : List.<Mono<?>>of(
                store.size(),
                store.get(0, Columns.ALL),
                store.get(-1, Columns.ALL),
                store.getVersioned(0),
                store.reader(ReadRequest.of(Selection.ALL, Columns.ALL)).next(100),
                store.changes(Optional.empty()).next(),
                store.verify().collectList())) {
            assertThatThrownBy(call::block).isInstanceOf(LayoutStore.Vanished.class);
        }
        for (Write<Row> write : writes()) {
            assertThatThrownBy(() -> store.apply(write).block())
                    .as("%s", write)
                    .isInstanceOf(LayoutStore.Vanished.class);
        }
        assertThat(collection.all()).isEmpty();
        store.close().block();
    }

    @Test
    @DisplayName(
            "rows the layout cannot hold, changes of too many rows and rows too large are refused before anything is sent")
    void refusesFirst() {
        ModelCollection collection = new ModelCollection();
        AsebytesStore store = AsebytesModelTest.store(
                new ModelDocuments(collection, new ModelDocuments.Gate() {
                    @Override
                    public <T> Mono<List<T>> pass(String command, boolean changes, Supplier<List<T>> execution) {
                        return Mono.error(new AssertionError("sent: " + command));
                    }
                }),
                "a");
        assertThatThrownBy(() -> store.apply(new Write.Append<>(List.of(Row.of("c", new Complex(1, 2)))))
                        .block())
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("row 0");
        assertThatThrownBy(() -> store.apply(new Write.Reserve<>(AsebytesStore.MOST_ATOMIC + 1))
                        .block())
                .isInstanceOf(LimitExceededException.class);
        byte[] large = new byte[17 << 20];
        java.util.Arrays.fill(large, (byte) 0xc1); // no msgpack
        assertThatThrownBy(() -> store.apply(new Write.Append<>(List.of(Row.of("b", Bytes.wrap(large)))))
                        .block())
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("16777216");
    }

    @Test
    @DisplayName(
            "beyond the rows the metadata can list, a write is refused and names the paged layout and how to get there")
    void refusesBeyondTheLimit() {
        ModelCollection collection = new ModelCollection();
        AsebytesStore store = AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "a");
        store.create().block();
        long most = AsebytesDocs.mostRows(10);
        collection.change(
                AsebytesDocs.meta(),
                BsonDocument.parse("{\"$set\": {\"count\": %d}}".formatted(most - 1)),
                new BsonDocument());
        assertThat(store.apply(new Write.Append<>(rows(0, 1))).block()).isEqualTo(most);
        assertThatThrownBy(() -> store.apply(new Write.Insert<>(0, rows(0, 1))).block())
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("atomflux copy A B?layout=paged");
        assertThat(collection.all()).hasSize(2);
        store.close().block();
    }
}
