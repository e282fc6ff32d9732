package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import io.atomflux.value.Slice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class AsebytesModelTest {

    static final AsebytesTimes TIMES = new AsebytesTimes(
            Duration.ofSeconds(30),
            Duration.ofMinutes(10),
            Duration.ofMinutes(10),
            Duration.ofHours(1),
            Duration.ofMillis(5));

    static AsebytesStore store(Documents documents, String client) {
        return new AsebytesStore(
                "model",
                documents,
                RowCodec.asebytes("model"),
                TIMES,
                client,
                false,
                Schedulers.parallel(),
                bound -> 0);
    }

    static Row row(long n) {
        return Row.of("n", n, "a.b", "x" + n);
    }

    static List<Row> content(AsebytesStore store, Selection where, Columns columns, long maxBytes) {
        RowReader<Row> reader = store.reader(ReadRequest.of(where, columns));
        return Objects.requireNonNull(Mono.defer(() -> reader.next(maxBytes))
                .expand(batch -> reader.next(maxBytes))
                .concatMapIterable(batch -> {
                    List<Row> rows = new ArrayList<>();
                    for (int i = 0; i < batch.size(); i++) {
                        rows.add(batch.row(i));
                    }
                    return rows;
                })
                .collectList()
                .block());
    }

    @Test
    @DisplayName(
            "random histories leave what they leave in a list, through two clients, and nothing else in the collection")
    void randomHistories() {
        for (int seed = 0; seed < (Boolean.getBoolean("atomflux.proof") ? 2000 : 60); seed++) {
            ModelCollection collection = new ModelCollection();
            int size = history(
                    new SplittableRandom(seed),
                    List.of(
                            store(new ModelDocuments(collection, ModelDocuments.OPEN), "a"),
                            store(new ModelDocuments(collection, ModelDocuments.OPEN), "b")));
            assertSwept(collection, size);
        }
    }

    static Write<Row> randomWrite(SplittableRandom random, int size) {
        Selection where = switch (random.nextInt(5)) {
            case 0 -> Selection.ALL.pick(random.nextInt(-size - 1, size + 1));
            case 1 -> Selection.ALL.slice(Slice.parse(random.nextInt(-4, 8) + ":" + random.nextInt(-4, 8)));
            case 2 -> Selection.ALL.slice(Slice.parse("::" + (1 + random.nextInt(3))));
            case 3 -> Selection.ALL.slice(Slice.parse("::-2"));
            default ->
                Selection.ALL.pick(random.ints(3, 0, size + 1).mapToLong(i -> i).toArray());
        };
        long count = 3;
        try {
            count = where.resolve(size, "m").count();
        } catch (RuntimeException outOfBounds) {
            // refused the same way by both
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(random.nextInt(6) == 0 ? Row.reserved() : row(random.nextInt(1000)));
        }
        List<Row> few =
                List.of(row(random.nextInt(1000)), Row.reserved(), Row.empty()).subList(0, random.nextInt(4));
        return switch (random.nextInt(size > 40 ? 12 : 9)) {
            case 0, 1 -> new Write.Append<>(few);
            case 2 -> new Write.Insert<>(random.nextInt(-size - 2, size + 3), few);
            case 3 -> new Write.Put<>(where, rows, Optional.empty());
            case 4 ->
                new Write.Update<>(
                        where, List.of(Row.of("u", (long) random.nextInt(9), "calc.e", 1.5)), Optional.empty());
            case 5 -> new Write.Drop<>(where, List.of("n", "calc.e"));
            case 6 -> new Write.Reserve<>(random.nextInt(3));
            case 7 -> random.nextInt(10) == 0 ? new Write.Clear<>() : new Write.Append<>(few);
            default -> new Write.Delete<>(where, Optional.empty());
        };
    }

    static int history(SplittableRandom random, List<AsebytesStore> stores) {
        stores.get(0).create().block();
        List<Row> model = List.of();
        for (int step = 0; step < 60; step++) {
            AsebytesStore store = stores.get(random.nextInt(stores.size()));
            Write<Row> write = randomWrite(random, model.size());
            List<Row> before = model;
            List<Row> after = new ArrayList<>();
            Throwable expected = catchThrowable(() -> after.addAll(write.applyTo(before, Row.reserved(), "m")));
            if (expected != null) {
                assertThat(catchThrowable(() -> store.apply(write).block()))
                        .as("%s", write)
                        .isInstanceOf(expected.getClass());
                continue;
            }
            assertThat(store.apply(write).block()).as("size after %s", write).isEqualTo(after.size());
            model = after;
            AsebytesStore reader = stores.get(random.nextInt(stores.size()));
            assertThat(content(reader, Selection.ALL, Columns.ALL, 200))
                    .as("after %s", write)
                    .isEqualTo(model);
            if (!model.isEmpty()) {
                int at = random.nextInt(-model.size(), model.size());
                int position = Math.floorMod(at, model.size());
                assertThat(reader.get(at, Columns.ALL).block()).isEqualTo(model.get(position));
                for (List<String> keys : List.of(List.of("n"), List.of("calc.e", "n"), List.<String>of())) {
                    assertThat(reader.get(at, Columns.of(keys)).block())
                            .isEqualTo(model.get(position).only(keys));
                }
                Selection back = Selection.ALL.slice(Slice.parse("::-3"));
                List<Row> rows = model;
                assertThat(content(reader, back, Columns.of(List.of("a.b")), 100))
                        .isEqualTo(java.util.Arrays.stream(
                                        back.resolve(rows.size(), "m").toArray())
                                .mapToObj(i -> rows.get((int) i).only(List.of("a.b")))
                                .toList());
            }
        }
        for (AsebytesStore store : stores) {
            store.close().block();
        }
        return model.size();
    }

    /** Lets time pass, sweeps, and expects nothing but the metadata and the rows listed. */
    static void assertSwept(ModelCollection collection, int rows) {
        AsebytesStore sweeper = store(new ModelDocuments(collection, ModelDocuments.OPEN), "sweeper");
        for (int pass = 0; pass < 4; pass++) {
            collection.pass(Duration.ofDays(2).toMillis());
            sweeper.sweep().block();
        }
        assertThat(Flux.from(sweeper.verify()).collectList().block()).isEmpty();
        assertThat(collection.all()).hasSize(rows + 1);
        assertThat(sweeper.size().block()).isEqualTo(rows);
    }
}
