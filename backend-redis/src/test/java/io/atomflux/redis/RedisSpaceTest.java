package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.redis.RedisSpace.Routine;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(60)
@DisplayName("A space in Redis")
class RedisSpaceTest {

    private static final Routine COUNT = Routine.writing(RedisSpaceTest.class, "count");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Server server = new Server();
    private final List<RedisSpace> opened = new ArrayList<>();
    private LosingCommands losing;

    @BeforeEach
    void lose() {
        losing = new LosingCommands(server.lease.commands(), 7, 40);
    }

    @AfterEach
    void close() {
        opened.forEach(space -> space.close().block(PATIENCE));
        server.close();
    }

    private RedisSpace space(Commands commands, Duration deadline) {
        RedisSpace space =
                new RedisSpace(commands, "redis " + server.group, server.group + ":", deadline, Mono.empty());
        opened.add(space);
        return space;
    }

    private static Mono<Long> count(RedisSpace space) {
        return space.apply(COUNT, List.of(space.key("count")), List.of()).map(Long::parseLong);
    }

    private long counted() {
        return Long.parseLong(Layout.text(server.run("GET", server.key(":count"))));
    }

    @Test
    @DisplayName(
            "each change is made once and its true answer found, whatever is lost or comes late, for many callers at once")
    void appliedOnce() {
        RedisSpace space = space(losing, Duration.ofSeconds(20));
        List<Long> answers = Flux.range(0, 400)
                .flatMap(i -> count(space), 16)
                .collectSortedList()
                .block(PATIENCE);
        losing.deliver().block(PATIENCE);
        assertThat(answers).hasSize(400).doesNotHaveDuplicates();
        assertThat(answers.get(399)).isEqualTo(400);
        assertThat(counted()).isEqualTo(400);
        assertThat(losing.lost()).isGreaterThan(100);
    }

    @Test
    @DisplayName(
            "a change whose answer stays away until the deadline ends with an unknown outcome, and the next one is made")
    void unknownOutcome() {
        RedisSpace deaf = space(new LosingCommands(server.lease.commands(), 1, 100), Duration.ofMillis(50));
        assertThatThrownBy(() -> count(deaf).block(PATIENCE))
                .isInstanceOfSatisfying(
                        WriteFailedException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
        RedisSpace other = space(server.lease.commands(), Duration.ofSeconds(5));
        assertThat(count(other).block(PATIENCE)).isPositive();
    }

    @Test
    @DisplayName("a change goes on when its caller gives up, and closing waits for it")
    void detached() {
        RedisSpace space = space(losing, Duration.ofSeconds(20));
        count(space).block(PATIENCE);
        for (int i = 0; i < 20; i++) {
            count(space).subscribe().dispose();
        }
        space.close().block(PATIENCE);
        assertThat(counted()).isEqualTo(21);
        assertThatThrownBy(() -> count(space).block(PATIENCE)).isInstanceOf(StoreClosedException.class);
    }

    @Test
    @DisplayName("a client that the server forgot registers anew; closing leaves no client behind")
    void clients() {
        RedisSpace space = space(server.lease.commands(), Duration.ofSeconds(5));
        assertThat(count(space).block(PATIENCE)).isEqualTo(1);
        String client = server.keys().stream()
                .filter(key -> key.contains("client:"))
                .findFirst()
                .orElseThrow();
        server.run("DEL", client);
        assertThat(count(space).block(PATIENCE)).isEqualTo(2);
        space.close().block(PATIENCE);
        assertThat(server.keys()).noneMatch(key -> key.contains("client:"));
    }

    @Test
    @DisplayName("clients that wrote nothing for a day are forgotten when another registers")
    void deadClients() {
        RedisSpace dead = space(server.lease.commands(), Duration.ofSeconds(5));
        count(dead).block(PATIENCE);
        String client = server.keys().stream()
                .filter(key -> key.contains("client:"))
                .findFirst()
                .orElseThrow();
        server.run(
                "HSET",
                client,
                "ms",
                System.currentTimeMillis() - Duration.ofDays(2).toMillis());
        count(space(server.lease.commands(), Duration.ofSeconds(5))).block(PATIENCE);
        assertThat(server.keys()).doesNotContain(client);
        assertThat(count(dead).block(PATIENCE)).as("lives after all").isEqualTo(3);
    }

    @Test
    @DisplayName("names and options are checked before anything is sent, and messages show no password")
    void checks() {
        Location location = Location.parse("redis://me:geheim@127.0.0.1:1/0");
        OpenOptions none = OpenOptions.none();
        assertThatThrownBy(() -> RedisSpace.of("kind/", location, none.with("time", "1"), "x"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("time");
        for (String bad : List.of("", "a/b", "a:b", "}", "..")) {
            assertThatThrownBy(() -> RedisSpace.of("kind/", location, none.withGroup(bad), "x"))
                    .as(bad)
                    .isInstanceOf(InvalidNameException.class);
        }
        RedisSpace space = RedisSpace.of("kind/", location, none.withGroup("g"), "x");
        opened.add(space);
        assertThat(space.name()).contains("127.0.0.1:1").contains("g").doesNotContain("geheim");
        assertThat(Layout.text(space.key("k"))).isEqualTo("kind/{g}:k");
        assertThatThrownBy(() -> count(space).block(PATIENCE)).hasMessageNotContaining("geheim");
    }
}
