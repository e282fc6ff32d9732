package io.atomflux.testkit.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

/** What the parts of {@link ArtifactStorageContract} share. */
@Timeout(120)
abstract class StorageFixture {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Duration HOUR = Duration.ofHours(1);

    final boolean proof = Boolean.getBoolean("atomflux.proof");
    private final List<ArtifactStorage> opened = new ArrayList<>();

    /** Opens an empty place that no other test has, where there may be no store yet; the kit closes it. */
    protected abstract ArtifactStorage openEmpty();

    /** Opens the place of the last {@link #openEmpty} once more, as another process would; the kit closes it. */
    protected abstract ArtifactStorage openAgain();

    /** Opens a place where nothing is for reading only; empty where a place always exists, as in memory. */
    protected abstract Optional<ArtifactStorage> openMissing();

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @AfterEach
    final void closeAll() {
        opened.forEach(storage -> storage.close().block(PATIENCE));
    }

    final ArtifactStorage empty() {
        ArtifactStorage storage = closedLater(openEmpty());
        storage.id().block(PATIENCE); // makes the store
        return storage;
    }

    final ArtifactStorage again() {
        return closedLater(openAgain());
    }

    final ArtifactStorage closedLater(ArtifactStorage storage) {
        opened.add(storage);
        return storage;
    }

    static StoredRecord record(String key, Term... terms) {
        return record(key, Optional.empty(), terms);
    }

    static StoredRecord record(String key, Optional<String> identity, Term... terms) {
        String revision = revision();
        return new StoredRecord(
                key,
                revision,
                identity,
                List.of(terms),
                Bytes.ofText("{\"of\": \"%s %s\"}".formatted(key, revision)),
                Optional.empty());
    }

    static String revision() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    static StoredRecord withFiles(StoredRecord record, String set) {
        return new StoredRecord(
                record.key(),
                record.revision(),
                record.identity(),
                record.terms(),
                record.manifest(),
                Optional.of(set));
    }

    static StoredRecord made(ArtifactStorage storage, StoredRecord record) {
        assertThat(put(storage, record, Optional.empty())).isEqualTo(CommitOutcome.APPLIED);
        return record;
    }

    static StoredRecord replaced(ArtifactStorage storage, StoredRecord old, StoredRecord record) {
        assertThat(put(storage, record, Optional.of(old.revision()))).isEqualTo(CommitOutcome.APPLIED);
        return record;
    }

    static CommitOutcome put(ArtifactStorage storage, StoredRecord record, Optional<String> expected) {
        return commit(storage, new RecordChange.Put(record, expected));
    }

    static CommitOutcome commit(ArtifactStorage storage, RecordChange change) {
        return Objects.requireNonNull(storage.commit(change).block(PATIENCE));
    }

    static Optional<StoredRecord> load(ArtifactStorage storage, String key) {
        return storage.load(key).blockOptional(PATIENCE);
    }

    static <T> List<T> all(Flux<T> flux) {
        return Objects.requireNonNull(flux.collectList().block(PATIENCE));
    }

    /** Writes a sealed set of one file. */
    static String set(ArtifactStorage storage, String file, byte[] content) {
        String set = Objects.requireNonNull(storage.files().begin().block(PATIENCE));
        storage.files().write(set, file, Flux.just(ByteBuffer.wrap(content))).block(PATIENCE);
        storage.files().seal(set).block(PATIENCE);
        return set;
    }

    static byte[] read(ArtifactStorage storage, String set, String file) {
        return read(storage, set, file, 0, Long.MAX_VALUE);
    }

    static byte[] read(ArtifactStorage storage, String set, String file, long offset, long length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        storage.files()
                .read(set, file, offset, length)
                .doOnNext(buffer -> {
                    byte[] bytes = new byte[buffer.remaining()];
                    buffer.get(bytes);
                    out.writeBytes(bytes);
                })
                .blockLast(PATIENCE);
        return out.toByteArray();
    }

    static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
