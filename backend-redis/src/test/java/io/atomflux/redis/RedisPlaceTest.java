package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.redis.RedisPlace.Kind;
import io.atomflux.redis.RedisPlace.Node;
import io.atomflux.spi.Location;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Locations in Redis")
class RedisPlaceTest {

    private static RedisPlace place(String location) {
        return RedisPlace.of(Location.parse(location));
    }

    @Test
    @DisplayName("a server: host, port, database, user and password, each left out or not")
    void server() {
        assertThat(place("redis://db1"))
                .isEqualTo(new RedisPlace(Kind.SERVER, false, List.of(new Node("db1", 6379)), "", "", "", "", 0));
        assertThat(place("redis://db1:7000/3?timeout_ms=7"))
                .isEqualTo(new RedisPlace(Kind.SERVER, false, List.of(new Node("db1", 7000)), "", "", "", "", 3));
        assertThat(place("rediss://ada:s%2Fe%40c+r@[::1]:7000/0/"))
                .isEqualTo(
                        new RedisPlace(Kind.SERVER, true, List.of(new Node("::1", 7000)), "", "", "ada", "s/e@c+r", 0));
        assertThat(place("redis://:pw@db1").password()).isEqualTo("pw");
        assertThat(place("redis://pw@db1").password()).isEqualTo("pw");
        assertThat(place("redis://:p@w@db1").password()).isEqualTo("p@w");
    }

    @Test
    @DisplayName("a cluster names some of its servers, sentinels the primary they watch, a socket its path")
    void others() {
        assertThat(place("redis-cluster://a,b:7001,c:7002"))
                .isEqualTo(new RedisPlace(
                        Kind.CLUSTER,
                        false,
                        List.of(new Node("a", 6379), new Node("b", 7001), new Node("c", 7002)),
                        "",
                        "",
                        "",
                        "",
                        0));
        assertThat(place("rediss-cluster://:pw@a").encrypted()).isTrue();
        assertThat(place("redis-sentinel://:pw@a,b:7001/2#first"))
                .isEqualTo(new RedisPlace(
                        Kind.SENTINEL,
                        false,
                        List.of(new Node("a", 26379), new Node("b", 7001)),
                        "",
                        "first",
                        "",
                        "pw",
                        2));
        assertThat(place("redis-socket:///run/redis/redis.sock"))
                .isEqualTo(new RedisPlace(Kind.SOCKET, false, List.of(), "/run/redis/redis.sock", "", "", "", 0));
        assertThat(place("redis-socket://:pw@/run/redis.sock").password()).isEqualTo("pw");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://",
                "redis://:secret@",
                "redis://:secret@db1/train",
                "redis://:secret@db1/0/train",
                "redis://:secret@db1/-1",
                "redis://:secret@db1:port",
                "redis://:secret@a,b",
                "redis://:secret@db1#primary",
                "redis://:secret%zz@db1",
                "redis-cluster://:secret@a/1",
                "redis-cluster://:secret@a,",
                "redis-sentinel://:secret@a",
                "redis-socket://:secret@host/path",
                "redis-socket://",
            })
    @DisplayName("what is malformed is refused at the call, without showing a password")
    void malformed(String location) {
        assertThatThrownBy(() -> place(location))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("expected")
                .hasMessageNotContaining("secret");
    }

    @Test
    @DisplayName("neither a place nor what the driver makes of it shows the password")
    void hidden() {
        for (String location :
                List.of("redis://ada:secret@a", "redis-sentinel://:secret@a#p", "redis-cluster://:secret@a")) {
            RedisPlace place = place(location);
            assertThat(place.toString()).doesNotContain("secret");
            assertThat(place.uris(RedisOptions.defaults()).toString()).doesNotContain("secret");
        }
    }
}
