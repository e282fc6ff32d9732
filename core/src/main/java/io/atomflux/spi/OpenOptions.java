package io.atomflux.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How to open a store; immutable.
 *
 * <p>Backends take further options either by name ({@link #with}), which the query of a location gives as well, or as
 * the typed record of the one backend meant ({@link #with(BackendOptions)}), not both.
 */
public final class OpenOptions {

    private static final OpenOptions NONE = new OpenOptions(Optional.empty(), false, false, Map.of(), Optional.empty());

    private final Optional<String> group;
    private final boolean readOnly;
    private final boolean inlineReads;
    private final Map<String, String> settings;
    private final Optional<BackendOptions> typed;

    private OpenOptions(
            Optional<String> group,
            boolean readOnly,
            boolean inlineReads,
            Map<String, String> settings,
            Optional<BackendOptions> typed) {
        this.group = group;
        this.readOnly = readOnly;
        this.inlineReads = inlineReads;
        this.settings = settings;
        this.typed = typed;
    }

    /** Returns the defaults: the backend's default group, writable where the backend is. */
    public static OpenOptions none() {
        return NONE;
    }

    /** Opens one group of the location, an independent collection of rows. */
    public static OpenOptions ofGroup(String group) {
        return NONE.withGroup(group);
    }

    /** Opens for reading: every change is refused, and a missing place is never created. */
    public static OpenOptions ofReadOnly() {
        return NONE.withReadOnly();
    }

    /** Returns these options for another group. */
    public OpenOptions withGroup(String name) {
        return new OpenOptions(
                Optional.of(Objects.requireNonNull(name, "group")), readOnly, inlineReads, settings, typed);
    }

    /** Returns these options, for reading only. */
    public OpenOptions withReadOnly() {
        return new OpenOptions(group, true, inlineReads, settings, typed);
    }

    /**
     * Returns these options with single gets of file backends running on the calling thread.
     *
     * <p>For threads that may block, e.g. a training loop: a hand-off to the pool costs far more than the read. Never
     * set it where an event loop subscribes.
     */
    public OpenOptions withInlineReads() {
        return new OpenOptions(group, readOnly, true, settings, typed);
    }

    /** Returns these options with one more by name. */
    public OpenOptions with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return new OpenOptions(group, readOnly, inlineReads, Collections.unmodifiableMap(more), typed);
    }

    /** Returns these options with the typed record of a backend. */
    public OpenOptions with(BackendOptions options) {
        return new OpenOptions(group, readOnly, inlineReads, settings, Optional.of(options));
    }

    /** Returns the group, or empty for the backend's default. */
    public Optional<String> group() {
        return group;
    }

    /** Tells whether to open for reading only. */
    public boolean readOnly() {
        return readOnly;
    }

    /** Tells whether single gets may run on the calling thread. */
    public boolean inlineReads() {
        return inlineReads;
    }

    /** Returns the options by name; unmodifiable. */
    public Map<String, String> settings() {
        return settings;
    }

    /** Returns the typed options of a backend. */
    public Optional<BackendOptions> typed() {
        return typed;
    }

    /** Shows group and flags only; settings may hold secrets. */
    @Override
    public String toString() {
        return "OpenOptions[group=%s, readOnly=%s, settings=%s]"
                .formatted(group.orElse("default"), readOnly, settings.keySet());
    }
}
