package io.atomflux.artifact.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Storages in memory as the store of {@code inMemory} uses them; the full contract is tested by the kit. */
class MemoryStorageTest {

    @Test
    @DisplayName(
            "a record with a file is put, found by key, identity and term, replaced, and what it replaced is swept")
    void keepsRecordsAndFiles() {
        ArtifactStorage storage = MemoryStorage.create("test");
        String set = storage.files().begin().block();
        storage.files()
                .write(set, "a/b", Mono.just(ByteBuffer.wrap(new byte[100_000])))
                .block();
        storage.files().seal(set).block();
        StoredRecord record = new StoredRecord(
                "k/1",
                "r1",
                Optional.of("same"),
                List.of(Term.ofNumber("t", 300), Term.ofText("s", "water")),
                Bytes.ofText("{}"),
                Optional.of(set));
        assertThat(storage.commit(new RecordChange.Put(record, Optional.empty()))
                        .block())
                .isEqualTo(CommitOutcome.APPLIED);
        assertThat(storage.load("k/1").block()).isEqualTo(record);
        assertThat(storage.loadByIdentity("same").block()).isEqualTo(record);
        assertThat(storage.list("k/", "").collectList().block()).containsExactly(record);
        assertThat(storage.lookup(List.of(TermRange.between("t", 299, 301), TermRange.beginning("s", "wa")))
                        .collectList()
                        .block())
                .containsExactly(record);
        assertThat(storage.lookup(List.of(TermRange.between("t", 301, 400)))
                        .collectList()
                        .block())
                .isEmpty();
        assertThat(storage.files().list(set).block().get(0).size()).isEqualTo(100_000);
        assertThat(storage.commit(new RecordChange.Delete("k/1", "r1")).block()).isEqualTo(CommitOutcome.APPLIED);
        assertThat(storage.sweep(Duration.ofHours(1)).block().sets()).isZero();
        assertThat(storage.sweep(Duration.ZERO).block().sets()).isEqualTo(1);
        assertThat(storage.files().list(set).block()).isEmpty();
    }

    @Test
    @DisplayName("a lock is held by one at a time, with tokens that grow")
    void locks() {
        ArtifactStorage storage = MemoryStorage.create("test");
        var first = storage.locks().acquire("x", Duration.ZERO).block();
        var waiting = storage.locks().acquire("x", Duration.ofSeconds(10)).toFuture();
        assertThat(waiting).isNotDone();
        first.release().block();
        assertThat(waiting.join().token()).isGreaterThan(first.token());
        waiting.join().release().block();
    }
}
