package io.atomflux.artifact.isf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.codec.Json;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.LeaseLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

@Timeout(60)
class IsfStorageTest {

    @TempDir
    Path temp;

    private Path base() {
        return temp.resolve("db");
    }

    /** Dies when the n-th step was made. */
    private static final class Dying implements Steps {

        private final AtomicInteger left;
        private final List<String> made = new ArrayList<>();

        Dying(int steps) {
            this.left = new AtomicInteger(steps);
        }

        @Override
        public void made(String step) {
            made.add(step);
            if (left.decrementAndGet() == 0) {
                throw new Died();
            }
        }
    }

    private static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    @DisplayName(
            "I2 I4 I11: whoever dies at any step of replacing a key leaves the old or the new value, and nothing lost")
    void deathWhileReplacing() throws IOException {
        boolean oldSeen = false;
        boolean newSeen = false;
        for (int step = 1; ; step++) {
            Path folder = temp.resolve("replace" + step);
            Storages.put(Storages.open(folder), "s/k", "old");
            Dying dying = new Dying(step);
            IsfStorage victim = new IsfStorage(folder, false, false, dying);
            boolean died = dies(() -> Storages.put(victim, "s/k", "new"));

            IsfStorage reader = new IsfStorage(folder, true, false, Steps.NONE);
            String before = Storages.get(reader, "s/k");
            assertThat(before).as("read after %s", dying.made).isIn("old", "new");
            assertThat(Storages.keys(reader)).containsExactly("s/k");
            IsfStorage next = Storages.open(folder);
            next.open().block();
            String after = Storages.get(next, "s/k");
            assertThat(after).as("after %s", dying.made).isIn("old", "new");
            oldSeen |= after.equals("old");
            newSeen |= after.equals("new");
            assertThat(Storages.put(next, "s/k", "newer")).isEqualTo(CommitOutcome.APPLIED);
            assertThat(Storages.get(next, "s/k")).isEqualTo("newer");
            next.sweep(Duration.ZERO).block();
            assertThat(Storages.get(next, "s/k")).isEqualTo("newer");
            assertThat(visible(folder.resolve("s/db"))).containsExactly("db_state.json", "k");
            assertThat(hidden(folder)).isEmpty();
            if (!died) {
                break;
            }
        }
        assertThat(oldSeen && newSeen).isTrue();
    }

    @Test
    @DisplayName("I2: a replacement that fails at any step, and whose files are given up then, loses nothing")
    void failureWhileReplacing() throws IOException {
        for (int step = 1; ; step++) {
            Path folder = temp.resolve("fail" + step);
            IsfStorage other = Storages.open(folder);
            Storages.put(other, "k", "old");
            String now = other.load("k").map(StoredRecord::revision).block();
            Dying dying = new Dying(step);
            IsfStorage victim = new IsfStorage(folder, false, false, dying);
            String set = Storages.staged(other, "new");
            boolean died = dies(() -> victim.commit(
                            new RecordChange.Put(Storages.record("k", "new", set, null), Optional.ofNullable(now)))
                    .block());

            other.files().discard(set).block();
            assertThat(Storages.get(other, "k")).as("after %s", dying.made).isIn("old", "new");
            Storages.put(other, "l", "beside");
            assertThat(Storages.get(other, "k")).as("after %s", dying.made).isIn("old", "new");
            if (!died) {
                break;
            }
        }
    }

    @Test
    @DisplayName("I2 I4: whoever dies at any step of making a key leaves it whole or absent")
    void deathWhileMaking() throws IOException {
        for (int step = 1; ; step++) {
            Path folder = temp.resolve("make" + step);
            Storages.open(folder).open().block();
            IsfStorage victim = new IsfStorage(folder, false, false, new Dying(step));
            boolean died = dies(() -> Storages.put(victim, "a/b/k", "new", Optional.empty()));

            IsfStorage next = Storages.open(folder);
            assertThat(Storages.get(next, "a/b/k")).isIn(null, "new");
            Storages.put(next, "a/b/k", "newer");
            assertThat(Storages.get(next, "a/b/k")).isEqualTo("newer");
            next.sweep(Duration.ZERO).block();
            assertThat(hidden(folder)).isEmpty();
            if (!died) {
                break;
            }
        }
    }

