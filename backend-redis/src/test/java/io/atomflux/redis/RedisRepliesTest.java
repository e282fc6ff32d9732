package io.atomflux.redis;

import static io.atomflux.redis.Server.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Slice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@DisplayName("Lost replies and dead clients")
class RedisRepliesTest {

    private static final Limits STAGING = limits(Duration.ofSeconds(20));

    private final Server server = new Server();

    private static Limits limits(Duration deadline) {
        return new Limits(
                1 << 18, 1000, 300, 3, 4000, deadline, Duration.ofHours(1), Duration.ofDays(1), Duration.ofHours(1));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static List<BlobRow> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(Samples::blobRow).toList();
    }

    private static List<BlobRow> content(RedisRows rows) {
        List<BlobRow> all = new ArrayList<>();
        for (long i = 0, size = get(rows.size()); i < size; i++) {
            all.add(get(rows.get(i, Columns.ALL)));
        }
        return all;
    }

    @Test
    @DisplayName("each change is applied once whatever requests and replies are lost or come late")
    void appliesOnce() {
        int histories = Boolean.getBoolean("atomflux.proof") ? 40 : 4;
        for (int seed = 0; seed < histories; seed++) {
            LosingCommands losing = new LosingCommands(server.lease.commands(), seed, 40);
            RedisRows rows = server.open(losing, seed % 2 == 0 ? Limits.DEFAULT : STAGING);
            SplittableRandom random = new SplittableRandom(seed);
            List<BlobRow> model = content(rows);
            for (int step = 0; step < 60; step++) {
                Write<BlobRow> write = write(random, model.size());
                model = write.applyTo(model, BlobRow.reserved(), "model");
                assertThat(get(rows.apply(write)))
                        .as("%s, step %d, seed %d", write.operation(), step, seed)
                        .isEqualTo(model.size());
            }
            assertThat(content(rows)).as("seed %d", seed).isEqualTo(model);
            losing.deliver().block();
            assertThat(losing.lost()).isGreaterThan(20);
            assertThat(content(rows)).as("after late copies, seed %d", seed).isEqualTo(model);
            assertThat(rows.verify().collectList().block()).isEmpty();
            assertThat(server.run("EXISTS", server.key(":atomflux:open"))).isEqualTo(0L);
        }
    }

    private static Write<BlobRow> write(SplittableRandom random, int size) {
        int some = random.nextInt(1, 6);
        List<BlobRow> given = rows(random.nextInt(1000), 2000).subList(0, some);
        if (size < some + 2) {
            return new Write.Append<>(given);
        }
        long[] where = random.longs(some, -size, size).distinct().toArray();
        Selection picked = Selection.ALL.pick(where);
        return switch (random.nextInt(8)) {
            case 0 -> new Write.Insert<>(random.nextInt(-size, size), given);
            case 1 -> new Write.Put<>(picked, given.subList(0, where.length), Optional.empty());
            case 2 -> new Write.Update<>(picked, given.subList(0, where.length), Optional.empty());
            case 3 -> new Write.Delete<>(picked, Optional.empty());
            case 4 -> new Write.Delete<>(Selection.ALL.slice(Slice.parse("::3")), Optional.empty());
            case 5 -> new Write.Reserve<>(2);
            case 6 -> random.nextInt(5) == 0 ? new Write.Clear<>() : new Write.Append<>(given);
            default -> new Write.Append<>(given);
        };
    }

