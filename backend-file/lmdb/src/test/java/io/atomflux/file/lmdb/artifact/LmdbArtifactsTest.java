package io.atomflux.file.lmdb.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.lmdb.OpenEnvironments;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** What is particular to artifacts in LMDB. */
@Timeout(60)
class LmdbArtifactsTest {

    @TempDir
    Path folder;

    private ArtifactStorage open(String name) {
        return new LmdbArtifacts().open(Location.of(folder.resolve(name)), OpenOptions.none());
    }

    private static StoredRecord record(String key, Optional<String> set) {
        return new StoredRecord(key, "revision of " + key, Optional.empty(), List.of(), Bytes.ofText("{}"), set);
    }

    @Test
    @DisplayName("a store of rows, any other folder and a file are refused by name, and stay as they are")
    void refusesOthers() throws Exception {
        Path rows = Files.createDirectories(folder.resolve("rows.lmdb/default"));
        Files.writeString(rows.resolve("data.mdb"), "rows");
        Files.writeString(Files.createDirectories(folder.resolve("other.lmdb")).resolve("notes.txt"), "mine");
        Files.writeString(folder.resolve("file.lmdb"), "mine");
        for (String name : List.of("rows.lmdb", "other.lmdb", "file.lmdb")) {
            ArtifactStorage storage = open(name);
            assertThatThrownBy(() -> storage.load("a").block())
                    .isInstanceOf(ForeignDataException.class)
                    .hasMessageContaining(name.equals("rows.lmdb") ? "a store of rows in LMDB" : "found");
            assertThatThrownBy(() -> storage.commit(
                                    new RecordChange.Put(record("a", Optional.empty()), Optional.empty()))
                            .block())
                    .isInstanceOf(ForeignDataException.class);
            storage.close().block();
        }
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(3);
        }
    }

    @Test
    @DisplayName("what was written is there after closing and opening anew, and nothing stays open")
    void reopens() {
        ArtifactStorage storage = open("a.lmdb");
        String set = storage.files().begin().block();
        storage.files()
                .write(set, "f", Flux.just(ByteBuffer.wrap(new byte[3 << 20])))
                .block();
        storage.files().seal(set).block();
        StoredRecord record = record("k", Optional.of(set));
        assertThat(storage.commit(new RecordChange.Put(record, Optional.empty()))
                        .block())
                .isEqualTo(CommitOutcome.APPLIED);
        storage.close().block();
        storage.close().block();
        assertThat(OpenEnvironments.count()).isZero();
        assertThatThrownBy(() -> storage.load("k").block()).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(
                        () -> storage.commit(new RecordChange.Delete("k", "x")).block())
                .isInstanceOf(StoreClosedException.class);
        ArtifactStorage again = new LmdbArtifacts()
                .open(Location.of(folder.resolve("a.lmdb")), OpenOptions.none().withReadOnly());
        assertThat(again.load("k").block()).isEqualTo(record);
        assertThat(again.files()
                        .read(set, "f", 0, Long.MAX_VALUE)
                        .map(ByteBuffer::remaining)
                        .reduce(0, Integer::sum)
                        .block())
                .isEqualTo(3 << 20);
        assertThatThrownBy(() -> again.commit(new RecordChange.Delete("k", record.revision()))
                        .block())
                .isInstanceOf(ReadOnlyStoreException.class);
        again.close().block();
        assertThat(OpenEnvironments.count()).isZero();
    }

    @Test
    @DisplayName("space of removed files is used again")
    void usesSpaceAgain() throws Exception {
        ArtifactStorage storage = open("a.lmdb");
        byte[] content = new byte[2 << 20];
        for (int i = 0; i < 30; i++) {
            String set = storage.files().begin().block();
            storage.files().write(set, "f", Flux.just(ByteBuffer.wrap(content))).block();
            storage.files().discard(set).block();
            storage.sweep(Duration.ZERO).block();
        }
        assertThat(Files.size(folder.resolve("a.lmdb/artifacts.mdb"))).isLessThan(12 << 20);
        storage.close().block();
    }

    @Test
    @DisplayName("a store that was deleted from outside is seen to be gone")
    void deletedFromOutside() throws Exception {
        ArtifactStorage storage = open("a.lmdb");
        storage.commit(new RecordChange.Put(record("k", Optional.empty()), Optional.empty()))
                .block();
        Files.delete(folder.resolve("a.lmdb/artifacts.mdb"));
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (storage.load("k").blockOptional().isPresent()) { // it looks ten times a second
            assertThat(System.nanoTime()).isLessThan(until);
        }
        storage.close().block();
    }

    @Test
    @DisplayName(
            "options that are unknown or out of range are refused at the call; a missing place for reading is an error")
    void options() {
        LmdbArtifacts provider = new LmdbArtifacts();
        Location location = Location.of(folder.resolve("a.lmdb"));
        for (String option : List.of("mapsize=1G", "map_size=1", "sync=maybe")) {
            String[] parts = option.split("=");
            assertThatThrownBy(() -> provider.open(location, OpenOptions.none().with(parts[0], parts[1])))
                    .isInstanceOf(InvalidOptionException.class)
                    .hasMessageContaining(parts[0]);
        }
        ArtifactStorage missing = provider.open(location, OpenOptions.ofReadOnly());
        assertThatThrownBy(() -> missing.id().block()).isInstanceOf(StoreNotFoundException.class);
        assertThat(folder.resolve("a.lmdb")).doesNotExist();
        missing.close().block();
    }
}
