package io.atomflux.mongo;

import com.mongodb.reactivestreams.client.MongoClient;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * How to open a store in MongoDB.
 *
 * <p>As options of a location: {@code mongodb://db1/md?layout=asebytes&timeout_ms=2000}.
 *
 * @param client a client to use and to leave open; without, one is shared by all stores of a URI in this process
 * @param layout how rows are arranged (option {@code layout}; default {@link Layout#AUTO})
 * @param consistency what reads and writes promise on a replica set (option {@code consistency}; default {@link
 *     Consistency#STRICT})
 * @param retention how long a replaced row stays readable for streams that began before (option {@code retention_ms}; default
 *     10 minutes)
 * @param sweepAfter when an unfinished write that shows no life any more is cleared away (option {@code sweep_after_ms};
 *     default 10 minutes)
 * @param deadline how long a write may go on asking what became of it before it fails (option {@code deadline_ms}; default 30 s)
 * @param timeout how long to wait for one reply (option {@code timeout_ms}; default 30 s)
 * @param pollEvery how often {@code changes()} looks (option {@code poll_ms}; default 1 s)
 */
public record MongoOptions(
        Optional<MongoClient> client,
        Layout layout,
        Consistency consistency,
        Duration retention,
        Duration sweepAfter,
        Duration deadline,
        Duration timeout,
        Duration pollEvery)
        implements BackendOptions {

    /** How rows are arranged in a collection. */
    public enum Layout {
        /** As found; a new collection becomes {@link #PAGED}. */
        AUTO,
        /** In pages: for many clients and rows. The Python package asebytes cannot read it. */
        PAGED,
        /** As the Python package asebytes does, to share the store with it; ends near 1.37 million rows. */
        ASEBYTES
    }

    /** What reads and writes promise. */
    public enum Consistency {
        /** Writes reach a majority, reads come from the primary and show nothing that can be rolled back. */
        STRICT,
        /** And each read proves that its primary still is one. */
        LINEARIZABLE,
        /** As the URI says, be it less. */
        RELAXED
    }

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final MongoOptions DEFAULT = new MongoOptions(
            Optional.empty(),
            Layout.AUTO,
            Consistency.STRICT,
            Duration.ofMinutes(10),
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1));

    public MongoOptions {
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(layout, "layout");
        Objects.requireNonNull(consistency, "consistency");
        List<String> faults = new ArrayList<>();
        positive(faults, "retention_ms", retention);
        positive(faults, "sweep_after_ms", sweepAfter);
        positive(faults, "deadline_ms", deadline);
        positive(faults, "timeout_ms", timeout);
        positive(faults, "poll_ms", pollEvery);
        if (!faults.isEmpty()) {
            throw new InvalidOptionException("of MongoDB", String.join("; ", faults));
        }
    }

    private static void positive(List<String> faults, String name, Duration time) {
        if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(LONGEST) > 0) {
            faults.add("%s=%d (expected: 1 to %d)".formatted(name, time.toMillis(), LONGEST.toMillis()));
        }
    }

    /** Returns the defaults. */
    public static MongoOptions defaults() {
        return DEFAULT;
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder(DEFAULT);
    }

    /** Reads options given by name; faults are reported by {@link Settings#finish}. */
    static MongoOptions from(Settings settings) {
        return builder()
                .layout(choice(settings, "layout", DEFAULT.layout))
                .consistency(choice(settings, "consistency", DEFAULT.consistency))
                .retention(milliseconds(settings, "retention_ms", DEFAULT.retention))
                .sweepAfter(milliseconds(settings, "sweep_after_ms", DEFAULT.sweepAfter))
                .deadline(milliseconds(settings, "deadline_ms", DEFAULT.deadline))
                .timeout(milliseconds(settings, "timeout_ms", DEFAULT.timeout))
                .pollEvery(milliseconds(settings, "poll_ms", DEFAULT.pollEvery))
                .build();
    }

    private static Duration milliseconds(Settings settings, String name, Duration otherwise) {
        return Duration.ofMillis(settings.integer(name, otherwise.toMillis(), 1, LONGEST.toMillis()));
    }

    private static <E extends Enum<E>> E choice(Settings settings, String name, E otherwise) {
        String given = settings.text(name, lower(otherwise));
        List<String> all = new ArrayList<>();
        for (E constant : otherwise.getDeclaringClass().getEnumConstants()) {
            if (lower(constant).equals(given)) {
                return constant;
            }
            all.add(lower(constant));
        }
        settings.fault(name, "%s (expected: %s)".formatted(given, String.join(", ", all)));
        return otherwise;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Shows all but the client. */
    @Override
    public String toString() {
        return "MongoOptions[client=%s, layout=%s, consistency=%s, retention=%s, sweepAfter=%s, deadline=%s, timeout=%s, pollEvery=%s]"
                .formatted(
                        client.isPresent() ? "given" : "shared",
                        layout,
                        consistency,
                        retention,
                        sweepAfter,
                        deadline,
                        timeout,
                        pollEvery);
    }

    /** Builds options step by step; for one thread. */
    public static final class Builder {

        private Optional<MongoClient> client;
        private Layout layout;
        private Consistency consistency;
        private Duration retention;
        private Duration sweepAfter;
        private Duration deadline;
        private Duration timeout;
        private Duration pollEvery;

        private Builder(MongoOptions from) {
            client = from.client;
            layout = from.layout;
            consistency = from.consistency;
            retention = from.retention;
            sweepAfter = from.sweepAfter;
            deadline = from.deadline;
            timeout = from.timeout;
            pollEvery = from.pollEvery;
        }

        /** Uses this client and leaves it open; of the location only database and group count then. */
        public Builder client(MongoClient given) {
            client = Optional.of(given);
            return this;
        }

        /** Sets how rows are arranged. */
        public Builder layout(Layout wanted) {
            layout = wanted;
            return this;
        }

        /** Sets what reads and writes promise. */
        public Builder consistency(Consistency wanted) {
            consistency = wanted;
            return this;
        }

        /** Sets how long a replaced row stays readable for streams that began before. */
        public Builder retention(Duration time) {
            retention = time;
            return this;
        }

        /** Sets when an unfinished write that shows no life any more is cleared away. */
        public Builder sweepAfter(Duration time) {
            sweepAfter = time;
            return this;
        }

        /** Sets how long a write may go on asking what became of it before it fails. */
        public Builder deadline(Duration time) {
            deadline = time;
            return this;
        }

        /** Sets how long to wait for one reply. */
        public Builder timeout(Duration time) {
            timeout = time;
            return this;
        }

        /** Sets how often {@code changes()} looks. */
        public Builder pollEvery(Duration time) {
            pollEvery = time;
            return this;
        }

        /**
         * Returns the options.
         *
         * @throws InvalidOptionException if some are out of range; names all of them
         */
        public MongoOptions build() {
            return new MongoOptions(client, layout, consistency, retention, sweepAfter, deadline, timeout, pollEvery);
        }
    }
}
