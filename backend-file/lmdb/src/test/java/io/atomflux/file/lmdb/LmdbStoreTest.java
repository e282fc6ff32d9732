package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreInUseException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Settings;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import io.atomflux.value.Slice;
import io.atomflux.value.Version;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this layout adds to the contract of all backends. */
class LmdbStoreTest {

    private static final LmdbOptions SMALL =
            LmdbOptions.builder().mapSize(1 << 20).build();

    @TempDir
    Path folder;

    private final List<LmdbStore> opened = new ArrayList<>();

    @AfterEach
    void closeAll() {
        opened.forEach(LmdbStore::close);
        assertThat(Environments.count()).isZero();
    }

    private LmdbStore open(String group, boolean readOnly, LmdbOptions options) {
        LmdbStore store = new LmdbStore(folder.resolve("s.lmdb"), group, readOnly, options);
        opened.add(store);
        return store;
    }

    private LmdbStore open() {
        return open("default", false, SMALL);
    }

    private static BlobRow row(String... cells) {
        Map<Bytes, Bytes> map = new LinkedHashMap<>();
        for (int i = 0; i < cells.length; i += 2) {
            map.put(Bytes.ofText(cells[i]), Bytes.ofText(cells[i + 1]));
        }
        return BlobRow.of(map);
    }