    @Test
    @DisplayName(
            "I13: whoever dies at any step of deleting leaves the key whole or absent, and the sweep removes the rest")
    void deathWhileDeleting() throws IOException {
        for (int step = 1; ; step++) {
            Path folder = temp.resolve("delete" + step);
            Storages.put(Storages.open(folder), "k", "old");
            IsfStorage victim = new IsfStorage(folder, false, false, new Dying(step));
            boolean died = dies(() -> victim.commit(new RecordChange.Delete(
                            "k", victim.load("k").block().revision()))
                    .block());

            IsfStorage next = Storages.open(folder);
            assertThat(Storages.get(next, "k")).isIn(null, "old");
            Storages.put(next, "k", "newer");
            assertThat(Storages.get(next, "k")).isEqualTo("newer");
            next.sweep(Duration.ZERO).block();
            assertThat(hidden(folder)).isEmpty();
            if (!died) {
                break;
            }
        }
    }

    @Test
    @DisplayName("whoever dies at any step of renaming leaves the value under one of the two keys, with its record")
    void deathWhileRenaming() throws IOException {
        for (int step = 1; ; step++) {
            Path folder = temp.resolve("rename" + step);
            IsfStorage first = Storages.open(folder);
            String set = Storages.staged(first, "text");
            first.commit(new RecordChange.Put(Storages.record("a", "text", set, "same"), Optional.empty()))
                    .block();
            IsfStorage victim = new IsfStorage(folder, false, false, new Dying(step));
            StoredRecord now = victim.load("a").block();
            StoredRecord then = Storages.record("s/b", "text", set, "same");
            boolean died = dies(() -> victim.commit(new RecordChange.Rename(then, "a", now.revision()))
                    .block());

            IsfStorage next = Storages.open(folder);
            List<String> keys = Storages.keys(next);
            assertThat(keys).as("step %d", step).hasSize(1).isSubsetOf("a", "s/b");
            StoredRecord found = next.loadByIdentity("same").block();
            assertThat(found.key()).isEqualTo(keys.get(0));
            assertThat(found.revision()).isEqualTo(keys.get(0).equals("a") ? now.revision() : then.revision());
            assertThat(Storages.get(next, keys.get(0))).isEqualTo("text");
            if (!died) {
                assertThat(keys).containsExactly("s/b");
                break;
            }
        }
    }

    private static boolean dies(Runnable work) {
        try {
            work.run();
            return false;
        } catch (Died e) {
            return true;
        }
    }

    private static List<String> visible(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> !name.contains(".deleting."))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> hidden(Path base) throws IOException {
        List<String> left = new ArrayList<>();
        for (String name : List.of("stage", "old", "intents", "held", "holds")) {
            try (Stream<Path> paths = Files.list(base.resolve(HiddenArea.NAME).resolve(name))) {
                paths.forEach(path -> left.add(path.toString()));
            }
        }
        return left;
    }

    @Test
    @DisplayName("I4: readers and listings during overwriting see the old or the new value, whole, and never none")
    void readersWhileReplacing() {
        IsfStorage writer = Storages.open(base());
        Storages.put(writer, "s/k", "0".repeat(1000));
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Integer> reading = CompletableFuture.supplyAsync(() -> {
            IsfStorage reader = new IsfStorage(base(), true, false, Steps.NONE);
            int reads = 0;
            while (!ended.get() || reads < 20) {
                String text = Storages.get(reader, "s/k");
                assertThat(text).isNotNull().hasSize(1000);
                assertThat(text.chars().distinct().count()).isEqualTo(1);
                assertThat(Storages.keys(reader)).containsExactly("s/k");
                reads++;
            }
            return reads;
        });
        for (int i = 1; i < 60; i++) {
            assertThat(Storages.put(writer, "s/k", Integer.toString(i % 10).repeat(1000)))
                    .isEqualTo(CommitOutcome.APPLIED);
        }
        ended.set(true);
        assertThat(reading.join()).isGreaterThanOrEqualTo(20);
    }

