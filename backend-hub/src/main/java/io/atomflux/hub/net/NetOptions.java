package io.atomflux.hub.net;

import io.atomflux.error.InvalidOptionException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * How a {@link HubClient} behaves; immutable, shows no secret in {@link #toString}.
 *
 * <p>Start from {@link #builder(URI)}; every setting but the endpoint has a default.
 */
public final class NetOptions {

    private final URI endpoint;
    private final Builder set;

    private NetOptions(URI endpoint, Builder set) {
        this.endpoint = endpoint;
        this.set = set;
    }

    /**
     * Begins with the address of the hub.
     *
     * @param endpoint {@code https} or {@code http}, a host, perhaps a port and a path; a trailing slash is dropped
     * @throws InvalidOptionException if it is no such address
     */
    public static Builder builder(URI endpoint) {
        return new Builder(endpoint);
    }

    /** Returns the hub's address without trailing slash. */
    public URI endpoint() {
        return endpoint;
    }

    Supplier<Optional<String>> token() {
        return set.token;
    }

    boolean offline() {
        return set.offline;
    }

    Duration connectTimeout() {
        return set.connectTimeout;
    }

    Duration answerTimeout() {
        return set.answerTimeout;
    }

    Duration idleTimeout() {
        return set.idleTimeout;
    }

    int retries() {
        return set.retries;
    }

    Duration retryBudget() {
        return set.retryBudget;
    }

    Duration longestWait() {
        return set.longestWait;
    }

    int parallelRequests() {
        return set.parallelRequests;
    }

    int maxHops() {
        return set.maxHops;
    }

    String userAgent() {
        return set.userAgent;
    }

    Optional<Path> extraTrust() {
        return set.extraTrust;
    }

    Optional<Proxy> proxyFor(boolean secure) {
        return secure ? set.httpsProxy : set.httpProxy;
    }

    List<String> noProxy() {
        return set.noProxy;
    }

    Clock clock() {
        return set.clock;
    }

    Scheduler scheduler() {
        return set.scheduler;
    }

    DoubleSupplier random() {
        return set.random;
    }

    @Override
    public String toString() {
        return "NetOptions[" + endpoint + (set.offline ? ", offline" : "") + "]";
    }

    /** Collects settings; a bad value is refused where it is given. */
    public static final class Builder {

        private final URI endpoint;
        private Supplier<Optional<String>> token = Optional::empty;
        private boolean offline;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration answerTimeout = Duration.ofSeconds(30);
        private Duration idleTimeout = Duration.ofSeconds(30);
        private int retries = 5;
        private Duration retryBudget = Duration.ofMinutes(5);
        private Duration longestWait = Duration.ofSeconds(330);
        private int parallelRequests = 8;
        private int maxHops = 10;
        private String userAgent =
                "atomflux; java/" + Runtime.version().feature(); // nothing about the user or the machine
        private Optional<Path> extraTrust = Optional.empty();
        private Optional<Proxy> httpProxy = Optional.empty();
        private Optional<Proxy> httpsProxy = Optional.empty();
        private List<String> noProxy = List.of();
        private Clock clock = Clock.systemUTC();
        private Scheduler scheduler = Schedulers.parallel();
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private Builder(URI endpoint) {
            this.endpoint = checked(endpoint);
        }

        private Builder(Builder other) {
            endpoint = other.endpoint;
            token = other.token;
            offline = other.offline;
            connectTimeout = other.connectTimeout;
            answerTimeout = other.answerTimeout;
            idleTimeout = other.idleTimeout;
            retries = other.retries;
            retryBudget = other.retryBudget;
            longestWait = other.longestWait;
            parallelRequests = other.parallelRequests;
            maxHops = other.maxHops;
            userAgent = other.userAgent;
            extraTrust = other.extraTrust;
            httpProxy = other.httpProxy;
            httpsProxy = other.httpsProxy;
            noProxy = other.noProxy;
            clock = other.clock;
            scheduler = other.scheduler;
            random = other.random;
        }

        private static URI checked(URI endpoint) {
            String scheme = String.valueOf(endpoint.getScheme()).toLowerCase(Locale.ROOT);
            if (!(scheme.equals("https") || scheme.equals("http"))
                    || endpoint.getHost() == null
                    || endpoint.getRawUserInfo() != null
                    || endpoint.getRawQuery() != null
                    || endpoint.getRawFragment() != null) {
                throw new InvalidOptionException(
                        "endpoint", "not the address of a hub (expected: https://host[:port], without user and query)");
            }
            String text = endpoint.toString();
            while (text.endsWith("/")) {
                text = text.substring(0, text.length() - 1);
            }
            return URI.create(text);
        }

        /**
         * Sends a token to the endpoint, and to nobody else; none by default.
         *
         * @param token asked before each request, by a thread that must not be kept waiting; empty to send none
         */
        public Builder token(Supplier<Optional<String>> token) {
            this.token = Objects.requireNonNull(token);
            return this;
        }

        /** Makes every request fail before it is sent; off by default. */
        public Builder offline(boolean offline) {
            this.offline = offline;
            return this;
        }

        /** Bounds connecting, and the handshake of TLS; 10 s by default. */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = positive("connect timeout", timeout);
            return this;
        }

        /** Bounds the wait for the head of an answer, connecting included; 30 s by default. */
        public Builder answerTimeout(Duration timeout) {
            answerTimeout = positive("answer timeout", timeout);
            return this;
        }

        /** Bounds the wait for the next bytes of a body while somebody wants them; 30 s by default. */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = positive("idle timeout", timeout);
            return this;
        }

        /** Sets how often in a row a request is tried again while nothing arrives; 5 by default, 0 for never. */
        public Builder retries(int retries) {
            if (retries < 0 || retries > 100) {
                throw new InvalidOptionException("retries", retries + " (expected: 0 to 100)");
            }
            this.retries = retries;
            return this;
        }

        /** Bounds the time spent on trying again while nothing arrives, waits told by a server not counted; 5 min by default. */
        public Builder retryBudget(Duration budget) {
            retryBudget = positive("retry budget", budget);
            return this;
        }

        /** Bounds a wait that a server tells; a longer one is an error that says how long; 330 s by default. */
        public Builder longestWait(Duration wait) {
            longestWait = positive("longest wait", wait);
            return this;
        }

        /** Sets how many requests run at once, further ones queue; 8 by default. */
        public Builder parallelRequests(int requests) {
            if (requests < 1 || requests > 1000) {
                throw new InvalidOptionException("parallel requests", requests + " (expected: 1 to 1000)");
            }
            parallelRequests = requests;
            return this;
        }

        /** Sets how many redirects one request follows; 10 by default. */
        public Builder maxHops(int hops) {
            if (hops < 0 || hops > 50) {
                throw new InvalidOptionException("redirects", hops + " (expected: 0 to 50)");
            }
            maxHops = hops;
            return this;
        }

        /** Sets how requests name this program; {@code atomflux; java/N} by default. */
        public Builder userAgent(String name) {
            if (name.isBlank() || !name.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
                throw new InvalidOptionException("user agent", "empty, or not of printable ASCII characters");
            }
            userAgent = name;
            return this;
        }

        /** Trusts the certificates of a PEM file beside those of the system; read when the first request is sent. */
        public Builder extraTrust(Path pem) {
            extraTrust = Optional.of(pem);
            return this;
        }

        /**
         * Sends requests to {@code http} addresses through a proxy.
         *
         * @param address {@code http://[user:password@]host:port}, the scheme may be missing; blank for none
         * @throws InvalidOptionException if it is no such address; the message does not repeat it
         */
        public Builder httpProxy(String address) {
            httpProxy = Proxy.parse("http proxy", address);
            return this;
        }

        /** Sends requests to {@code https} addresses through a tunnel of a proxy; as {@link #httpProxy}. */
        public Builder httpsProxy(String address) {
            httpsProxy = Proxy.parse("https proxy", address);
            return this;
        }

        /**
         * Names hosts that are reached without proxy.
         *
         * @param hosts separated by commas; a name stands for its subdomains too, {@code *} for all
         */
        public Builder noProxy(String hosts) {
            noProxy = Proxy.exceptions(hosts);
            return this;
        }

        /** Sets what tells the time to compare with the expiry of signed addresses; the system's by default. */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock);
            return this;
        }

        /** Sets where timeouts and waits are kept; Reactor's parallel scheduler by default. */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler);
            return this;
        }

        /** Sets what spreads waits: numbers from 0 to below 1, asked by many threads. */
        public Builder random(DoubleSupplier random) {
            this.random = Objects.requireNonNull(random);
            return this;
        }

        /** Returns the options; the builder can be used further. */
        public NetOptions build() {
            return new NetOptions(endpoint, new Builder(this));
        }

        private static Duration positive(String name, Duration value) {
            if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(1)) > 0) {
                throw new InvalidOptionException(name, value + " (expected: more than nothing, at most a day)");
            }
            return value;
        }
    }
}
