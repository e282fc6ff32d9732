package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Python writes, and what its unsafe operations leave behind (asebytes 0.3.2, mongodb/_backend.py). */
class AsebytesDamageTest {

    private final ModelCollection collection = new ModelCollection();
    private final AsebytesStore store =
            AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "a");

    @BeforeEach
    void fill() {
        store.create().block();
        append(4);
    }

    private void append(int count) {
        store.apply(new Write.Append<>(LongStream.range(0, count)
                        .mapToObj(AsebytesModelTest::row)
                        .toList()))
                .block();
    }

    private static BsonDocument json(String text) {
        return BsonDocument.parse(text.replace('\'', '"'));
    }

    private void python(String update) {
        assertThat(collection.change(AsebytesDocs.meta(), json(update), new BsonDocument()))
                .isNotNull();
    }

    private List<String> findings() {
        return Objects.requireNonNull(store.verify().collectList().block());
    }

    private BsonDocument meta() {
        return Objects.requireNonNull(collection.byId(new org.bson.BsonString("__meta__")));
    }

    @ParameterizedTest
    @DisplayName("metadata whose count or name is something else than a number or a text fail writes, which end")
    @ValueSource(strings = {"{count: null}", "{count: [1]}", "{count: -3}", "{'af.g': 7}", "{'af.g': null}"})
    void mistypedMetadata(String fields) {
        ModelCollection collection = new ModelCollection();
        AsebytesStore store = AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "a");
        store.create().block();
        collection.change(AsebytesDocs.meta(), BsonDocument.parse("{$set: " + fields + "}"), new BsonDocument());
        assertThatThrownBy(() -> store.apply(new Write.Append<>(List.of(Row.of("n", 1L))))
                        .block(Duration.ofSeconds(30)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(fields.contains("af.g") ? "af.g is" : "count is");
        store.close().block(Duration.ofSeconds(30));
    }

    @Test
    @DisplayName("rows and metadata are as Python writes them, numbers of 32 bits where they fit, reserved rows null")
    void writesAsPython() {
        store.apply(new Write.Reserve<>(1)).block();
        assertThat(meta().getArray("sort_keys"))
                .isEqualTo(json("{'a': [0, 1, 2, 3, 4]}").getArray("a"));
        assertThat(meta().get("count")).isEqualTo(new org.bson.BsonInt32(5));
        assertThat(meta().get("next_sort_key")).isEqualTo(new org.bson.BsonInt32(5));
        assertThat(collection.byId(new org.bson.BsonInt32(1)))
                .isEqualTo(json("{'_id': 1, 'data': {'n': 1, 'a.b': 'x1'}}"));
        AsebytesPlan.AsebytesRow reserved = new AsebytesPlan.AsebytesRow(RowCodec.asebytes("s"), Row.reserved(), "row");
        byte[] bytes = new byte[20];
        reserved.numbered(0).getByteBuffer().asNIO().get(bytes);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("14000000105f696400000000000a646174610000");
        assertThat(reserved.numbered(1L << 40))
                .isEqualTo(json("{'_id': {'$numberLong': '1099511627776'}, 'data': null}"));
    }

    @Test
    @DisplayName(
            "a group of which Python only took sort keys is empty, and so is one without a count; both are written on")
    void beginsWithAlmostNothing() {
        for (String meta : List.of(
                "{'_id': '__meta__', 'next_sort_key': 7}",
                "{'_id': '__meta__', 'next_sort_key': {'$numberLong': '7'}, 'sort_keys': []}")) {
            collection.drop();
            collection.insert(List.of(json(meta)));
            AsebytesStore found = AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "b");
            assertThat(found.size().block()).isZero();
            assertThat(found.apply(new Write.Append<>(List.of(Row.empty()))).block())
                    .isEqualTo(1);
            assertThat(found.get(0, Columns.ALL).block()).isEqualTo(Row.empty());
            assertThat(meta().getArray("sort_keys"))
                    .isEqualTo(json("{'a': [7]}").getArray("a"));
        }
    }

    @Test
    @DisplayName("where the count is missing, the length of the array counts, and the next write puts it there")
    void countsTheArray() {
        collection.drop();
        collection.insert(List.of(
                json("{'_id': '__meta__', 'next_sort_key': 2, 'sort_keys': [1, 0]}"),
                json("{'_id': 0, 'data': {'n': 0}}"),
                json("{'_id': 1}")));
        AsebytesStore found = AsebytesModelTest.store(new ModelDocuments(collection, ModelDocuments.OPEN), "b");
        assertThat(found.size().block()).isEqualTo(2);
        assertThat(found.get(-1, Columns.ALL).block()).isEqualTo(Row.of("n", 0L));
        assertThat(found.get(0, Columns.of(List.of("n"))).block()).isEqualTo(Row.reserved());
        assertThat(found.apply(new Write.Append<>(List.of(Row.empty()))).block())
                .isEqualTo(3);
        assertThat(meta().get("count").asNumber().longValue()).isEqualTo(3);
    }

    @Test
    @DisplayName("metadata that explain themselves in text are the paged layout's guard, and refused")
    void refusesTheGuard() {
        collection.drop();
        collection.insert(
                List.of(json("{'_id': '__meta__', 'next_sort_key': 'paged', 'sort_keys': 'paged', 'count': 'paged'}")));
        assertThatThrownBy(() -> store.size().block()).isInstanceOf(ForeignDataException.class);
        assertThatThrownBy(() -> store.create().block()).isInstanceOf(ForeignDataException.class);
    }

    @Test
    @DisplayName("verify finds nothing in a sound group, also while writes are staged and rows wait to be deleted")
    void soundIsSound() {
        store.apply(new Write.Put<>(Selection.at(1), List.of(Row.empty()), Optional.empty()))
                .block();
        store.apply(new Write.Delete<>(Selection.at(0), Optional.empty())).block();
        python("{'$set': {'af.open.other-1.first': 100, 'af.open.other-1.n': 2}, '$inc': {'next_sort_key': 102}}");
        collection.insert(List.of(json("{'_id': 100, 'data': null}")));
        assertThat(findings()).isEmpty();
    }

    @Test
    @DisplayName("verify finds rows that a Python delete dropped from the order (M2)")
    void findsLostAppends() {
        append(2);
        python("{'$set': {'sort_keys': [1, 2, 3], 'count': 3}}"); // what it remembered, less row 0, which it deleted
        collection.delete(json("{'_id': 0}"));
        assertThat(findings()).singleElement().asString().contains("documents 4 to 5 stand in no row");
    }

    @Test
    @DisplayName(
            "verify finds rows without documents, documents that came back, and extends that died half-way (M3, M4)")
    void findsMissingAndRevived() {
        store.apply(new Write.Delete<>(Selection.at(1), Optional.empty())).block();
        AsebytesModelTest.assertSwept(collection, 3);
        collection.insert(
                List.of(json("{'_id': 1, 'data': {}}"))); // set with upsert, by a process that remembers row 1
        collection.delete(json("{'_id': 2}"));
        python("{'$inc': {'next_sort_key': 2}}");
        collection.insert(List.of(json("{'_id': 5, 'data': {}}"), json("{'_id': 6, 'data': {}}")));
        assertThat(findings())
                .hasSize(3)
                .anyMatch(finding -> finding.contains("sort_keys lists 2 to 2"))
                .anyMatch(finding -> finding.contains("documents 1 to 1"))
                .anyMatch(finding -> finding.contains("documents 5 to 6"));
        assertThatThrownBy(() -> store.get(1, Columns.ALL).block()).isInstanceOf(CorruptDataException.class);
        assertThat(store.apply(new Write.Put<>(Selection.at(1), List.of(Row.empty()), Optional.empty()))
                        .block())
                .as("setting the row mends it")
                .isEqualTo(3);
        assertThat(store.get(1, Columns.ALL).block()).isEqualTo(Row.empty());
    }

    @Test
    @DisplayName("verify finds a wrong count, a doubled sort key, a counter that was reset, and documents of others")
    void findsContradictions() {
        python("{'$set': {'sort_keys': [0, 1, 2, 3, 3], 'next_sort_key': 2}}");
        collection.insert(List.of(json("{'_id': 'other'}")));
        assertThat(findings())
                .hasSize(4)
                .anyMatch(finding -> finding.startsWith("count is 4, but sort_keys lists 5"))
                .anyMatch(finding -> finding.startsWith("sort key 3 stands"))
                .anyMatch(finding -> finding.startsWith("next_sort_key is 2"))
                .anyMatch(finding -> finding.contains("another program"));
    }

    @Test
    @DisplayName("verify tells a hundred findings and how many more there are")
    void boundsFindings() {
        List<BsonDocument> orphans = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            orphans.add(json("{'_id': %d, 'data': null}".formatted(1000 + 2 * i)));
        }
        collection.insert(orphans);
        assertThat(findings()).hasSize(101).last().asString().contains("more");
    }

    @Test
    @DisplayName("an append passes over documents that stand in its way after Python's clear reset the counter (M5)")
    void passesOverOrphans() {
        python("{'$set': {'sort_keys': [], 'count': 0, 'next_sort_key': 0}}");
        assertThat(store.apply(new Write.Append<>(List.of(Row.of("new", 1L)))).block())
                .isEqualTo(1);
        assertThat(store.get(0, Columns.ALL).block()).isEqualTo(Row.of("new", 1L));
        assertThat(collection.byId(new org.bson.BsonInt32(2)))
                .as("what stood there")
                .isEqualTo(json("{'_id': 2, 'data': {'n': 2, 'a.b': 'x2'}}"));
    }

    @Test
    @DisplayName("a sweep never deletes a row that is listed, though its sort key was given twice after Python's clear")
    void sweepsAroundListedRows() {
        python(
                "{'$set': {'af.dead.other-1.first': 0, 'af.dead.other-1.n': 4}, '$currentDate': {'af.dead.other-1.at': true}}");
        collection.pass(10_000_000);
        store.sweep().block();
        assertThat(findings()).isEmpty();
        assertThat(store.get(3, Columns.ALL).block()).isEqualTo(AsebytesModelTest.row(3));
    }

    @Test
    @DisplayName("a version conflicts once Python changed the row in place")
    void seesChangesInPlace() {
        Version version = Objects.requireNonNull(store.getVersioned(2).block()).version();
        collection.replace(json("{'_id': 2, 'data': {'n': 2, 'a.b': 'python'}}"));
        assertThatThrownBy(
                        () -> store.apply(new Write.Put<>(Selection.at(2), List.of(Row.empty()), Optional.of(version)))
                                .block())
                .isInstanceOf(VersionConflictException.class);
    }

    @Test
    @DisplayName("followers hear of Atomflux' changes exactly and of Python's as a gap")
    void tellsPythonAsGap() {
        List<Change> heard = new ArrayList<>();
        var following = store.changes(Optional.empty()).subscribe(heard::add);
        try {
            append(2);
            await(heard, 1);
            python("{'$push': {'sort_keys': {'$each': [6]}}, '$inc': {'count': 1, 'next_sort_key': 1}}");
            await(heard, 2);
            store.apply(new Write.Insert<>(99, List.of(Row.empty()))).block();
            await(heard, 3);
        } finally {
            following.dispose();
        }
        assertThat(heard)
                .extracting(Change::kind)
                .containsExactly(Change.Kind.APPENDED, Change.Kind.GAP, Change.Kind.INSERTED);
        assertThat(heard.get(0)).extracting(Change::from, Change::to).containsExactly(4L, 6L);
        assertThat(heard.get(2)).extracting(Change::from, Change::to).containsExactly(7L, 8L);
    }

    private void await(List<Change> heard, int count) {
        org.assertj.core.api.Assertions.assertThat(reactor.core.publisher.Flux.interval(java.time.Duration.ofMillis(2))
                        .filter(tick -> heard.size() >= count)
                        .blockFirst(java.time.Duration.ofSeconds(30)))
                .isNotNull();
    }

    @Test
    @DisplayName("the rows that fit are those whose sort keys fill the document, by BSON's own count")
    void knowsTheLimit() {
        long most = AsebytesDocs.mostRows(0);
        assertThat(most).isBetween(1_360_000L, 1_376_019L);
        long bytes = 0;
        for (long i = 0; i < most; i++) {
            bytes += 1 + Long.toString(i).length() + 1 + 4;
        }
        assertThat(bytes).isLessThanOrEqualTo((16 << 20) - (128 << 10)).isGreaterThan((16 << 20) - (128 << 10) - 13);
        assertThat(AsebytesDocs.mostRows(1L << 31)).isLessThan(most);
    }
}
