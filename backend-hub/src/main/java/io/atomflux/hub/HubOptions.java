package io.atomflux.hub;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How to open a dataset; immutable, and {@link #toString} shows no secret.
 *
 * <p>As options of a location: {@code hf://user/name?split=train&config=default&revision=main}. What is not given is taken
 * from the environment as Python's {@code huggingface_hub} does: {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code
 * HUGGING_FACE_HUB_TOKEN}, {@code HF_TOKEN_PATH}, {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}, {@code HF_HOME}, {@code
 * XDG_CACHE_HOME}, {@code HF_HUB_CACHE}, {@code HF_HUB_OFFLINE}, {@code TRANSFORMERS_OFFLINE}, {@code
 * HF_DATASETS_OFFLINE}, {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY}, {@code NO_PROXY}.
 *
 * <p>Options by name:
 *
 * <ul>
 *   <li>{@code config}, {@code split} (a name, {@code all}, or {@code a+b}), {@code revision} (branch, tag or commit), {@code
 *       data_files} (patterns joined by commas), {@code data_dir}
 *   <li>{@code mapping}: see {@link ColumnMapping#parse}; by default guessed by the columns
 *   <li>{@code streaming} (default true): {@code false} keeps each file that is read in the cache folder
 *   <li>{@code converted} (default false): reads what the hub converted to Parquet; {@code partial} (default false): also if
 *       that is only the beginning
 *   <li>{@code endpoint}, {@code token}, {@code cache_dir}, {@code offline}
 *   <li>{@code parallel} (default 8): requests at once; {@code read_ahead} (default 64M, at most an eighth of the heap):
 *       bytes a stream fetches beyond what it reads; {@code keep} (as {@code read_ahead}): bytes kept of what was read;
 *       {@code max_row_group} (default 1G, at most a quarter of the heap): bytes of one row group
 *   <li>{@code timeout_ms} (default 30000): for connecting, for an answer to begin, and for each further part of it; {@code
 *       retries} (default 5) without progress, {@code retry_budget_ms} (default 300000)
 *   <li>{@code ca_file}: certificates to trust beside the system's; {@code proxy}, {@code no_proxy}
 * </ul>
 */
public final class HubOptions implements BackendOptions {

    private static final long LONGEST = Duration.ofDays(1).toMillis();
    private static final long HEAP = Runtime.getRuntime().maxMemory();

    private final Builder set;

    private HubOptions(Builder set) {
        this.set = set;
    }

    /** Starts from the defaults and the environment. */
    public static Builder builder() {
        return new Builder();
    }

    /** Reads options given by name; reports all faults at once. */
    static HubOptions from(Settings settings) {
        Builder builder = new Builder();
        text(settings, "endpoint").ifPresent(value -> {
            try {
                builder.endpoint(URI.create(value));
            } catch (IllegalArgumentException e) {
                settings.fault("endpoint", "no address (expected: https://host[:port])");
            }
        });
        builder.token = text(settings, "token");
        builder.revision = settings.text("revision", builder.revision);
        builder.configuration = text(settings, "config");
        builder.split = text(settings, "split");
        builder.dataFiles = text(settings, "data_files")
                .map(files ->
                        Arrays.stream(files.split(",", -1)).map(String::strip).toList())
                .orElse(List.of());
        builder.dataDir = text(settings, "data_dir");
        text(settings, "mapping").ifPresent(value -> {
            try {
                builder.mapping(ColumnMapping.parse(value));
            } catch (InvalidOptionException e) {
                settings.fault("mapping", e.problem());
            }
        });
        builder.streaming = settings.flag("streaming", builder.streaming);
        builder.converted = settings.flag("converted", builder.converted);
        builder.partial = settings.flag("partial", builder.partial);
        builder.cacheDir = text(settings, "cache_dir").map(Path::of);
        text(settings, "offline").ifPresent(value -> builder.offline = Optional.of(flag(settings, "offline", value)));
        builder.parallel = (int) settings.integer("parallel", builder.parallel, 1, 1000);
        builder.readAhead = settings.bytes("read_ahead", builder.readAhead);
        builder.keep = settings.bytes("keep", builder.keep);
        builder.maxRowGroup = settings.bytes("max_row_group", builder.maxRowGroup);
        builder.timeout = milliseconds(settings, "timeout_ms", builder.timeout);
        builder.retries = (int) settings.integer("retries", builder.retries, 0, 100);
        builder.retryBudget = milliseconds(settings, "retry_budget_ms", builder.retryBudget);
        builder.caFile = text(settings, "ca_file").map(Path::of);
        builder.proxy = text(settings, "proxy");
        builder.noProxy = text(settings, "no_proxy");
        settings.finish();
        return builder.build();
    }

    private static Optional<String> text(Settings settings, String name) {
        return Optional.of(settings.text(name, "")).filter(value -> !value.isBlank());
    }

    private static boolean flag(Settings settings, String name, String value) {
        if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
            settings.fault(name, "%s (expected: true or false)".formatted(value));
        }
        return value.equalsIgnoreCase("true");
    }

    private static Duration milliseconds(Settings settings, String name, Duration otherwise) {
        return Duration.ofMillis(settings.integer(name, otherwise.toMillis(), 1, LONGEST));
    }

    Optional<URI> endpoint() {
        return set.endpoint;
    }

    Optional<String> token() {
        return set.token;
    }

    String revision() {
        return set.revision;
    }

    Optional<String> configuration() {
        return set.configuration;
    }

    Optional<String> split() {
        return set.split;
    }

    List<String> dataFiles() {
        return set.dataFiles;
    }

    Optional<String> dataDir() {
        return set.dataDir;
    }

    Optional<ColumnMapping> mapping() {
        return set.mapping;
    }

    boolean streaming() {
        return set.streaming;
    }

    boolean converted() {
        return set.converted;
    }

    boolean partial() {
        return set.partial;
    }

    Optional<Path> cacheDir() {
        return set.cacheDir;
    }

    Optional<Boolean> offline() {
        return set.offline;
    }

    int parallel() {
        return set.parallel;
    }

    long readAhead() {
        return set.readAhead;
    }

    long keep() {
        return set.keep;
    }

    long maxRowGroup() {
        return set.maxRowGroup;
    }

    Duration timeout() {
        return set.timeout;
    }

    int retries() {
        return set.retries;
    }

    Duration retryBudget() {
        return set.retryBudget;
    }

    Optional<Path> caFile() {
        return set.caFile;
    }

    Optional<String> proxy() {
        return set.proxy;
    }

    Optional<String> noProxy() {
        return set.noProxy;
    }

    /** Shows what is read, and neither token nor proxy. */
    @Override
    public String toString() {
        return "HubOptions[revision=%s, config=%s, split=%s, streaming=%s%s]"
                .formatted(
                        set.revision,
                        set.configuration.orElse("default"),
                        set.split.orElse("default"),
                        set.streaming,
                        set.token.isPresent() ? ", token=<hidden>" : "");
    }

    /** Builds options step by step; for one thread. */
    public static final class Builder {

        private Optional<URI> endpoint = Optional.empty();
        private Optional<String> token = Optional.empty();
        private String revision = "main";
        private Optional<String> configuration = Optional.empty();
        private Optional<String> split = Optional.empty();
        private List<String> dataFiles = List.of();
        private Optional<String> dataDir = Optional.empty();
        private Optional<ColumnMapping> mapping = Optional.empty();
        private boolean streaming = true;
        private boolean converted;
        private boolean partial;
        private Optional<Path> cacheDir = Optional.empty();
        private Optional<Boolean> offline = Optional.empty();
        private int parallel = 8;
        private long readAhead = Math.min(64L << 20, HEAP / 8);
        private long keep = Math.min(64L << 20, HEAP / 8);
        private long maxRowGroup = Math.min(1L << 30, HEAP / 4);
        private Duration timeout = Duration.ofSeconds(30);
        private int retries = 5;
        private Duration retryBudget = Duration.ofMinutes(5);
        private Optional<Path> caFile = Optional.empty();
        private Optional<String> proxy = Optional.empty();
        private Optional<String> noProxy = Optional.empty();

        private Builder() {}

        private Builder(Builder other) {
            endpoint = other.endpoint;
            token = other.token;
            revision = other.revision;
            configuration = other.configuration;
            split = other.split;
            dataFiles = other.dataFiles;
            dataDir = other.dataDir;
            mapping = other.mapping;
            streaming = other.streaming;
            converted = other.converted;
            partial = other.partial;
            cacheDir = other.cacheDir;
            offline = other.offline;
            parallel = other.parallel;
            readAhead = other.readAhead;
            keep = other.keep;
            maxRowGroup = other.maxRowGroup;
            timeout = other.timeout;
            retries = other.retries;
            retryBudget = other.retryBudget;
            caFile = other.caFile;
            proxy = other.proxy;
            noProxy = other.noProxy;
        }

        /** Asks another hub than the public one. */
        public Builder endpoint(URI address) {
            endpoint = Optional.of(address);
            return this;
        }

        /** Sends a token to the endpoint, and to nobody else. */
        public Builder token(String secret) {
            token = Optional.of(secret);
            return this;
        }

        /** Sets the branch, tag or commit; {@code main} by default. */
        public Builder revision(String name) {
            revision = name;
            return this;
        }

        /** Sets the configuration; the dataset's default one by default. */
        public Builder configuration(String name) {
            configuration = Optional.of(name);
            return this;
        }

        /** Sets the split: a name, {@code all}, or several joined by {@code +}; needed where there are several. */
        public Builder split(String name) {
            split = Optional.of(name);
            return this;
        }

        /** Reads the files of these patterns in place of those of the card. */
        public Builder dataFiles(List<String> patterns) {
            dataFiles = List.copyOf(patterns);
            return this;
        }

        /** Sets where patterns begin. */
        public Builder dataDir(String folder) {
            dataDir = Optional.of(folder);
            return this;
        }

        /** Sets what becomes of the columns; guessed by default. */
        public Builder mapping(ColumnMapping columns) {
            mapping = Optional.of(columns);
            return this;
        }

        /** Sets whether files are read from the hub, the default, or kept whole in the cache folder first. */
        public Builder streaming(boolean yes) {
            streaming = yes;
            return this;
        }

        /** Sets whether what the hub converted to Parquet is read in place of the files of the repository. */
        public Builder converted(boolean yes) {
            converted = yes;
            return this;
        }

        /** Sets whether a conversion that holds only the beginning of a split will do. */
        public Builder partial(boolean yes) {
            partial = yes;
            return this;
        }

        /** Sets the hub's cache folder. */
        public Builder cacheDir(Path folder) {
            cacheDir = Optional.of(folder);
            return this;
        }

        /** Sets whether only the cache folder is read. */
        public Builder offline(boolean yes) {
            offline = Optional.of(yes);
            return this;
        }

        /** Sets how many requests may run at once, 1 to 1000. */
        public Builder parallel(int requests) {
            parallel = requests;
            return this;
        }

        /** Sets how many bytes a stream fetches beyond what it reads. */
        public Builder readAhead(long bytes) {
            readAhead = bytes;
            return this;
        }

        /** Sets how many bytes of what was read are kept. */
        public Builder keep(long bytes) {
            keep = bytes;
            return this;
        }

        /** Sets how large the wanted columns of one row group may be. */
        public Builder maxRowGroup(long bytes) {
            maxRowGroup = bytes;
            return this;
        }

        /** Sets how long connecting, the begin of an answer, and each further part of it may take. */
        public Builder timeout(Duration longest) {
            timeout = longest;
            return this;
        }

        /** Sets how often in a row a request that brings nothing is tried again. */
        public Builder retries(int times) {
            retries = times;
            return this;
        }

        /** Sets how long trying again may take as long as nothing arrives. */
        public Builder retryBudget(Duration longest) {
            retryBudget = longest;
            return this;
        }

        /** Trusts the certificates of a PEM file, beside those of the system. */
        public Builder caFile(Path pem) {
            caFile = Optional.of(pem);
            return this;
        }

        /** Goes through a proxy, {@code http://[user:password@]host:port}. */
        public Builder proxy(String address) {
            proxy = Optional.of(address);
            return this;
        }

        /** Names hosts that are reached without proxy, joined by commas. */
        public Builder noProxy(String hosts) {
            noProxy = Optional.of(hosts);
            return this;
        }

        /**
         * Returns the options.
         *
         * @throws InvalidOptionException if a number is out of its range
         */
        public HubOptions build() {
            if (parallel < 1 || parallel > 1000) {
                throw new InvalidOptionException("parallel", parallel + " (expected: 1 to 1000)");
            }
            if (retries < 0 || retries > 100) {
                throw new InvalidOptionException("retries", retries + " (expected: 0 to 100)");
            }
            if (readAhead < 1 || keep < 1 || maxRowGroup < 1) {
                throw new InvalidOptionException(
                        "read_ahead, keep, max_row_group",
                        "%d, %d, %d (expected: positive numbers of bytes)".formatted(readAhead, keep, maxRowGroup));
            }
            return new HubOptions(new Builder(this));
        }
    }
}