    @Test
    @DisplayName("a change whose condition failed stays refused when its first copy comes late")
    void refusalsStand() {
        LosingCommands losing = new LosingCommands(server.lease.commands(), 3, 60);
        RedisRows rows = server.open(losing, Limits.DEFAULT);
        RedisRows other = server.open();
        get(rows.apply(new Write.Append<>(rows(0, 2))));
        for (int round = 0; round < 15; round++) {
            var seen = get(other.getVersioned(0));
            get(other.apply(new Write.Put<>(Selection.at(0), rows(100 + round, 101 + round), Optional.empty())));
            Mono<Long> stale =
                    rows.apply(new Write.Put<>(Selection.at(0), rows(500, 501), Optional.of(seen.version())));
            AtomfluxException refusal = catchThrowableOfType(AtomfluxException.class, () -> get(stale));
            assertThat(refusal.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            get(other.apply(new Write.Put<>(Selection.at(0), List.of(seen.row()), Optional.empty())));
            losing.deliver().block(); // the version is the expected one again
            assertThat(get(other.get(0, Columns.ALL))).isEqualTo(seen.row());
        }
    }

    @Test
    @DisplayName("no answer until the deadline is an unknown outcome, and the next change goes on")
    void unknownOutcome() {
        boolean[] deaf = {false};
        Commands real = server.lease.commands();
        RedisRows rows = server.open(new Deaf(real, deaf), limits(Duration.ofMillis(200)));
        get(rows.apply(new Write.Append<>(rows(0, 1))));
        deaf[0] = true;
        WriteFailedException failure =
                catchThrowableOfType(WriteFailedException.class, () -> get(rows.apply(new Write.Append<>(rows(1, 2)))));
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(failure.retryable()).isFalse();
        deaf[0] = false;
        get(rows.apply(new Write.Append<>(rows(2, 3))));
        assertThat(content(rows)).isEqualTo(List.of(Samples.blobRow(0), Samples.blobRow(1), Samples.blobRow(2)));
    }

    /** Loses every reply of a script that writes, if asked to. */
    private record Deaf(Commands real, boolean[] deaf) implements Commands {
        @Override
        public Mono<Object> eval(Script script, List<byte[]> keys, List<byte[]> arguments) {
            Mono<Object> once = real.eval(script, keys, arguments);
            return Mono.defer(() -> deaf[0] && script.writes() ? once.then(Mono.error(new Unanswered(null))) : once);
        }

        @Override
        public Mono<Object> call(byte[] key, Command command, List<byte[]> arguments) {
            return real.call(key, command, arguments);
        }

        @Override
        public Flux<byte[]> scan(String pattern) {
            return real.scan(pattern);
        }

        @Override
        public Mono<String> setting(String name) {
            return real.setting(name);
        }
    }

    @Test
    @DisplayName("what a dead client staged is swept, and its late copies do nothing")
    void sweepsTheDead() {
        Commands real = server.lease.commands();
        List<Mono<Object>> kept = new ArrayList<>();
        Recording recording = new Recording(real, kept);
        RedisRows dead = server.open(recording, STAGING);
        get(dead.apply(new Write.Append<>(rows(0, 1))));
        recording.stopAfter("stage");
        var running = dead.apply(new Write.Append<>(rows(10, 40))).subscribe(size -> {}, failure -> {});
        recording.stopped.block(Duration.ofSeconds(30));
        assertThat(server.keys()).anyMatch(key -> key.endsWith(":row:1"));
        assertThat(get(dead.verify().collectList().defaultIfEmpty(List.of()))).isEmpty();

        Upkeep upkeep = new Upkeep(real, server.layout, STAGING);
        assertThat(get(upkeep.sweep(Duration.ofMinutes(1), Duration.ofDays(1)))).isEqualTo(1);
        assertThat(get(upkeep.sweep(Duration.ZERO, Duration.ofDays(1)))).isZero();
        List<String> after = server.keys();
        assertThat(after.stream().filter(key -> key.contains(":row:"))).containsExactly(server.key(":row:0"));

        Flux.concat(kept).then().block(Duration.ofSeconds(30)); // every script of the dead client once more
        recording.goOn();
        assertThat(content(dead)).isEqualTo(rows(0, 1));
        assertThat(server.keys().stream().filter(key -> key.contains(":row:"))).containsExactly(server.key(":row:0"));
        running.dispose();
    }
}
