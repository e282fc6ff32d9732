package io.atomflux.redis;

import static io.atomflux.redis.TestCommands.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidNameException;
import io.atomflux.testkit.BlockHoundGuard;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Groups of a Redis")
class GroupsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Script PUSH = Scripts.of("return redis.call('RPUSH', KEYS[1], '0')", true);
    private static final Script HASH = Scripts.of("return redis.call('HSET', KEYS[1], 'f', '0')", true);

    private final String mark = UUID.randomUUID().toString();

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    private static void write(TestCommands commands, Script script, String key) {
        commands.get().eval(script, List.of(bytes(key)), List.of()).block(PATIENCE);
    }

    private List<String> listed(TestCommands commands, boolean braces) {
        return Groups.list(commands.get(), braces)
                .filter(group -> group.startsWith(mark))
                .collectList()
                .block(PATIENCE);
    }

    @Test
    @DisplayName("are what has a list of rows or was emptied, sorted, each once; look-alikes are left out")
    void single() {
        try (TestCommands commands = TestCommands.open(RedisServers.single())) {
            write(commands, PUSH, mark + "b水:sort_keys");
            write(commands, HASH, mark + "b水:atomflux:ctl");
            write(commands, PUSH, mark + "a:sort_keys");
            write(commands, HASH, mark + "emptied:atomflux:ctl");
            write(commands, HASH, mark + "hash:sort_keys");
            write(commands, PUSH, mark + "list:atomflux:ctl");
            write(commands, PUSH, mark + "c:d:sort_keys");
            write(commands, PUSH, mark + "notes");
            write(commands, HASH, mark + "a:row:1");

            assertThat(listed(commands, false)).containsExactly(mark + "a", mark + "b水", mark + "emptied");
        }
    }

    @Test
    @DisplayName("of a cluster are found on all its servers, shown without braces, and only those in braces")
    void cluster() {
        try (TestCommands commands = TestCommands.open(RedisServers.cluster())) {
            for (int i = 0; i < 9; i++) {
                write(commands, PUSH, "{" + mark + i + "}:sort_keys");
            }
            write(commands, PUSH, mark + "bare:sort_keys");

            assertThat(listed(commands, true))
                    .hasSize(9)
                    .isSorted()
                    .allSatisfy(group -> assertThat(group).doesNotContain("{"));
        }
    }

    @Test
    @DisplayName("may be named as any group, on a cluster not so that their keys are scattered")
    void names() {
        assertThat(Groups.accepted("}x", false)).isEqualTo("}x");
        assertThat(Groups.accepted("x}", true)).isEqualTo("x}");
        assertThatThrownBy(() -> Groups.accepted("}x", true)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> Groups.accepted("", true)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> Groups.accepted("a:b", false)).isInstanceOf(InvalidNameException.class);
    }
}