    @Test
    @DisplayName(
            "a put whose files are swept while they are made ready, as it stood still, is told so and changes nothing")
    void sweptWhileReady() {
        Storages.put(Storages.open(base()), "k", "old");
        IsfStorage other = Storages.open(base());
        IsfStorage slow = new IsfStorage(base(), false, false, step -> {
            if (step.equals("staged")) {
                other.sweep(java.time.Duration.ZERO).block();
            }
        });
        assertThat(Storages.put(slow, "k", "new")).isEqualTo(CommitOutcome.FILES_SWEPT);
        assertThat(Storages.get(other, "k")).isEqualTo("old");
        assertThat(Storages.put(other, "k", "newer")).isEqualTo(CommitOutcome.APPLIED);
    }

    @Test
    @DisplayName("of many that put at once with one expectation, one wins, and the others are told")
    void oneWins() {
        IsfStorage storage = Storages.open(base());
        storage.open().block();
        // threads of their own: these wait for work that the storage does on Reactor's, of which there may be no more
        // than ten
        List<CompletableFuture<CommitOutcome>> puts = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> Storages.put(Storages.open(base()), "k", "text" + i, Optional.empty()),
                        task -> new Thread(task).start()))
                .toList();
        List<CommitOutcome> outcomes =
                puts.stream().map(CompletableFuture::join).toList();

        assertThat(outcomes).containsOnlyOnce(CommitOutcome.APPLIED);
        assertThat(outcomes.stream().filter(CommitOutcome.CHANGED::equals)).hasSize(7);
    }

    @Test
    @DisplayName("an identity belongs to one key, and is free again when that is deleted")
    void identityIsUnique() {
        IsfStorage storage = Storages.open(base());
        StoredRecord first = Storages.record("a", "x", Storages.staged(storage, "x"), "same");
        StoredRecord second = Storages.record("b", "x", Storages.staged(storage, "x"), "same");
        assertThat(storage.commit(new RecordChange.Put(first, Optional.empty())).block())
                .isEqualTo(CommitOutcome.APPLIED);
        assertThat(storage.commit(new RecordChange.Put(second, Optional.empty()))
                        .block())
                .isEqualTo(CommitOutcome.IDENTITY_TAKEN);
        storage.commit(new RecordChange.Delete("a", first.revision())).block();
        assertThat(storage.loadByIdentity("same").blockOptional()).isEmpty();
        assertThat(storage.commit(new RecordChange.Put(second, Optional.empty()))
                        .block())
                .isEqualTo(CommitOutcome.APPLIED);
        assertThat(storage.loadByIdentity("same").block().key()).isEqualTo("b");
    }

    @Test
    @DisplayName("I1: opening for writing changes no metadata, and none are made for keys without the file")
    void openingKeepsMetadata() throws IOException {
        Storages.put(Storages.open(base()), "k", "text");
        Path bare = foreign(base().resolve("bare"), "numpy_to_npy", null);
        Path metadata = base().resolve("k/metadata.json");
        String before = Files.readString(metadata);

        IsfStorage again = Storages.open(base());
        again.open().block();
        Storages.keys(again);
        again.sweep(Duration.ZERO).block();

        assertThat(Files.readString(metadata)).isEqualTo(before).contains("together_with_new_key");
        assertThat(bare.resolve("metadata.json")).doesNotExist();
        assertThat(manifest(again, "bare").metadata())
                .containsEntry("metadata_creation_time", "post_hoc")
                .containsEntry("version", "unknown")
                .containsEntry("dumper", "numpy_to_npy");
    }

    private static Manifest manifest(IsfStorage storage, String key) {
        return Manifest.ofJson(storage.load(key).block().manifest());
    }

    /** Makes a key as the framework does. */
    private static Path foreign(Path folder, String dumper, String metadata) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("Loader.json"),
                "{\"Loader\": \"data_base.isf_data_base.IO.LoaderDumper." + dumper + "\"}");
        if (metadata != null) {
            Files.writeString(folder.resolve("metadata.json"), metadata);
        }
        Files.writeString(folder.resolve("to_pickle_dump"), "bytes");
        return folder;
    }

    @Test
    @DisplayName(
            "long and short names of loaders are understood; pickles, refused and old loaders are listed all the same")
    void foreignKeysAreListed() throws IOException {
        IsfStorage storage = Storages.open(base());
        storage.open().block();
        foreign(base().resolve("p"), "to_cloudpickle", "{\"dumper\": \"to_cloudpickle\", \"hostname\": \"h\\n\"}");
        foreign(base().resolve("m"), "pandas_to_msgpack", null);
        foreign(base().resolve("n"), "numpy_to_npz", null);
        Files.writeString(base().resolve("n/Loader.json"), "{\"Loader\": \"data_base.IO.LoaderDumper.numpy_to_npz\"}");
        Files.createDirectories(base().resolve("old"));
        Files.writeString(base().resolve("old/Loader.pickle"), "x");
        Files.createDirectories(base().resolve("evil"));
        Files.writeString(base().resolve("evil/Loader.json"), "{\"Loader\": \"os.system\"}");
        Files.createDirectories(base().resolve("stray"));
        Files.writeString(base().resolve("file"), "x");

        assertThat(Storages.keys(storage)).containsExactly("evil", "m", "n", "old", "p");
        assertThat(manifest(storage, "p").codec().orElseThrow().id()).isEqualTo("isf-pickle");
        assertThat(manifest(storage, "p").metadata()).containsEntry("hostname", "h\n");
        assertThat(manifest(storage, "p").files()).hasSize(1);
        assertThat(manifest(storage, "m").codec().orElseThrow().id()).isEqualTo("isf-refused");
        assertThat(manifest(storage, "n").codec().orElseThrow().id()).isEqualTo("npz");
        assertThat(manifest(storage, "old").codec().orElseThrow().id()).isEqualTo("isf-refused");
        assertThat(manifest(storage, "evil").codec().orElseThrow().id()).isEqualTo("isf-refused");
    }

    @Test
    @DisplayName(
            "I22: keys come sorted as texts, also between databases; strays, links and what is deleted do not count")
    void keysAreSorted() throws IOException {
        IsfStorage storage = Storages.open(base());
        List<String> keys = List.of("a-b", "a.b", "a/x", "a/y-1", "a/y/z", "ab", "b", "B", "Z/1/2/3");
        keys.forEach(key -> Storages.put(storage, key, key));
        Files.createSymbolicLink(base().resolve("link"), base().resolve("b"));
        Files.move(foreign(base().resolve("x"), "to_pickle", null), base().resolve("x.deleting.ABCDE"));

        List<String> sorted = List.copyOf(new TreeSet<>(keys));
        assertThat(Storages.keys(storage)).isEqualTo(sorted);
        for (String prefix : List.of("", "a", "a/", "a/y", "b", "zz")) {
            for (String after : List.of("", "a", "a/x", "a/y/z", "ab", "z")) {
                assertThat(storage.list(prefix, after)
                                .map(StoredRecord::key)
                                .collectList()
                                .block())
                        .as("prefix %s after %s", prefix, after)
                        .isEqualTo(sorted.stream()
                                .filter(key -> key.startsWith(prefix) && key.compareTo(after) > 0)
                                .toList());
            }
        }
        assertThat(storage.load("link").blockOptional()).isEmpty();
        assertThat(Storages.get(storage, "a/y/z")).isEqualTo("a/y/z");
    }

    @Test
    @DisplayName("a database is not replaced by a value, and a value does not become a database")
    void databasesAndValuesExclude() {
        IsfStorage storage = Storages.open(base());
        Storages.put(storage, "A", "1");
        Storages.put(storage, "B/1", "2");
        assertThatThrownBy(() -> Storages.put(storage, "A/1", "x")).isInstanceOf(ArtifactConflictException.class);
        assertThatThrownBy(() -> Storages.put(storage, "B", "x")).isInstanceOf(ArtifactConflictException.class);
        assertThatThrownBy(() -> Storages.put(storage, "B/1/2", "x")).isInstanceOf(ArtifactConflictException.class);
        Storages.put(storage, "B/1", "3");
        assertThat(Storages.get(storage, "B/1")).isEqualTo("3");
        assertThat(Storages.get(storage, "A")).isEqualTo("1");
    }

    @Test
    @DisplayName(
            "a database opened by the folder inside its key is the same one: keys, locks and hidden files are shared")
    void innerDatabaseIsTheSame() throws IOException {
        IsfStorage outer = Storages.open(base());
        Storages.put(outer, "s/k", "1");
        IsfStorage inner = Storages.open(base().resolve("s/db"));
        assertThat(Storages.get(inner, "k")).isEqualTo("1");
        Storages.put(inner, "k", "2");
        Storages.put(inner, "t/u", "3");
        assertThat(Storages.get(outer, "s/k")).isEqualTo("2");
        assertThat(Storages.keys(outer)).containsExactly("s/k", "s/t/u");
        assertThat(base().resolve("s/db").resolve(HiddenArea.NAME)).doesNotExist();
        assertThat(inner.id().block()).isNotEqualTo(outer.id().block()).hasSize(32);
    }

    @Test
    @DisplayName("I6: opened for reading, nothing is changed or made, not even a missing place or a lock")
    void readOnlyChangesNothing() throws IOException {
        assertThatThrownBy(() -> new IsfStorage(base(), true, false, Steps.NONE)
                        .load("k")
                        .block())
                .isInstanceOf(StoreNotFoundException.class);
        assertThat(base()).doesNotExist();
        Storages.put(Storages.open(base()), "k", "text");
        Set<String> before = all();

        IsfStorage reader = new IsfStorage(base(), true, false, Steps.NONE);
        assertThat(Storages.get(reader, "k")).isEqualTo("text");
        StoredRecord record = reader.load("k").block();
        List<org.reactivestreams.Publisher<?>> changes = List.of(
                reader.commit(new RecordChange.Delete("k", record.revision())),
                reader.commit(new RecordChange.Put(record, Optional.empty())),
                reader.commit(new RecordChange.Rename(record, "k", record.revision())),
                reader.sweep(Duration.ZERO),
                reader.moveAway(),
                reader.files().begin(),
                reader.files().write("0".repeat(32), "x", Flux.empty()),
                reader.files().seal("0".repeat(32)),
                reader.files().discard("0".repeat(32)),
                reader.files().hold(record.fileSet().orElseThrow(), Duration.ofSeconds(1)),
                reader.locks().acquire("x", Duration.ZERO),
                reader.change("x", database -> "x"));
        for (org.reactivestreams.Publisher<?> change : changes) {
            StepVerifier.create(change).verifyError(ReadOnlyStoreException.class);
        }
        assertThat(all()).isEqualTo(before);
    }

    @Test
    @DisplayName("I6: a database that only the framework wrote to is read without making anything in it")
    void readingMakesNothing() throws IOException {
        foreign(base().resolve("k"), "to_pickle", null);
        Files.writeString(base().resolve("db_state.json"), "{\"_unique_id\": \"2024-01-02_3_abcdefg\"}");
        Set<String> before = all();

        IsfStorage reader = new IsfStorage(base(), true, false, Steps.NONE);
        assertThat(Storages.keys(reader)).containsExactly("k");
        assertThat(reader.uniqueId().block()).isEqualTo("2024-01-02_3_abcdefg");
        assertThat(all()).isEqualTo(before);
    }

    private Set<String> all() throws IOException {
        try (Stream<Path> paths = Files.walk(base())) {
            Set<String> names = new TreeSet<>();
            paths.forEach(path -> names.add(path.toString()));
            return names;
        }
    }

    @Test
    @DisplayName(
            "I11: an empty state file gets an id at the next opening for writing, a damaged one is an error that names it")
    void stateFile() throws IOException {
        Storages.put(Storages.open(base()), "k", "text");
        String id = Storages.open(base()).uniqueId().block();
        assertThat(id).matches("\\d{4}-\\d\\d-\\d\\d_\\d+_[A-Za-z0-9]{7}");
        assertThat(Storages.open(base()).uniqueId().block()).isEqualTo(id);

        Path state = base().resolve("db_state.json");
        Map<String, Object> expected = new HashMap<>();
        expected.put("_unique_id", id);
        expected.put("_registered_to_path", null);
        expected.put("_registeredDumpers", List.of("data_base.isf_data_base.IO.LoaderDumper.to_cloudpickle"));
        assertThat(Json.readPlain(Files.readString(state))).isEqualTo(expected);
        Files.writeString(state, "");
        assertThat(Storages.get(Storages.open(base()), "k")).isEqualTo("text");
        IsfStorage again = Storages.open(base());
        again.open().block();
        assertThat(again.uniqueId().block()).isNotEqualTo(id);

        Files.writeString(state, "{\"_unique_id\": \"None\", \"other\": 1}");
        Path opened = Files.createLink(temp.resolve("opened"), state);
        Storages.open(base()).open().block();
        assertThat(Storages.open(base()).uniqueId().block()).matches("\\d{4}-\\d\\d-\\d\\d_\\d+_[A-Za-z0-9]{7}");
        assertThat(Files.readString(state)).contains("\"other\"");
        assertThat(opened).hasContent("{\"_unique_id\": \"None\", \"other\": 1}"); // never written in place

        Files.writeString(state, "{\"_unique_id\": ");
        assertThatThrownBy(() -> Storages.open(base()).open().block())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("db_state.json");
    }

    @Test
    @DisplayName("I13: left-overs of the framework are swept when they are old enough, at every depth, and never keys")
    void leftOversAreSwept() throws IOException {
        IsfStorage storage = Storages.open(base());
        Storages.put(storage, "s/k", "text");
        Path left = foreign(base().resolve("x.deleting.ABCDE"), "to_pickle", null);
        Path deep = foreign(base().resolve("s/db/y.deleting.ABCDE"), "to_pickle", null);
        assertThat(storage.sweep(Duration.ofHours(1)).block().sets()).isZero();
        assertThat(left).exists();
        SweepReport report = storage.sweep(Duration.ZERO).block();
        assertThat(report.sets()).isEqualTo(2);
        assertThat(report.problems()).isEmpty();
        assertThat(left).doesNotExist();
        assertThat(deep).doesNotExist();
        assertThat(Storages.get(storage, "s/k")).isEqualTo("text");
    }

    @Test
    @DisplayName("replaced files stay readable for the retention, held ones as long as they are held")
    void heldFilesStay() throws IOException {
        IsfStorage storage = Storages.open(base());
        Storages.put(storage, "k", "old");
        StoredRecord old = storage.load("k").block();
        String set = old.fileSet().orElseThrow();
        String hold = storage.files().hold(set, Duration.ofMinutes(1)).block();
        Path local = storage.files().folder(set).orElseThrow();
        Storages.put(storage, "k", "new");
        assertThat(Files.readString(local.resolve("value.txt"))).isEqualTo("old");
        storage.sweep(Duration.ofHours(1)).block();
        assertThat(storage.files().list(set).block()).hasSize(1);
        storage.sweep(Duration.ZERO).block();
        assertThat(Files.readString(local.resolve("value.txt"))).isEqualTo("old");
        storage.files().release(set, hold).block();
        assertThat(local).doesNotExist();
        storage.sweep(Duration.ZERO).block();
        StepVerifier.create(storage.files().read(set, "value.txt", 0, 9)).verifyError(CorruptDataException.class);
        assertThat(Storages.get(storage, "k")).isEqualTo("new");
    }

    @Test
    @DisplayName("a set that was swept before it was published is not published")
    void sweptIsNotPublished() throws IOException {
        IsfStorage storage = Storages.open(base());
        String set = Storages.staged(storage, "x");
        Files.setLastModifiedTime(
                base().resolve(HiddenArea.NAME).resolve("stage").resolve(set), FileTime.from(Instant.EPOCH));
        storage.sweep(Duration.ofHours(1)).block();
        assertThat(storage.files().list(set).block()).as("its file is young").hasSize(1);
        storage.sweep(Duration.ZERO).block();
        assertThat(storage.commit(new RecordChange.Put(Storages.record("k", "x", set, null), Optional.empty()))
                        .block())
                .isEqualTo(CommitOutcome.FILES_SWEPT);
        assertThat(storage.load("k").blockOptional()).isEmpty();
    }

    @Test
    @DisplayName("I2: a file whose content fails or is cancelled is not there, and the old value stays")
    void failedContentLeavesNothing() {
        IsfStorage storage = Storages.open(base());
        Storages.put(storage, "k", "old");
        String set = storage.files().begin().block();
        Flux<ByteBuffer> failing = Flux.just(ByteBuffer.wrap(new byte[9])).concatWith(Flux.error(new Died()));
        StepVerifier.create(storage.files().write(set, "a/value.txt", failing)).verifyError(Died.class);
        StepVerifier.create(storage.files().write(set, "value.txt", Flux.never()))
                .thenAwait(Duration.ofMillis(50))
                .thenCancel()
                .verify();
        assertThat(storage.files().list(set).block()).isEmpty();
        storage.files().discard(set).block();
        assertThat(Storages.get(storage, "k")).isEqualTo("old");
    }

    @Test
    @DisplayName("I21: a file behind a link inside a key is not read")
    void linksAreNotRead() throws IOException {
        IsfStorage storage = Storages.open(base());
        storage.open().block();
        Files.createDirectories(temp.resolve("secret"));
        Files.writeString(temp.resolve("secret/value.txt"), "secret");
        Path folder = foreign(base().resolve("k"), "just_create_folder", null);
        Files.createSymbolicLink(folder.resolve("value.txt"), temp.resolve("secret/value.txt"));
        Files.createSymbolicLink(folder.resolve("d"), temp.resolve("secret"));
        String set = storage.load("k").block().fileSet().orElseThrow();
        assertThat(manifest(storage, "k").files()).hasSize(1);
        StepVerifier.create(storage.files().read(set, "value.txt", 0, 9)).verifyError(CorruptDataException.class);
        StepVerifier.create(storage.files().read(set, "d/value.txt", 0, 9)).verifyError(CorruptDataException.class);
    }

    @Test
    @DisplayName(
            "a folder in place of another is another version: a reader of the old one is not given the new one's files")
    void foreignReplacementIsAnotherVersion() throws IOException {
        IsfStorage storage = Storages.open(base());
        storage.open().block();
        foreign(base().resolve("k"), "to_pickle", null);
        StoredRecord before = storage.load("k").block();
        Files.move(base().resolve("k"), base().resolve("k.deleting.ABCDE"));
        foreign(base().resolve("k"), "to_pickle", null);
        StoredRecord after = storage.load("k").block();
        assertThat(after.revision()).isNotEqualTo(before.revision());
        StepVerifier.create(storage.files().read(before.fileSet().orElseThrow(), "to_pickle_dump", 0, 9))
                .verifyError(CorruptDataException.class);
        assertThat(storage.commit(new RecordChange.Delete("k", before.revision()))
                        .block())
                .isEqualTo(CommitOutcome.CHANGED);
    }

    @Test
    @DisplayName("I8 I9: a lock has one holder at a time, its tokens grow, and a wait ends")
    void locksExclude() {
        LeaseLock locks = Storages.open(base()).locks();
        LeaseLock others = Storages.open(base()).locks();
        LeaseLock.Lease first = locks.acquire("x", Duration.ofSeconds(60)).block();
        StepVerifier.create(others.acquire("x", Duration.ofMillis(30))).verifyError(StoreBusyException.class);
        assertThat(others.acquire("y", Duration.ZERO).block().token()).isEqualTo(1);
        first.release().block();
        first.release().block();
        Set<Long> tokens = ConcurrentHashMap.newKeySet();
        AtomicInteger inside = new AtomicInteger();
        Flux.range(0, 20)
                .flatMap(
                        i -> others.acquire("x", Duration.ofSeconds(60)).flatMap(lease -> {
                            assertThat(inside.incrementAndGet()).isEqualTo(1);
                            assertThat(tokens.add(lease.token())).isTrue();
                            inside.decrementAndGet();
                            return lease.release();
                        }),
                        20)
                .blockLast();
        assertThat(tokens).hasSize(20).allMatch(token -> token > first.token());
    }

    @Test
    @Timeout(60)
    @DisplayName("I9: a lock that another process holds is held, and free at once when that is killed")
    void locksExcludeProcesses() throws IOException, InterruptedException {
        LeaseLock locks = Storages.open(base()).locks();
        LeaseLock.Lease mine = locks.acquire("x", Duration.ofSeconds(60)).block();
        mine.release().block();
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LockHolder.class.getName(),
                        base().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo(Long.toString(mine.token() + 1));
            StepVerifier.create(locks.acquire("x", Duration.ofMillis(30))).verifyError(StoreBusyException.class);
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertThat(locks.acquire("x", Duration.ofSeconds(60)).block().token()).isEqualTo(mine.token() + 2);
    }
}
