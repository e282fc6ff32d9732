package io.atomflux.file.columnar.journal;

import static io.atomflux.file.columnar.journal.Stores.bytes;
import static io.atomflux.file.columnar.journal.Stores.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.WriteFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {

    @TempDir
    Path folder;

    private Path place;
    private Path journal;
    private Path file;

    @BeforeEach
    void setUp() throws IOException {
        place = folder.resolve("a.zarr");
        journal = folder.resolve("a.zarr.journal");
        file = folder.resolve("a.h5");
        try (StoreAccess store = Stores.open(place)) {
            store.writing(edit -> {
                edit.replace("meta", bytes("one"));
                edit.replace("g/c/0", bytes("chunk"));
                edit.commit("begin");
                return true;
            });
        }
    }

    private void leave() throws IOException {
        FailingDisk.leaveJournal(place, edit -> {
            edit.replace("meta", bytes("two"));
            edit.replace("g/c/1", bytes("more"));
            edit.delete("g/c/0");
            edit.commit("append, 10 to 12 rows");
            return true;
        });
        assertThat(journal).exists();
    }

    private List<String> beside() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private String meta() throws IOException {
        try (StoreAccess store = Stores.open(place)) {
            return text(store, "meta");
        }
    }

    @Test
    @DisplayName("a change that was committed but not put in place is there for whoever comes next")
    void committedIsApplied() throws IOException {
        try (StoreAccess store = Stores.open(place)) {
            long generation = store.generation();
            leave();
            assertThat(store.generation()).isNotEqualTo(generation);
            assertThat(Files.readString(place.resolve("meta"))).isEqualTo("one");
            assertThat(text(store, "meta")).isEqualTo("two");
            assertThat(store.<List<String>>reading(files -> files.names("g/c"))).containsExactly("1");
        }
        assertThat(beside()).containsExactly("a.zarr", "a.zarr.lock");
    }

    @Test
    @DisplayName("where nothing can be written any more, each error tells what became of the change")
    void errorsTellTheOutcome() throws IOException {
        int applied = 0;
        int failed = 0;
        for (int steps = 0; ; steps++) {
            String next = "two" + steps;
            String before = meta();
            Outcome outcome = Outcome.APPLIED;
            boolean done = false;
            try (StoreAccess store = FailingDisk.store(place, new FailingDisk(steps, "No space left on device"))) {
                store.writing(edit -> {
                    edit.fresh("n" + next + "/c", bytes("fresh"));
                    edit.replace("meta", bytes(next));
                    edit.write("g/c/0", 2, bytes("and more"));
                    edit.commit("change");
                    return true;
                });
                done = true;
            } catch (AtomfluxException e) {
                outcome = e.outcome();
                assertThat(e instanceof StoreFullException).isEqualTo(outcome == Outcome.NOT_APPLIED);
            }
            if (outcome == Outcome.NOT_APPLIED) {
                failed++;
                assertThat(place.resolve("n" + next)).doesNotExist();
                assertThat(beside()).containsExactly("a.zarr", "a.zarr.lock");
            }
            String after = meta();
            if (outcome == Outcome.UNKNOWN) {
                assertThat(after).isIn(before, next);
            } else {
                applied += outcome == Outcome.APPLIED && !done ? 1 : 0;
                assertThat(after).isEqualTo(outcome == Outcome.APPLIED ? next : before);
            }
            assertThat(beside()).containsExactly("a.zarr", "a.zarr.lock");
            if (done) {
                break;
            }
        }
        assertThat(failed).isGreaterThan(8);
        assertThat(applied).isGreaterThan(5);
    }

    private boolean isTorn() throws Exception {
        try (JournalFile read = JournalFile.open(new LocalDisk(), journal)) {
            return read == null;
        }
    }

    @Test
    @DisplayName("a journal that is cut off anywhere was never committed")
    void truncatedJournal() throws Exception {
        leave();
        byte[] whole = Files.readAllBytes(journal);
        for (int length = 0; length < whole.length; length++) {
            Files.write(journal, java.util.Arrays.copyOf(whole, length));
            assertThat(isTorn()).as("%d bytes", length).isTrue();
            if (length % 100 == 0) {
                assertThat(meta()).as("%d bytes", length).isEqualTo("one");
                assertThat(journal).doesNotExist();
            }
        }
        Files.write(journal, whole);
        assertThat(meta()).isEqualTo("two");
    }

    @Test
    @DisplayName("a journal with any byte wrong was never committed; one that does not begin as ours is put aside")
    void flippedBytes() throws Exception {
        leave();
        byte[] whole = Files.readAllBytes(journal);
        for (int i = 0; i < whole.length; i++) {
            byte[] flipped = whole.clone();
            flipped[i] ^= (byte) (1 << i % 8);
            Files.write(journal, flipped);
            assertThat(isTorn()).as("byte %d", i).isTrue();
            if (i < 8) {
                assertThatThrownBy(this::meta).isInstanceOf(CorruptDataException.class);
            }
            if (i < 8 || i % 100 == 0) {
                assertThat(meta()).as("byte %d", i).isEqualTo("one");
                assertThat(journal).doesNotExist();
            }
        }
        assertThat(beside()).contains("a.zarr.journal.conflict", "a.zarr.journal.conflict-8");
    }

    @Test
    @DisplayName("a journal is not applied over what somebody else wrote in between; the store is usable as it stands")
    void conflict() throws IOException {
        leave();
        Files.writeString(place.resolve("meta"), "Python's");
        assertThatThrownBy(this::meta)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("append, 10 to 12 rows")
                .hasMessageContaining("\"meta\"")
                .hasMessageContaining("a.zarr.journal.conflict");
        assertThat(meta()).isEqualTo("Python's");
        assertThat(beside()).containsExactly("a.zarr", "a.zarr.journal.conflict", "a.zarr.lock");
        leave();
        Files.delete(place.resolve("meta"));
        assertThatThrownBy(this::meta).isInstanceOf(CorruptDataException.class);
        assertThat(beside()).contains("a.zarr.journal.conflict-2");
        try (StoreAccess store = Stores.open(place)) {
            store.remove();
        }
        assertThat(beside()).isEmpty();
    }

    private void pages() throws IOException {
        try (StoreAccess store = Stores.open(file)) {
            store.writing(edit -> {
                edit.write("", 0, bytes("a".repeat(20_000)));
                edit.commit("begin");
                return true;
            });
        }
        FailingDisk.leaveJournal(file, edit -> {
            edit.write("", 10_000, bytes("b".repeat(12_000)));
            edit.commit("append");
            return true;
        });
    }

    private String content() throws IOException {
        try (StoreAccess store = Stores.open(file)) {
            return text(store, "");
        }
    }

    @Test
    @DisplayName("pages half put in place are put in place whole; other bytes in one of them are a conflict")
    void pagesOfOneFile() throws IOException {
        String expected = "a".repeat(10_000) + "b".repeat(12_000);
        pages();
        byte[] half = Files.readAllBytes(file);
        half[11_000] = 'b';
        Files.write(file, half);
        assertThat(content()).isEqualTo(expected);
        Files.delete(file);
        pages();
        half = Files.readAllBytes(file);
        half[9_000] = 'x';
        Files.write(file, half);
        assertThatThrownBy(this::content).isInstanceOf(CorruptDataException.class);
        assertThat(content()).startsWith("a".repeat(9_000) + "xaa");
        Files.delete(file);
        pages();
        Files.write(file, java.util.Arrays.copyOf(half, 22_001));
        assertThatThrownBy(this::content).isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName("a store that was to be adopted is kept aside if somebody else wrote in between")
    void adoptionConflict() throws IOException {
        FailingDisk.leaveJournal(place, edit -> {
            Path beside = folder.resolve(".a.zarr.atomflux-rewrite");
            Files.createDirectory(beside);
            Files.writeString(beside.resolve("meta"), "rewritten");
            edit.adopt("");
            edit.commit("insert");
            return true;
        });
        try (StoreAccess store = Stores.readOnly(place)) {
            assertThat(text(store, "meta")).isEqualTo("rewritten");
        }
        Files.writeString(place.resolve("meta"), "Python's");
        try (StoreAccess store = Stores.readOnly(place)) {
            assertThatThrownBy(() -> text(store, "meta"))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("open the store for writing once");
        }
        assertThatThrownBy(this::meta).isInstanceOf(CorruptDataException.class);
        assertThat(meta()).isEqualTo("Python's");
        assertThat(folder.resolve("a.zarr.journal.conflict-data/meta")).hasContent("rewritten");
    }

    @Test
    @DisplayName("a journal that comes back after it was applied takes nothing back")
    void oldJournal() throws IOException {
        leave();
        byte[] old = Files.readAllBytes(journal);
        assertThat(meta()).isEqualTo("two");
        try (StoreAccess store = Stores.open(place)) {
            store.writing(edit -> {
                edit.replace("meta", bytes("one"));
                edit.replace("g/c/0", bytes("chunk"));
                edit.delete("g/c/1");
                edit.commit("back");
                return true;
            });
        }
        Files.write(journal, old);
        assertThat(meta()).isEqualTo("one");
        assertThat(beside()).containsExactly("a.zarr", "a.zarr.lock");
    }

    @Test
    @DisplayName("opened for reading only, a committed change is laid over the files and nothing is written")
    void overlay() throws IOException {
        leave();
        byte[] whole = Files.readAllBytes(journal);
        for (boolean locked : new boolean[] {true, false}) {
            if (!locked) {
                Files.delete(folder.resolve("a.zarr.lock"));
            }
            List<String> before = beside();
            try (StoreAccess store = Stores.readOnly(place)) {
                assertThat(text(store, "meta")).isEqualTo("two");
                assertThat(store.<List<String>>reading(files -> files.names("g/c")))
                        .containsExactly("1");
                assertThatThrownBy(() -> store.writing(edit -> true)).isInstanceOf(ReadOnlyStoreException.class);
                assertThatThrownBy(store::remove).isInstanceOf(ReadOnlyStoreException.class);
            }
            assertThat(beside()).isEqualTo(before);
            assertThat(Files.readString(place.resolve("meta"))).isEqualTo("one");
        }
        Files.write(journal, java.util.Arrays.copyOf(whole, whole.length - 1));
        try (StoreAccess store = Stores.readOnly(place)) {
            assertThat(text(store, "meta")).isEqualTo("one");
        }
        Files.delete(journal);
        pages();
        try (StoreAccess store = Stores.readOnly(file)) {
            assertThat(text(store, "")).isEqualTo("a".repeat(10_000) + "b".repeat(12_000));
        }
    }

    private void hostile(Changes changes) throws IOException {
        try (Disk.Handle handle = new LocalDisk().open(journal, Disk.Mode.EMPTY)) {
            handle.write(bytes("evil content"), JournalFile.HEAD);
            JournalFile.finish(handle, JournalFile.HEAD + 12, 99, 7, "evil", changes);
        }
    }

    @Test
    @DisplayName("a journal that names files outside the store, or bytes outside itself, is put aside")
    void hostileJournals() throws IOException {
        for (String path : List.of("../evil", "/tmp/evil", "a/../../evil", "a//b", "a\\b", "a\0b", "x".repeat(5_000))) {
            Changes changes = new Changes();
            changes.contents.put(path, new ReplacedContent(JournalFile.HEAD, 4, -1, Digests.NONE));
            hostile(changes);
            assertThatThrownBy(this::meta).as(path).isInstanceOf(CorruptDataException.class);
            Changes deleting = new Changes();
            deleting.deleted.add(path);
            hostile(deleting);
            assertThatThrownBy(this::meta).as(path).isInstanceOf(CorruptDataException.class);
            Changes adopting = new Changes();
            adopting.adopt(new Changes.Adoption(path, Digests.NONE, Digests.NONE));
            hostile(adopting);
            assertThatThrownBy(this::meta).as(path).isInstanceOf(CorruptDataException.class);
        }
        for (Content content : List.of(
                new ReplacedContent(JournalFile.HEAD, 13, -1, Digests.NONE),
                new ReplacedContent(0, 1, -1, Digests.NONE),
                new ReplacedContent(Long.MAX_VALUE, 1, -1, Digests.NONE),
                new ReplacedContent(JournalFile.HEAD, Long.MAX_VALUE, -1, Digests.NONE),
                new ReplacedContent(JournalFile.HEAD, -1, -1, Digests.NONE),
                new PagedContent(-1, 5),
                new CreatedContent(-1))) {
            Changes changes = new Changes();
            changes.contents.put("meta", content);
            hostile(changes);
            assertThatThrownBy(this::meta).isInstanceOf(CorruptDataException.class);
        }
        PagedContent pages = new PagedContent(3, Long.MAX_VALUE);
        pages.slot(0, JournalFile.HEAD);
        Changes changes = new Changes();
        changes.contents.put("meta", pages);
        hostile(changes);
        assertThatThrownBy(this::meta).isInstanceOf(CorruptDataException.class);
        assertThat(meta()).isEqualTo("one");
        assertThat(beside()).noneMatch(name -> name.contains("evil"));
    }

    @Test
    @DisplayName("a lock file of something else is refused and left alone")
    void foreignLockFile() throws IOException {
        Files.writeString(folder.resolve("a.zarr.lock"), "pid 12345 is using this");
        assertThatThrownBy(this::meta).isInstanceOf(ForeignDataException.class);
        assertThat(folder.resolve("a.zarr.lock")).hasContent("pid 12345 is using this");
        Files.write(folder.resolve("a.zarr.lock"), new byte[0]);
        assertThat(meta()).isEqualTo("one");
    }

    @Test
    @DisplayName("symbolic links inside a store are not followed; a store that is one is resolved")
    void symbolicLinks() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("x"), "secret");
        Files.createSymbolicLink(place.resolve("link"), outside);
        Files.createSymbolicLink(place.resolve("leaf"), outside.resolve("x"));
        Path alias = Files.createSymbolicLink(folder.resolve("alias.zarr"), place);
        try (StoreAccess store = Stores.open(alias);
                StoreAccess same = Stores.open(place)) {
            assertThat(text(store, "meta")).isEqualTo("one");
            for (String path : List.of("link/x", "leaf")) {
                assertThatThrownBy(() -> text(store, path)).isInstanceOf(ForeignDataException.class);
                assertThat(store.<Boolean>reading(files -> files.length(path).isPresent()))
                        .isFalse();
            }
            store.writing(edit -> {
                assertThatThrownBy(() -> edit.replace("link/x", bytes("x"))).isInstanceOf(StoreAccessException.class);
                assertThatThrownBy(() -> edit.fresh("link/y", bytes("x"))).isInstanceOf(StoreAccessException.class);
                assertThatThrownBy(() -> edit.delete("link/x")).isInstanceOf(StoreAccessException.class);
                edit.delete("link");
                edit.replace("meta", bytes("two"));
                edit.commit("change");
                return true;
            });
            assertThat(store.generation()).isEqualTo(same.generation()).isNotZero();
            assertThat(store.beside()).isEqualTo(same.beside());
            assertThat(outside.resolve("x")).hasContent("secret");
            store.remove();
        }
        assertThat(beside()).containsExactly("outside");
    }

    @Test
    @DisplayName("after a commit that could not be put in place the same edit refuses more, so the commit is not lost")
    void nothingMoreAfterFailure() throws IOException {
        try (StoreAccess store = FailingDisk.store(place, FailingDisk.afterCommit())) {
            store.writing(edit -> {
                edit.replace("meta", bytes("two"));
                assertThatThrownBy(() -> edit.commit("first")).isInstanceOf(WriteFailedException.class);
                assertThatThrownBy(() -> edit.replace("meta", bytes("three")))
                        .isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> edit.commit("second")).isInstanceOf(IllegalStateException.class);
                return true;
            });
        }
        assertThat(meta()).isEqualTo("two");
    }

    @Test
    @DisplayName("a file that is replaced, and a store that is written anew, keep their permissions")
    @DisabledOnOs(OS.WINDOWS)
    void permissions() throws IOException {
        Set<PosixFilePermission> shared = PosixFilePermissions.fromString("rw-rw----");
        Files.setPosixFilePermissions(place.resolve("meta"), shared);
        leave();
        assertThat(meta()).isEqualTo("two");
        assertThat(Files.getPosixFilePermissions(place.resolve("meta"))).isEqualTo(shared);
        Files.writeString(file, "one");
        Files.setPosixFilePermissions(file, shared);
        try (StoreAccess store = Stores.open(file)) {
            store.writing(edit -> {
                Files.writeString(store.beside(), "two");
                edit.adopt("");
                edit.commit("rewrite");
                return true;
            });
            assertThat(text(store, "")).isEqualTo("two");
        }
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(shared);
    }

    @Test
    @DisplayName("what writers that died left beside is taken away by the next writer")
    void leftovers() throws IOException {
        for (String name : List.of("rewrite", "trash", "journal", "new")) {
            Files.writeString(folder.resolve(".a.zarr.atomflux-" + name), "left");
        }
        try (StoreAccess store = Stores.open(place)) {
            text(store, "meta");
            assertThat(beside()).hasSize(6);
            store.writing(edit -> true);
        }
        assertThat(beside()).containsExactly("a.zarr", "a.zarr.lock");
    }
}