    private static List<BlobRow> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> row("i", "" + i)).toList();
    }

    private static Write<BlobRow> append(List<BlobRow> rows) {
        return new Write.Append<>(rows);
    }

    private static List<BlobRow> all(LmdbStore store) throws Exception {
        return store.read(Positions.range(0, store.size()), Columns.ALL);
    }

    private static List<BlobRow> rest(BlockingReader<BlobRow> reader, long maxBytes) throws Exception {
        List<BlobRow> rows = new ArrayList<>();
        Optional<Batch<BlobRow>> batch = reader.next(maxBytes);
        while (batch.isPresent()) {
            for (int i = 0; i < batch.get().size(); i++) {
                rows.add(batch.get().row(i));
            }
            batch = reader.next(maxBytes);
        }
        return rows;
    }

    @Test
    @DisplayName("a missing place is never made by reading; the error names the groups there are")
    void missingPlace() throws Exception {
        LmdbStore store = open();
        assertThatThrownBy(store::size).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> store.get(0, Columns.ALL)).isInstanceOf(StoreNotFoundException.class);
        assertThat(store.groups()).isEmpty();
        assertThat(folder).isEmptyDirectory();
        open("train", false, SMALL).apply(append(rows(0, 1)));
        assertThatThrownBy(store::size)
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("train")
                .hasMessageContaining("s.lmdb");
        LmdbStore reading = open("new", true, SMALL);
        assertThatThrownBy(() -> reading.apply(append(rows(0, 1)))).isInstanceOf(ReadOnlyStoreException.class);
        assertThat(store.groups()).containsExactly("train");
    }

    @Test
    @DisplayName(
            "a snapshot that others disturb, where they cannot be locked out, is given back once, and tried again from its first row")
    void disturbedSnapshot() throws Exception {
        LmdbStore store = open();
        store.apply(append(rows(0, 2000)));
        Environment environment = Objects.requireNonNull(
                Environments.open(Place.folder(folder.resolve("s.lmdb/default")), "test", Opening.of(SMALL)));
        setLocked(environment, false); // as on a file system that is mounted read-only
        ReadRequest request = new ReadRequest(Selection.ALL, Columns.ALL, true);
        AtomicBoolean over = new AtomicBoolean();
        Thread others = new Thread(() -> {
            while (!over.get()) {
                store.applyAll(List.of(new Write.Put<>(Selection.at(0), rows(0, 1), Optional.empty())));
            }
        });
        others.start();
        LmdbReader reader = new LmdbReader(store, request);
        try {
            while (isReadUndisturbed(reader)) {
                reader.close();
                reader = new LmdbReader(store, request);
            }
        } finally {
            over.set(true);
            others.join();
        }
        Optional<Batch<BlobRow>> again = reader.next(1 << 20);
        assertThat(again).hasValueSatisfying(batch -> {
            assertThat(batch.position(0)).isZero();
            assertThat(batch.size()).isEqualTo(2000);
        });
        reader.close();

        ReadTxn one = environment.begin();
        ReadTxn other = environment.begin();
        assertThat(one).as("transactions of two readers").isNotSameAs(other);
        environment.end(other);
        environment.end(one);
        setLocked(environment, true);
        Environments.release(environment);
    }

    private static boolean isReadUndisturbed(LmdbReader reader) throws IOException {
        try {
            return reader.next(1 << 20).isPresent();
        } catch (StoreBusyException disturbed) {
            return false;
        }
    }

    private static void setLocked(Environment environment, boolean locked) throws ReflectiveOperationException {
        Field field = Environment.class.getDeclaredField("locked");
        field.setAccessible(true);
        field.setBoolean(environment, locked);
    }

    @Test
    @DisplayName("a change of nothing makes the store all the same")
    void emptyChangesCreate() throws Exception {
        assertThat(open("a", false, SMALL).apply(append(List.of()))).isZero();
        assertThat(open("b", false, SMALL).apply(new Write.Clear<>())).isZero();
        assertThat(open("c", false, SMALL).apply(new Write.Reserve<>(0))).isZero();
        assertThat(open().groups()).containsExactly("a", "b", "c");
        assertThat(open("c", true, SMALL).size()).isZero();
        assertThat(folder.resolve("s.lmdb/c/data.mdb")).exists();
    }

    @Test
    @DisplayName("a reservation that no transaction can hold is refused before anything is allocated")
    void boundsReservations() throws Exception {
        LmdbStore store = open();
        assertThatThrownBy(() -> store.apply(new Write.Reserve<>(100_000_000_000L)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("several calls");
        assertThat(store.apply(new Write.Reserve<>(100_000))).isEqualTo(100_000);
    }

    @Test
    @DisplayName("groups that could leave the folder are refused")
    void guardsGroups() {
        for (String name : List.of("", "..", "a/b", "a\\b", "a\nb")) {
            assertThatThrownBy(() -> open(name, false, SMALL)).isInstanceOf(InvalidNameException.class);
        }
    }

    @Test
    @DisplayName("one environment serves all handles of a path, whatever way it was named; other options are refused")
    void sharesTheEnvironment() throws Exception {
        LmdbStore first = open();
        first.apply(append(rows(0, 3)));
        Path link = Files.createSymbolicLink(folder.resolve("link.lmdb"), folder.resolve("s.lmdb"));
        LmdbStore second = new LmdbStore(link, "default", false, SMALL);
        opened.add(second);
        assertThat(second.size()).isEqualTo(3);
        assertThat(Environments.count()).isEqualTo(1);
        LmdbStore third = open("default", false, LmdbOptions.defaults());
        assertThatThrownBy(third::size).isInstanceOf(StoreInUseException.class);
        first.close();
        assertThat(second.apply(append(rows(3, 4)))).isEqualTo(4);
    }

    @Test
    @DisplayName("fields outside the schema are skipped in whole rows and seen when asked for by name")
    void fieldsOutsideTheSchema() throws Exception {
        LmdbStore store = open();
        store.apply(append(List.of(row("a", "1"), BlobRow.reserved(), row("a", "2"))));
        Environment environment = Environments.create(folder.resolve("s.lmdb/default"), "s", SMALL);
        environment.writing(() -> {
            WriteTxn txn = environment.beginWrite();
            for (String key : List.of("0-hidden", "1-hidden")) {
                txn.cursor.put(txn.cursor.key(Bytes.ofText(key).toArray()), new byte[] {'x'});
            }
            environment.commit(txn, null);
            return null;
        });
        Environments.release(environment);
        LmdbStore fresh = open();
        fresh.apply(append(rows(0, 1)));
        assertThat(all(fresh)).startsWith(row("a", "1"), BlobRow.reserved(), row("a", "2"));
        assertThat(fresh.get(0, Columns.of(List.of("hidden", "a", "none")))).isEqualTo(row("hidden", "x", "a", "1"));
        assertThat(fresh.get(0, Columns.of(List.of()))).isEqualTo(BlobRow.empty());
        assertThat(fresh.get(1, Columns.of(List.of()))).isEqualTo(BlobRow.reserved());
        assertThat(fresh.get(2, Columns.of(List.of("hidden")))).isEqualTo(BlobRow.empty());
        fresh.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
        assertThat(fresh.verify()).singleElement().asString().contains("1-hidden");
    }

    @Test
    @DisplayName(
            "some keys of rows in any order are what the whole rows have of them, however many keys rows have and lack")
    void someKeysOfScatteredRows() throws Exception {
        Random random = new Random(17);
        LmdbStore store = open();
        List<BlobRow> whole = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            List<String> cells = new ArrayList<>(List.of("k5", "always" + i));
            for (int key = 0; key < 10; key++) {
                if (key != 5 && random.nextInt(8) > 0) {
                    cells.addAll(List.of("k" + key, key + " of " + i));
                }
            }
            whole.add(row(cells.toArray(String[]::new)));
        }
        store.apply(append(whole));
        for (int round = 0; round < 60; round++) {
            List<String> keys = new ArrayList<>(
                    IntStream.range(0, 11).mapToObj(key -> "k" + key).toList());
            Collections.shuffle(keys, random);
            List<String> wanted = List.copyOf(keys.subList(0, 1 + random.nextInt(keys.size())));
            long[] at = random.longs(40, 0, whole.size()).toArray(); // some twice
            if (round % 3 > 0) {
                Arrays.sort(at);
            }
            if (round % 3 == 2) {
                at = LongStream.range(at[0], whole.size()).toArray();
            }
            List<BlobRow> expected = Arrays.stream(at)
                    .mapToObj(position -> whole.get((int) position).only(wanted))
                    .toList();
            try (BlockingReader<BlobRow> reader =
                    store.reader(new ReadRequest(Selection.ALL.pick(at), Columns.of(wanted), false))) {
                assertThat(rest(reader, 2000)).isEqualTo(expected);
            }
        }
    }

    @Test
    @DisplayName("names the layout cannot hold are refused before anything is written")
    void refusesNames() throws Exception {
        LmdbStore store = open();
        store.apply(append(rows(0, 10)));
        for (String name : List.of("", "a\nb", "k".repeat(510))) {
            BlobRow bad = row("fine", "1", name, "2");
            assertThatThrownBy(() -> store.apply(append(List.of(row("i", "1"), bad))))
                    .isInstanceOf(InvalidNameException.class);
            assertThatThrownBy(() -> store.apply(new Write.Update<>(Selection.at(3), List.of(bad), Optional.empty())))
                    .isInstanceOf(InvalidNameException.class);
        }
        String longest = "k".repeat(508);
        assertThat(store.apply(append(List.of(row(longest, "x"))))).isEqualTo(11); // "10-" and 508 bytes
        assertThatThrownBy(() -> store.apply(append(List.of(row(longest + "k", "x")))))
                .isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> store.apply(append(List.of(BlobRow.empty()))))
                .isInstanceOf(UnsupportedStoreOperationException.class);
        assertThatThrownBy(() -> store.apply(new Write.Drop<>(Selection.ALL, List.of("i"))))
                .isInstanceOf(UnsupportedStoreOperationException.class);
        assertThat(all(store)).startsWith(rows(0, 10).toArray(new BlobRow[0])).hasSize(11);
    }

    @Test
    @DisplayName("in a shared commit a refused change leaves the others alone, each seeing the ones before it")
    void groupCommit() throws Exception {
        LmdbStore store = open();
        long before = store.apply(append(rows(0, 2)));
        Version version = store.getVersioned(0).version();
        List<WriteResult> results = store.applyAll(List.of(
                append(rows(2, 4)),
                new Write.Delete<>(Selection.at(9), Optional.empty()),
                new Write.Put<>(Selection.at(0), rows(7, 8), Optional.of(version)),
                new Write.Put<>(Selection.at(0), rows(8, 9), Optional.of(version)),
                new Write.Put<>(Selection.at(-1), rows(9, 10), Optional.empty())));
        assertThat(before).isEqualTo(2);
        assertThat(results.get(0).size()).isEqualTo(4);
        assertThat(results.get(1).failure()).isInstanceOf(RowOutOfBoundsException.class);
        assertThat(results.get(2).failure()).isNull();
        assertThat(results.get(3).failure()).isInstanceOf(VersionConflictException.class);
        assertThat(all(store)).containsExactly(row("i", "7"), row("i", "1"), row("i", "2"), row("i", "9"));
    }

    @Test
    @DisplayName("the map grows by itself while streams run and a snapshot is open")
    void grows() throws Exception {
        LmdbStore store =
                open("default", false, LmdbOptions.builder().mapSize(64 << 10).build());
        store.apply(append(rows(0, 100)));
        BlockingReader<BlobRow> snapshot = store.reader(new ReadRequest(Selection.ALL, Columns.ALL, true));
        BlockingReader<BlobRow> stream = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        assertThat(snapshot.next(1)).isPresent();
        assertThat(stream.next(1)).isPresent();
        String big = "x".repeat(100_000);
        for (int i = 0; i < 30; i++) {
            store.apply(append(List.of(row("big", big))));
        }
        store.apply(new Write.Put<>(Selection.at(50), List.of(row("i", "new")), Optional.empty()));
        assertThat(rest(snapshot, 500)).isEqualTo(rows(1, 100));
        List<BlobRow> live = new ArrayList<>(rows(1, 100));
        live.set(49, row("i", "new"));
        assertThat(rest(stream, 500)).isEqualTo(live);
        snapshot.close();
        stream.close();
        assertThat(store.size()).isEqualTo(130);
        assertThat(store.verify()).isEmpty();
    }

    @Test
    @DisplayName("a stream keeps the order of its first batch, and fails with its place where a row is gone")
    void keepsTheOrder() throws Exception {
        LmdbStore store = open();
        List<BlobRow> rows = new ArrayList<>(rows(0, 2000));
        rows.set(1500, BlobRow.reserved());
        store.apply(append(rows));
        BlockingReader<BlobRow> stream = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        Batch<BlobRow> first = stream.next(1000).orElseThrow();
        assertThat(first.byteSize()).isLessThan(3000);
        store.apply(new Write.Insert<>(0, rows(5000, 5010)));
        store.apply(new Write.Delete<>(Selection.at(10), Optional.empty())); // the first row, emitted already
        assertThat(rest(stream, 1000)).isEqualTo(rows.subList(first.size(), 2000));

        BlockingReader<BlobRow> other =
                store.reader(ReadRequest.of(Selection.ALL.slice(Slice.parse("::-1")), Columns.of(List.of("i"))));
        assertThat(other.next(1)).isPresent();
        store.apply(new Write.Delete<>(Selection.at(-6), Optional.empty()));
        List<BlobRow> seen = new ArrayList<>();
        assertThatThrownBy(() -> {
                    while (true) {
                        Batch<BlobRow> batch = other.next(100).orElseThrow();
                        for (int i = 0; i < batch.size(); i++) {
                            seen.add(batch.row(i));
                        }
                    }
                })
                .isInstanceOfSatisfying(
                        StoreChangedException.class,
                        changed -> assertThat(changed.emitted()).isEqualTo(5));
        assertThat(seen).hasSize(4);
        stream.close();
        other.close();
    }

    @Test
    @DisplayName("a million rows are reserved at once, and single ones written into them")
    void reservesMany() throws Exception {
        LmdbStore store = open("default", false, LmdbOptions.defaults());
        assertThat(store.apply(new Write.Reserve<>(1_000_000))).isEqualTo(1_000_000);
        store.apply(new Write.Put<>(Selection.at(999_999), rows(1, 2), Optional.empty()));
        store.apply(new Write.Delete<>(Selection.at(500_000), Optional.empty()));
        assertThat(store.get(-1, Columns.ALL)).isEqualTo(row("i", "1"));
        assertThat(store.get(999_997, Columns.ALL)).isEqualTo(BlobRow.reserved());
        assertThat(store.size()).isEqualTo(999_999);
        assertThat(store.verify()).isEmpty();
    }

    @Test
    @DisplayName("sort keys are never used again, also after clear; the schema never shrinks")
    void neverReuses() throws Exception {
        LmdbStore store = open();
        store.apply(append(List.of(row("old", "1"), row("old", "2"))));
        store.apply(new Write.Clear<>());
        assertThat(store.size()).isZero();
        store.apply(append(List.of(row("new", "3"))));
        store.reading((environment, txn, state) -> {
            assertThat(state.next()).isEqualTo(3);
            assertThat(state.fields().joined()).asString().isEqualTo("new\nold");
            assertThat(txn.cursor.set(txn.cursor.key(Bytes.ofText("2-new").toArray())))
                    .isTrue();
            txn.scanner.lost();
            return 0;
        });
        assertThat(store.verify()).isEmpty();
    }

    @Test
    @DisplayName("one row too many splits a block into 512 and 513, an emptied block goes, later ones are renumbered")
    void splitsLikePython() throws Exception {
        LmdbStore store = open("default", false, LmdbOptions.defaults());
        store.apply(append(rows(0, 3000)));
        assertThat(sizes(store)).containsExactly(1024, 1024, 952);
        store.apply(new Write.Insert<>(1030, rows(0, 1)));
        assertThat(sizes(store)).containsExactly(1024, 512, 513, 952);
        store.apply(new Write.Delete<>(Selection.ALL.slice(Slice.of(0, 1024)), Optional.empty()));
        assertThat(sizes(store)).containsExactly(512, 513, 952);
        store.apply(append(rows(0, 100)));
        assertThat(sizes(store)).containsExactly(512, 513, 1024, 28);
        assertThat(store.verify()).isEmpty();
    }

    private static List<Integer> sizes(LmdbStore store) throws Exception {
        return store.reading(
                (environment, txn, state) -> IntStream.range(0, state.index().blockCount())
                        .map(state.index()::blockSize)
                        .boxed()
                        .toList());
    }

    @Test
    @DisplayName("the change log tells each range, forgets the oldest, and shows what others wrote as a gap")
    void tellsChanges() throws Exception {
        LmdbStore store = open();
        store.apply(append(rows(0, 10)));
        Revision start = store.revision();
        store.apply(new Write.Put<>(Selection.ALL.pick(7, 2, 3), rows(0, 3), Optional.empty()));
        store.apply(new Write.Delete<>(Selection.ALL.pick(1, 5), Optional.empty()));
        List<Change> told = store.changesAfter(start, 100);
        assertThat(told)
                .extracting(change -> change.kind() + " " + change.from() + "-" + change.to())
                .containsExactly("REPLACED 2-4", "REPLACED 7-8", "DELETED 5-6", "DELETED 1-2");
        assertThat(store.changesAfter(told.get(3).revision(), 100)).isEmpty();
        assertThat(store.changesAfter(told.get(1).revision(), 1)).containsExactly(told.get(2));

        Revision now = store.revision();
        writeWithoutLog();
        List<Change> gap = store.changesAfter(now, 100);
        assertThat(gap).extracting(Change::kind).containsExactly(Change.Kind.GAP);
        store.apply(append(rows(0, 1)));
        assertThat(store.changesAfter(gap.get(0).revision(), 100))
                .extracting(Change::kind)
                .containsExactly(Change.Kind.APPENDED);
        assertThat(store.changesAfter(now, 100))
                .extracting(Change::kind)
                .containsExactly(Change.Kind.GAP, Change.Kind.APPENDED);

        List<Write<BlobRow>> many = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            many.add(new Write.Put<>(Selection.at(0), rows(i, i + 1), Optional.empty()));
        }
        store.applyAll(many);
        List<Change> late = store.changesAfter(now, 10_000);
        assertThat(late.get(0).kind()).isEqualTo(Change.Kind.GAP);
        assertThat(late).hasSize(1 + LogEntry.SLOTS);
        assertThat(store.changesAfter(late.get(0).revision(), 10_000)).isEqualTo(late.subList(1, late.size()));
    }

    private void writeWithoutLog() throws Exception {
        Environment environment = Environments.create(folder.resolve("s.lmdb/default"), "s", SMALL);
        environment.writing(() -> {
            WriteTxn txn = environment.beginWrite();
            State before = txn.before();
            txn.cursor.put(txn.cursor.key(Layout.SCHEMA), before.fields().joined());
            environment.commit(txn, new State(txn.id(), before.next(), before.index(), before.fields(), before.log()));
            return null;
        });
        Environments.release(environment);
    }

    @Test
    @DisplayName("remove takes one group away; handles that stay open find it gone, and make it anew by writing")
    void removes() throws Exception {
        LmdbStore store = open();
        LmdbStore other = open();
        LmdbStore train = open("train", false, SMALL);
        store.apply(append(rows(0, 2000)));
        train.apply(append(rows(0, 3)));
        assertThat(other.size()).isEqualTo(2000);
        BlockingReader<BlobRow> stream = other.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
        assertThat(stream.next(1)).isPresent();
        store.remove();
        assertThat(folder.resolve("s.lmdb")).isDirectoryNotContaining("glob:**default");
        assertThat(folder.resolve("s.lmdb").toFile().list()).containsExactly("train");
        assertThatThrownBy(() -> stream.next(1)).isInstanceOf(StoreChangedException.class);
        assertThatThrownBy(other::size).isInstanceOf(StoreNotFoundException.class);
        assertThat(other.apply(append(rows(5, 6)))).isEqualTo(1);
        assertThat(all(store)).isEqualTo(rows(5, 6));
        assertThat(train.size()).isEqualTo(3);
        stream.close();
    }

    @Test
    @DisplayName("a removal cut short by a crash leaves a store that is not there, and can be written anew")
    void interruptedRemoval() throws Exception {
        LmdbStore store = open();
        store.apply(append(rows(0, 10)));
        Environment environment = Environments.create(folder.resolve("s.lmdb/default"), "s", SMALL);
        environment.writing(() -> {
            WriteTxn txn = environment.beginWrite();
            environment.commit(txn, new StoreEdit(txn, "s").remove());
            return null;
        });
        Environments.release(environment);
        assertThatThrownBy(store::size).isInstanceOf(StoreNotFoundException.class);
        assertThat(store.apply(append(rows(3, 4)))).isEqualTo(1);
        assertThat(all(store)).isEqualTo(rows(3, 4));
        assertThat(store.verify()).isEmpty();
    }

    @Test
    @DisplayName("as many snapshots as there are permits run side by side, and give their slots back")
    void givesReadersBack() throws Exception {
        LmdbStore store = open(
                "default",
                false,
                LmdbOptions.builder().mapSize(1 << 20).maxReaders(6).build());
        store.apply(append(rows(0, 50)));
        for (int round = 0; round < 20; round++) {
            BlockingReader<BlobRow> a = store.reader(new ReadRequest(Selection.ALL, Columns.ALL, true));
            BlockingReader<BlobRow> b = store.reader(new ReadRequest(Selection.ALL, Columns.ALL, true));
            assertThat(a.next(1)).isPresent();
            assertThat(b.next(1)).isPresent();
            a.close();
            assertThat(store.size()).isEqualTo(50);
            assertThat(rest(b, 100)).hasSize(49);
            b.close();
        }
        assertThat(store.size()).isEqualTo(50);
    }

    @Test
    @DisplayName("options are read by name, all faults at once; without sync nothing is promised of a crash")
    void options() throws Exception {
        LmdbOptions read =
                LmdbOptions.from(new Settings(Map.of("map_size", "20G", "max_readers", "200", "sync", "false")));
        assertThat(read).isEqualTo(new LmdbOptions(20L << 30, 200, false));
        assertThatThrownBy(() -> LmdbOptions.from(new Settings(Map.of("map_size", "1", "wrong", "x"))))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("map_size")
                .hasMessageContaining("wrong");
        assertThatThrownBy(() -> LmdbOptions.builder().mapSize(1).maxReaders(0).build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("map_size")
                .hasMessageContaining("max_readers");
        LmdbStore unsafe =
                open("default", false, LmdbOptions.builder().sync(false).build());
        assertThat(unsafe.capabilities()).doesNotContain(Capability.DURABLE, Capability.EMPTY_ROWS);
        assertThat(open().capabilities()).contains(Capability.DURABLE);
        assertThatThrownBy(() -> new LmdbProvider()
                        .open(
                                io.atomflux.spi.Location.of(folder.resolve("x.lmdb")),
                                OpenOptions.none().with("mapsize", "1G")))
                .isInstanceOf(InvalidOptionException.class);
    }
}
