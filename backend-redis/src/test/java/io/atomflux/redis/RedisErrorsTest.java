package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreUnavailableException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Errors of Redis")
class RedisErrorsTest {

    static void isForeign(Throwable failure) {
        assertThat(failure).isInstanceOf(ForeignDataException.class).hasMessageContaining("redis");
        assertThat(((AtomfluxException) failure).retryable()).isFalse();
    }

    // as Redis 6.2 and 7.0 send them, the second of each pair from inside a script
    static Stream<Arguments> replies() {
        return Stream.of(
                Arguments.of("NOAUTH Authentication required.", StoreAccessException.class, false),
                Arguments.of(
                        "WRONGPASS invalid username-password pair or user is disabled.",
                        StoreAccessException.class,
                        false),
                Arguments.of("ERR invalid password", StoreAccessException.class, false),
                Arguments.of(
                        "ERR AUTH <password> called without any password configured for the default user. Are you sure your"
                                + " configuration is correct?",
                        StoreAccessException.class,
                        false),
                Arguments.of(
                        "NOPERM this user has no permissions to run the 'evalsha' command or its subcommand",
                        StoreAccessException.class,
                        false),
                Arguments.of(
                        "READONLY You can't write against a read only replica.", ReadOnlyStoreException.class, false),
                Arguments.of(
                        "ERR Error running script (call to f_6b1bf486c81ceb7edf3c093f4c48582e38c0e791): @user_script:1: -READONLY"
                                + " You can't write against a read only replica.",
                        ReadOnlyStoreException.class,
                        false),
                Arguments.of(
                        "OOM command not allowed when used memory > 'maxmemory'.", StoreFullException.class, false),
                Arguments.of(
                        "ERR Error running script (call to f_6b1bf486c81ceb7edf3c093f4c48582e38c0e791): @user_script: 1: -OOM"
                                + " command not allowed when used memory > 'maxmemory'.",
                        StoreFullException.class,
                        false),
                Arguments.of(
                        "WRONGTYPE Operation against a key holding the wrong kind of value",
                        ForeignDataException.class,
                        false),
                Arguments.of("LOADING Redis is loading the dataset in memory", StoreUnavailableException.class, true),
                Arguments.of("CLUSTERDOWN Hash slot not served", StoreUnavailableException.class, true),
                Arguments.of(
                        "TRYAGAIN Multiple keys request during rehashing of slot",
                        StoreUnavailableException.class,
                        true),
                Arguments.of(
                        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                        StoreUnavailableException.class,
                        true),
                Arguments.of(
                        "ERR Error running script (call to f_e6cfe6778eab7460fb2016e2bc8cc246e6095718): @user_script:8:"
                                + " @user_script: 8: Lua script attempted to access a non local key in a cluster node",
                        StoreUnavailableException.class,
                        true),
                Arguments.of(
                        "ERR Script attempted to access a non local key in a cluster node script:"
                                + " e6cfe6778eab7460fb2016e2bc8cc246e6095718, on @user_script:8.",
                        StoreUnavailableException.class,
                        true),
                Arguments.of("ERR unknown command `EVALSHA`", StoreIoException.class, false));
    }

    @ParameterizedTest
    @MethodSource("replies")
    @DisplayName("each reply has its type, and says whether a retry can help")
    void typed(String reply, Class<?> type, boolean retryable) {
        RuntimeException failure = RedisErrors.replied(reply, "redis://test");
        assertThat(failure).isInstanceOf(type).hasMessageContaining("redis://test");
        assertThat(((AtomfluxException) failure).retryable()).isEqualTo(retryable);
    }
}
