package io.atomflux.artifact.mltraq;

import io.atomflux.value.Values;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One run of an experiment: what it was given, and what it found. Of all these only the id and the fields are persisted.
 * For one thread, or more that take turns.
 */
public final class Run {

    private final UUID id;
    private Map<String, @Nullable Object> params;
    private Map<String, @Nullable Object> config = Map.of();
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> state = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> vars = new LinkedHashMap<>();

    Run(UUID id, Map<String, ? extends @Nullable Object> params) {
        this.id = id;
        this.params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
    }

    /** Returns its id, unique among all runs. */
    public UUID id() {
        return id;
    }

    /** Returns what tells it from the other runs; cannot be changed. */
    public Map<String, @Nullable Object> params() {
        return params;
    }

    /** Returns what all runs were given when they were executed; cannot be changed. */
    public Map<String, @Nullable Object> config() {
        return config;
    }

    /** Returns its fields: what is persisted, by name, in order. Values as {@link DataStore#set} takes them. */
    public Map<String, @Nullable Object> fields() {
        return fields;
    }

    /** Returns what lasts from one execution to the next, in memory only. */
    public Map<String, @Nullable Object> state() {
        return state;
    }

    /** Returns what lasts from one step to the next, and is gone when the execution ends. */
    public Map<String, @Nullable Object> vars() {
        return vars;
    }

    /**
     * Sets a field.
     *
     * @throws IllegalArgumentException if it is of a type no field can have, naming it
     */
    public Run set(String name, @Nullable Object value) {
        fields.put(Objects.requireNonNull(name, "name"), Fields.checked(name, value));
        return this;
    }

    /**
     * Returns a field as a type.
     *
     * @throws NoSuchElementException if there is none of that name, or it is null
     * @throws io.atomflux.error.ValueTypeException if it is of another type
     */
    public <T> T get(String name, Class<T> type) {
        return typed("field " + name, fields, name, type);
    }

    /** Returns a parameter as a type; errors as {@link #get}. */
    public <T> T param(String name, Class<T> type) {
        return typed("parameter " + name, params, name, type);
    }

    static <T> T typed(String what, Map<String, @Nullable Object> values, String name, Class<T> type) {
        Object value = values.get(name);
        if (value == null) {
            throw new NoSuchElementException("%s (expected: one of %s)".formatted(what, values.keySet()));
        }
        T typed = Values.as(value, type);
        if (typed == null) {
            throw new io.atomflux.error.ValueTypeException(
                    what, type.getSimpleName(), value.getClass().getSimpleName());
        }
        return typed;
    }

    /** Returns a run of its own with the same content and id. */
    Run copy() {
        return copy(id);
    }

    Run copy(UUID newId) {
        Run copy = new Run(newId, params);
        copy.config = config;
        fields.forEach((name, value) -> copy.fields.put(name, Fields.copied(value)));
        state.forEach((name, value) -> copy.state.put(name, Fields.copied(value)));
        return copy;
    }

    void begin(Map<String, @Nullable Object> constants) {
        config = constants;
    }

    /** Remembers parameters and configuration in a field, from which {@link #restore} takes them. */
    void remember(String argsField) {
        Map<String, @Nullable Object> args = new LinkedHashMap<>();
        args.put("params", params);
        args.put("config", config);
        set(argsField, args);
    }

    void restore(String argsField) {
        if (params.isEmpty()
                && fields.get(argsField) instanceof Map<?, ?> args
                && args.get("params") instanceof Map<?, ?> given) {
            Map<String, @Nullable Object> restored = new LinkedHashMap<>();
            given.forEach((name, value) -> restored.put(String.valueOf(name), value));
            params = Collections.unmodifiableMap(restored);
        }
    }

    void end() {
        vars.clear();
    }

    @Override
    public String toString() {
        return "Run[%s, params=%s, fields=%s]".formatted(id, params, fields.keySet());
    }
}
