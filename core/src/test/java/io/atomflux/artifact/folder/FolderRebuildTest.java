package io.atomflux.artifact.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Making a damaged index anew. */
@Timeout(60)
class FolderRebuildTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int WITH_FILES = 60;
    private static final int WITHOUT = 60;

    @TempDir
    Path temporary;

    private Path place;
    private String id;
    private List<StoredRecord> all;

    private static StoredRecord record(String key, int number, Optional<String> set) {
        return new StoredRecord(
                key,
                "%032x".formatted(number),
                Optional.of("identity of " + key),
                List.of(Term.ofNumber("number", number)),
                Bytes.ofText("{\"number\":" + number + ",\"text\":\"" + "é".repeat(100) + "\"}"),
                set);
    }

    private static void put(ArtifactStorage storage, String key, int number, boolean files) {
        Optional<String> set = Optional.empty();
        if (files) {
            String begun = storage.files().begin().block(PATIENCE);
            storage.files()
                    .write(begun, "x", Flux.just(ByteBuffer.wrap(new byte[] {(byte) number})))
                    .block(PATIENCE);
            storage.files().seal(begun).block(PATIENCE);
            set = Optional.of(begun);
        }
        Optional<String> stands = storage.load(key).map(StoredRecord::revision).blockOptional(PATIENCE);
        assertThat(storage.commit(new RecordChange.Put(record(key, number, set), stands))
                        .block(PATIENCE))
                .isEqualTo(CommitOutcome.APPLIED);
    }

    @BeforeEach
    void fill() {
        place = temporary.resolve("store");
        ArtifactStorage storage = StoringProcess.open(place);
        id = storage.id().block(PATIENCE);
        for (int i = 0; i < WITHOUT; i++) {
            put(storage, "plain/" + i, 1000 + i, false);
        }
        for (int i = 0; i < WITH_FILES; i++) {
            put(storage, "files/" + i, i, true);
        }
        all = storage.list("", "").collectList().block(PATIENCE);
        storage.close().block(PATIENCE);
    }

    private List<Path> index(String suffix) throws IOException {
        try (Stream<Path> paths = Files.list(place.resolve("index"))) {
            return paths.filter(path -> path.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private void check(List<StoredRecord> expected) {
        ArtifactStorage storage = StoringProcess.open(place);
        assertThat(storage.id().block(PATIENCE)).isEqualTo(id);
        assertThat(storage.list("", "").collectList().block(PATIENCE)).containsExactlyElementsOf(expected);
        for (StoredRecord record : expected) {
            assertThat(storage.loadByIdentity("identity of " + record.key()).block(PATIENCE))
                    .isEqualTo(record);
        }
        assertThat(storage.lookup(List.of(TermRange.between("number", 10, 19)))
                        .collectList()
                        .block(PATIENCE))
                .hasSize(10);
        put(storage, "files/1", 5000, true);
        for (int i = 0; i < 3; i++) {
            storage.sweep(Duration.ZERO).block(PATIENCE);
        }
        for (StoredRecord record : storage.list("files", "").collectList().block(PATIENCE)) {
            assertThat(storage.files()
                            .read(record.fileSet().orElseThrow(), "x", 0, 10)
                            .blockLast(PATIENCE)
                            .remaining())
                    .isEqualTo(1);
        }
        storage.close().block(PATIENCE);
    }

    private List<StoredRecord> withFiles() {
        return all.stream().filter(record -> record.fileSet().isPresent()).toList();
    }

    @Test
    @DisplayName("rebuilding an index that is whole changes nothing, and tells no problem")
    void whole() {
        FolderRebuild.Report report = FolderRebuild.rebuild(place).block(PATIENCE);
        assertThat(report.problems()).isEmpty();
        assertThat(report.records()).isEqualTo(all.size());
        check(all);
    }

    @Test
    @DisplayName("I11 a damaged CURRENT loses nothing")
    void current() throws IOException {
        Path current = place.resolve("index").resolve(Current.FILE);
        Files.write(current, new byte[0]);
        assertThatThrownBy(() -> StoringProcess.open(place).load("files/1").block(PATIENCE))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("rebuild");
        FolderRebuild.Report report = FolderRebuild.rebuild(place).block(PATIENCE);
        assertThat(report.problems()).hasSize(1);
        check(all);
    }

    @Test
    @DisplayName("an index that is gone is made again from the records beside the files")
    void gone() throws IOException {
        try (Stream<Path> files = Files.list(place.resolve("index"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        FolderRebuild.Report report = FolderRebuild.rebuild(place).block(PATIENCE);
        assertThat(report.problems()).isNotEmpty();
        assertThat(report.records()).isEqualTo(WITH_FILES);
        check(withFiles());
    }

    @Test
    @DisplayName("damaged runs and logs lose at most artifacts without files, and what is left of them is kept beside")
    void damaged() throws IOException {
        List<Path> damaged = index(".run");
        assertThat(damaged).isNotEmpty();
        for (Path run : damaged) {
            byte[] bytes = Files.readAllBytes(run);
            bytes[bytes.length / 3] ^= 1;
            Files.write(run, bytes);
        }
        FolderRebuild.Report report = FolderRebuild.rebuild(place).block(PATIENCE);
        assertThat(report.problems())
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem).contains(".run"));
        assertThat(report.records()).isBetween((long) WITH_FILES, (long) all.size() - 1);
        ArtifactStorage storage = StoringProcess.open(place);
        assertThat(storage.list("files", "").collectList().block(PATIENCE)).containsExactlyElementsOf(withFiles());
        assertThat(storage.list("plain", "").collectList().block(PATIENCE)).allMatch(all::contains);
        storage.close().block(PATIENCE);
        try (Stream<Path> beside = Files.list(place)) {
            assertThat(beside.filter(path -> path.getFileName().toString().startsWith("index-damaged-")))
                    .hasSize(1);
        }
    }

    @Test
    @DisplayName("of two versions whose files are both there the one written last comes back")
    void newest() throws IOException {
        ArtifactStorage storage = StoringProcess.open(place);
        put(storage, "files/7", 7, true);
        all = storage.list("", "").collectList().block(PATIENCE);
        storage.close().block(PATIENCE);
        for (Path file : index("")) {
            Files.delete(file);
        }
        FolderRebuild.rebuild(place).block(PATIENCE);
        check(withFiles());
    }

    @Test
    @DisplayName("where there is no store, nothing is made")
    void nothing() {
        assertThatThrownBy(
                        () -> FolderRebuild.rebuild(temporary.resolve("none")).block(PATIENCE))
                .isInstanceOf(StoreNotFoundException.class);
        assertThat(temporary.resolve("none")).doesNotExist();
    }
}
