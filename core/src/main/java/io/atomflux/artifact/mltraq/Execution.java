package io.atomflux.artifact.mltraq;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to execute steps; immutable. */
public final class Execution {

    private static final Execution DEFAULT =
            new Execution(Map.of(), Math.max(2, Runtime.getRuntime().availableProcessors()), Optional.empty());

    private final Map<String, @Nullable Object> config;
    private final int parallel;
    private final Optional<String> argsField;

    private Execution(Map<String, @Nullable Object> config, int parallel, Optional<String> argsField) {
        this.config = config;
        this.parallel = parallel;
        this.argsField = argsField;
    }

    /** As many runs at once as there are processors, no configuration. */
    public static Execution defaults() {
        return DEFAULT;
    }

    /** Gives all runs a configuration, {@link Run#config}. */
    public Execution config(Map<String, ? extends @Nullable Object> values) {
        return new Execution(Collections.unmodifiableMap(new LinkedHashMap<>(values)), parallel, argsField);
    }

    /** Executes so many runs at once. */
    public Execution parallel(int runs) {
        if (runs < 1) {
            throw new IllegalArgumentException("runs at once: %d (expected: at least 1)".formatted(runs));
        }
        return new Execution(config, runs, argsField);
    }

    /** Keeps parameters and configuration in a field, and takes parameters from it where a run, loaded again, has none. */
    public Execution argsField(String name) {
        return new Execution(config, parallel, Optional.of(name));
    }

    Map<String, @Nullable Object> config() {
        return config;
    }

    int parallel() {
        return parallel;
    }

    Optional<String> argsField() {
        return argsField;
    }
}
