package io.atomflux.redis;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import io.lettuce.core.AbstractRedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How to open a store in Redis.
 *
 * <p>As options of a location: {@code redis://host/0?timeout_ms=2000&group=train}.
 *
 * @param client a client of the driver to use, a {@code RedisClient} or a {@code RedisClusterClient}; it is left open, and
 *     its own settings count where they differ from these (no option by name; by default a client is made for each URI,
 *     shared by all stores of the process there and closed with the last)
 * @param connectTimeout how long connecting may take (option {@code connect_timeout_ms}; default 5 s)
 * @param timeout how long the server may take to answer one command, whose outcome is asked for after that (option {@code
 *     timeout_ms}; default 10 s)
 * @param maxWaiting how many commands may wait for their replies before more are refused as busy (option {@code
 *     max_waiting}; default 65536)
 * @param allowEviction whether a server that throws away keys when its memory is full is accepted (option {@code
 *     allow_eviction}; default false: rows would vanish)
 * @param verifyPeer whether the certificate of an encrypted connection has to be trusted and to name the host (option
 *     {@code verify_peer}; default true)
 */
public record RedisOptions(
        Optional<AbstractRedisClient> client,
        Duration connectTimeout,
        Duration timeout,
        int maxWaiting,
        boolean allowEviction,
        boolean verifyPeer)
        implements BackendOptions {

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MOST_WAITING = 1 << 20;
    private static final RedisOptions DEFAULT =
            new RedisOptions(Optional.empty(), Duration.ofSeconds(5), Duration.ofSeconds(10), 1 << 16, false, true);

    public RedisOptions {
        List<String> faults = new ArrayList<>();
        check("connect_timeout_ms", connectTimeout, faults);
        check("timeout_ms", timeout, faults);
        if (maxWaiting < 1 || maxWaiting > MOST_WAITING) {
            faults.add("max_waiting=%d (expected: 1 to %d)".formatted(maxWaiting, MOST_WAITING));
        }
        if (!faults.isEmpty()) {
            throw new InvalidOptionException("of Redis", String.join("; ", faults));
        }
    }

    private static void check(String name, Duration value, List<String> faults) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(LONGEST) > 0) {
            faults.add("%s=%d (expected: 1 to %d)".formatted(name, value.toMillis(), LONGEST.toMillis()));
        }
    }

    /** Returns the defaults. */
    public static RedisOptions defaults() {
        return DEFAULT;
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Reads options given by name; reports all faults at once. */
    static RedisOptions from(Settings settings) {
        RedisOptions options = new RedisOptions(
                Optional.empty(),
                milliseconds(settings, "connect_timeout_ms", DEFAULT.connectTimeout),
                milliseconds(settings, "timeout_ms", DEFAULT.timeout),
                (int) settings.integer("max_waiting", DEFAULT.maxWaiting, 1, MOST_WAITING),
                settings.flag("allow_eviction", DEFAULT.allowEviction),
                settings.flag("verify_peer", DEFAULT.verifyPeer));
        settings.finish();
        return options;
    }

    private static Duration milliseconds(Settings settings, String name, Duration otherwise) {
        return Duration.ofMillis(settings.integer(name, otherwise.toMillis(), 1, LONGEST.toMillis()));
    }

    /** Builds options step by step; for one thread. */
    public static final class Builder {

        private Optional<AbstractRedisClient> client = DEFAULT.client;
        private Duration connectTimeout = DEFAULT.connectTimeout;
        private Duration timeout = DEFAULT.timeout;
        private int maxWaiting = DEFAULT.maxWaiting;
        private boolean allowEviction = DEFAULT.allowEviction;
        private boolean verifyPeer = DEFAULT.verifyPeer;

        private Builder() {}

        /** Uses a client of the driver, and leaves it open. */
        public Builder client(AbstractRedisClient yours) {
            client = Optional.of(yours);
            return this;
        }

        /** Sets how long connecting may take. */
        public Builder connectTimeout(Duration longest) {
            connectTimeout = longest;
            return this;
        }

        /** Sets how long the server may take to answer one command. */
        public Builder timeout(Duration longest) {
            timeout = longest;
            return this;
        }

        /** Sets how many commands may wait for their replies. */
        public Builder maxWaiting(int commands) {
            maxWaiting = commands;
            return this;
        }

        /** Sets whether a server that throws away keys when its memory is full is accepted. */
        public Builder allowEviction(boolean allowed) {
            allowEviction = allowed;
            return this;
        }

        /** Sets whether the certificate of an encrypted connection has to be trusted and to name the host. */
        public Builder verifyPeer(boolean wanted) {
            verifyPeer = wanted;
            return this;
        }

        /**
         * Returns the options.
         *
         * @throws InvalidOptionException if any is out of its range; names all that are
         */
        public RedisOptions build() {
            return new RedisOptions(client, connectTimeout, timeout, maxWaiting, allowEviction, verifyPeer);
        }
    }
}
