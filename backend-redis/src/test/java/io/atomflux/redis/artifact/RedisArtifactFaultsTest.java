package io.atomflux.redis.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.redis.RedisServers;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.Location;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.net.Cut;
import io.atomflux.testkit.net.Fault;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.When;
import io.atomflux.value.Bytes;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The script that is hit moves on from run to run until one run sends fewer, so each of them was; in one of the ways by
 * turns, in each of them with {@code -Datomflux.proof=true}.
 */
@Timeout(120)
@DisplayName("Artifacts in Redis behind a network that fails")
class RedisArtifactFaultsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SIZE = RedisFiles.PART_BYTES + 10;

    private final Places direct = new Places(RedisServers.single()).next();
    private final RedisClient client = RedisClient.create(RedisServers.single());
    private final StatefulRedisConnection<String, String> plain = client.connect();
    private FaultProxy proxy;
    private ArtifactStorage storage;
    private ArtifactStorage other;
    private int runs;

    /** What happens to the script that is hit. */
    enum Way {
        RESET,
        ENDED,
        CUT_WITHIN,
        LATE;

        Fault on(FaultProxy proxy, When script) {
            return switch (this) {
                case RESET -> proxy.loseReply(script, Cut.RST);
                case ENDED -> proxy.loseReply(script, Cut.FIN);
                case CUT_WITHIN -> proxy.cutReply(script, 2, Cut.RST);
                case LATE -> proxy.lateRequest(script, Duration.ofMillis(30), Cut.RST);
            };
        }
    }

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @BeforeEach
    void open() {
        RedisURI server = RedisURI.create(RedisServers.single());
        proxy = FaultProxy.to(server.getHost(), server.getPort(), Framing.RESP);
        storage = new RedisArtifactProvider()
                .open(Location.parse("redis://" + proxy.host() + ":" + proxy.port()), direct.options());
        other = direct.storage();
    }

    @AfterEach
    void close() {
        storage.close().block(PATIENCE);
        other.close().block(PATIENCE);
        plain.close();
        client.shutdown();
        proxy.close();
    }

    private static <T> T get(Mono<T> call) {
        return call.blockOptional(PATIENCE).orElseThrow();
    }

    /** Runs it until the fault finds no script to hit; the first time without any, so that the server knows the scripts. */
    private void atEachScript(Runnable run) throws Exception {
        run.run();
        List<Way> ways = List.of(Way.values());
        for (int turn = 0; turn < (Boolean.getBoolean("atomflux.proof") ? ways.size() : 1); turn++) {
            boolean hit = true;
            for (int script = 1; hit; script++) {
                Fault fault = ways.get((script + turn) % ways.size())
                        .on(proxy, When.nth(script).command("EVALSHA"));
                runs++;
                run.run();
                proxy.awaitNoneHeld(PATIENCE);
                hit = fault.fired() == 1;
                fault.remove();
            }
        }
    }

    private StoredRecord record(String key, String revision, Optional<String> set) {
        return new StoredRecord(
                key, revision, Optional.of("i"), List.of(Term.ofNumber("t", 3)), Bytes.ofText("{}"), set);
    }

    private String written() {
        String set = get(storage.files().begin());
        assertThat(get(storage.files().write(set, "f", Flux.just(ByteBuffer.wrap(new byte[SIZE])))))
                .isEqualTo(SIZE);
        storage.files().seal(set).block(PATIENCE);
        return set;
    }

    private CommitOutcome commit(RecordChange change) {
        return get(storage.commit(change));
    }

    private long swept() {
        return get(other.sweep(Duration.ZERO)).sets();
    }

    private long parts() {
        return plain.sync().keys("*{" + direct.group() + "}:part:*").size();
    }

    @Test
    @DisplayName(
            "put, replaced, renamed, deleted: each is made once and says so, whichever script is hit; nothing is left")
    void changes() throws Exception {
        atEachScript(() -> {
            String first = written();
            assertThat(commit(new RecordChange.Put(record("k", "1", Optional.of(first)), Optional.empty())))
                    .isEqualTo(CommitOutcome.APPLIED);
            String second = written();
            assertThat(commit(new RecordChange.Put(record("k", "2", Optional.of(second)), Optional.of("1"))))
                    .isEqualTo(CommitOutcome.APPLIED);
            assertThat(commit(new RecordChange.Put(record("k", "x", Optional.empty()), Optional.of("1"))))
                    .isEqualTo(CommitOutcome.CHANGED);
            StoredRecord moved = record("m", "3", Optional.of(second));
            assertThat(commit(new RecordChange.Rename(moved, "k", "2"))).isEqualTo(CommitOutcome.APPLIED);
            assertThat(get(other.load("m"))).isEqualTo(moved);
            assertThat(other.load("k").blockOptional(PATIENCE)).isEmpty();
            assertThat(swept()).as("the replaced set").isEqualTo(1);
            assertThat(parts()).isEqualTo(2);
            assertThat(commit(new RecordChange.Delete("m", "3"))).isEqualTo(CommitOutcome.APPLIED);
            assertThat(swept()).as("the deleted set").isEqualTo(1);
            assertThat(parts()).isZero();
        });
        assertThat(runs).as("runs").isGreaterThan(15);
    }

    @Test
    @DisplayName("a sweep frees everything and counts it once, also what was begun and discarded")
    void sweeps() throws Exception {
        atEachScript(() -> {
            written();
            String discarded = written();
            storage.files().discard(discarded).block(PATIENCE);
            assertThat(get(storage.files().list(discarded))).isEmpty();
            SweepReport report = get(storage.sweep(Duration.ZERO));
            assertThat(report.bytes()).as("%s", report).isEqualTo(SIZE);
            assertThat(parts()).isZero();
        });
        assertThat(runs).as("runs").isGreaterThan(10);
    }

    @Test
    @DisplayName("reads ask again: records, listings, lookups, files and their parts")
    void reads() throws Exception {
        StoredRecord record = record("k", "1", Optional.of(written()));
        commit(new RecordChange.Put(record, Optional.empty()));
        String set = record.fileSet().orElseThrow();
        atEachScript(() -> {
            assertThat(get(storage.load("k"))).isEqualTo(record);
            assertThat(get(storage.loadByIdentity("i"))).isEqualTo(record);
            assertThat(get(storage.list("", "").collectList())).containsExactly(record);
            assertThat(get(storage.lookup(List.of(TermRange.between("t", 2, 4))).collectList()))
                    .containsExactly(record);
            assertThat(get(storage.files().list(set))).hasSize(1);
            assertThat(get(storage.files()
                            .read(set, "f", 0, Long.MAX_VALUE)
                            .map(ByteBuffer::remaining)
                            .reduce(0, Integer::sum)))
                    .isEqualTo(SIZE);
        });
        assertThat(runs).as("runs").isGreaterThan(8);
    }

    @Test
    @DisplayName("a lock is taken once, is held against others, and is free at once after its release")
    void locks() throws Exception {
        atEachScript(() -> {
            LeaseLock.Lease mine = get(storage.locks().acquire("l", PATIENCE));
            assertThat(other.locks()
                            .acquire("l", Duration.ZERO)
                            .map(lease -> "taken")
                            .onErrorReturn("busy")
                            .block(PATIENCE))
                    .isEqualTo("busy");
            mine.release().block(PATIENCE);
            LeaseLock.Lease theirs = get(other.locks().acquire("l", Duration.ZERO));
            assertThat(theirs.token()).isEqualTo(mine.token() + 1);
            theirs.release().block(PATIENCE);
        });
        assertThat(runs).as("runs").isGreaterThan(2);
    }
}
