package io.atomflux.artifact.payload;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What payloads belong to; they are deleted with it, and only as a whole scope or by their own addresses.
 *
 * <p>Scopes are compared by name. A scope is not part of the one its name begins with: deleting {@code a} leaves {@code a/b}.
 */
public final class Scope {

    /** Where stores keep what they know of scopes. */
    static final String RESERVED = ".atomflux";

    private final String name;
    private final boolean owned;
    private final Optional<Duration> timeToLive;

    private Scope(String name, boolean owned, Optional<Duration> timeToLive) {
        this.name = name;
        this.owned = owned;
        this.timeToLive = timeToLive;
    }

    /**
     * Returns the scope of an owner, e.g. of an artifact or an experiment: its payloads are named by the owner's references,
     * and a {@link PayloadCollector} removes those no reference names.
     *
     * @param name one or more parts between slashes; no {@code % ? # ;}
     * @throws io.atomflux.error.InvalidNameException if it is empty, absolute, or holds {@code .} or {@code ..}
     */
    public static Scope owner(String name) {
        return new Scope(PayloadUrl.guardedScope(name), true, Optional.empty());
    }

    /**
     * Returns a scope whose payloads somebody looks after, as they may be named where no collector looks; it never removes
     * any of them, unless a time to live is set and over.
     *
     * @throws io.atomflux.error.InvalidNameException as {@link #owner}
     */
    public static Scope kept(String name) {
        return new Scope(PayloadUrl.guardedScope(name), false, Optional.empty());
    }

    /** Returns this scope with a time after which a collector may remove each payload, counted from its writing. */
    public Scope timeToLive(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("time to live: %s (expected: more than nothing)".formatted(time));
        }
        return new Scope(name, owned, Optional.of(time));
    }

    /** Returns its name: parts between slashes. */
    public String name() {
        return name;
    }

    /** Tells whether payloads that no reference names may be removed. */
    public boolean owned() {
        return owned;
    }

    /** Returns the time after which a payload may be removed, if no reference names it. */
    public Optional<Duration> timeToLive() {
        return timeToLive;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Scope other && name.equals(other.name);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
