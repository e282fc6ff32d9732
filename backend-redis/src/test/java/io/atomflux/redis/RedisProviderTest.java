package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.Row;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Opening stores in Redis")
class RedisProviderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    private static String uri(String kind) {
        return kind.equals("single") ? RedisServers.single() : RedisServers.cluster();
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "cluster"})
    @DisplayName("by location: rows are written, read by another handle, listed as a group, and nothing stays open")
    void byLocation(String kind) {
        int before = RedisClients.open();
        String group = "water 水 " + UUID.randomUUID();
        ObjectIO store = ObjectIO.open(uri(kind), OpenOptions.ofGroup(group));
        ObjectIO other = ObjectIO.open(uri(kind), OpenOptions.ofGroup(group).withReadOnly());
        assertThat(store.groups().collectList().block(PATIENCE)).doesNotContain(group);

        assertThat(store.extend(List.of(Row.of("a", 1), Row.of("a", 2))).block(PATIENCE))
                .isEqualTo(2);

        assertThat(other.get(1).block(PATIENCE)).isEqualTo(Row.of("a", 2));
        assertThat(store.groups().collectList().block(PATIENCE)).contains(group).isSorted();
        assertThatThrownBy(() -> other.append(Row.of("a", 3)).block(PATIENCE))
                .isInstanceOf(ReadOnlyStoreException.class);
        store.clear().block(PATIENCE);
        assertThat(store.groups().collectList().block(PATIENCE)).contains(group);
        store.remove().block(PATIENCE);
        assertThat(other.groups().collectList().block(PATIENCE)).doesNotContain(group);
        store.close().block(PATIENCE);
        other.close().block(PATIENCE);
        assertThat(RedisClients.open()).isEqualTo(before);
    }

    @Test
    @DisplayName("does no I/O, and says on subscription that nobody is there, credentials hidden")
    void opensWithoutInput() {
        ObjectIO store = ObjectIO.open("redis://:secret@127.0.0.1:" + RedisServers.freePort());
        assertThatThrownBy(() -> store.size().block(PATIENCE))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("redis://<hidden>@127.0.0.1")
                .hasMessageNotContaining("secret");
        store.close().block(PATIENCE);
    }

    @Test
    @DisplayName("refuses unknown options, names that scatter keys, clients of the other kind, at the call")
    void refusals() {
        int before = RedisClients.open();
        assertThatThrownBy(() -> ObjectIO.open("redis://127.0.0.1?timeout=5"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("timeout is unknown");
        assertThatThrownBy(() -> ObjectIO.open("redis-cluster://127.0.0.1", OpenOptions.ofGroup("}x")))
                .isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> ObjectIO.open("redis://127.0.0.1", OpenOptions.ofGroup("a:b")))
                .isInstanceOf(InvalidNameException.class);
        RedisClient yours = RedisClient.create();
        try {
            assertThatThrownBy(() -> ObjectIO.open(
                            "redis-cluster://127.0.0.1",
                            OpenOptions.none()
                                    .with(RedisOptions.builder().client(yours).build())))
                    .isInstanceOf(InvalidOptionException.class)
                    .hasMessageContaining("RedisClusterClient");
        } finally {
            yours.shutdown();
        }
        assertThat(RedisClients.open()).isEqualTo(before);
    }
}
