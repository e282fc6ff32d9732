package io.atomflux.redis.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.redis.RedisServers;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

@Timeout(60)
@DisplayName("Artifacts on a Redis cluster, in short")
class RedisClusterArtifactsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    @DisplayName("stores on several nodes keep records, files of several parts and locks, each store on one node")
    void worksOnClusters() {
        for (int store = 0; store < 6; store++) { // some are on each of the three nodes
            ArtifactStorage storage = new Places(RedisServers.cluster()).next().storage();
            String set = storage.files().begin().block(PATIENCE);
            int size = 2 * RedisFiles.PART_BYTES + 5;
            storage.files()
                    .write(set, "f", Flux.just(ByteBuffer.wrap(new byte[size])))
                    .block(PATIENCE);
            storage.files().seal(set).block(PATIENCE);
            StoredRecord record = new StoredRecord(
                    "a/b",
                    "r1",
                    Optional.of("i"),
                    List.of(Term.ofNumber("t", 3)),
                    Bytes.ofText("{}"),
                    Optional.of(set));
            assertThat(storage.commit(new RecordChange.Put(record, Optional.empty()))
                            .block(PATIENCE))
                    .isEqualTo(CommitOutcome.APPLIED);
            assertThat(storage.lookup(List.of(TermRange.between("t", 2, 4)))
                            .collectList()
                            .block(PATIENCE))
                    .containsExactly(record);
            assertThat(storage.files()
                            .read(set, "f", 0, Long.MAX_VALUE)
                            .map(ByteBuffer::remaining)
                            .reduce(0, Integer::sum)
                            .block(PATIENCE))
                    .isEqualTo(size);
            LeaseLock.Lease lease = storage.locks().acquire("l", PATIENCE).block(PATIENCE);
            lease.release().block(PATIENCE);
            assertThat(storage.commit(new RecordChange.Delete("a/b", "r1")).block(PATIENCE))
                    .isEqualTo(CommitOutcome.APPLIED);
            assertThat(storage.sweep(Duration.ZERO).block(PATIENCE).bytes()).isEqualTo(size);
            storage.close().block(PATIENCE);
        }
    }
}
