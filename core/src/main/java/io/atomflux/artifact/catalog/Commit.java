package io.atomflux.artifact.catalog;

import io.atomflux.value.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Conditions and changes of a {@link Catalog} that hold and happen together.
 *
 * @param conditions what must stand now; each key once
 * @param changes what stands afterwards; each key once
 */
public record Commit(List<Condition> conditions, List<Change> changes) {

    public Commit {
        conditions = List.copyOf(conditions);
        changes = List.copyOf(changes);
    }

    /** What must stand under a key: a value, or, if empty, nothing. */
    public record Condition(Bytes key, Optional<Bytes> value) {}

    /** What stands under a key afterwards: a value, or, if empty, nothing. */
    public record Change(Bytes key, Optional<Bytes> value) {}

    /** Starts an empty commit. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects conditions and changes; for one thread. */
    public static final class Builder {
        private final List<Condition> conditions = new ArrayList<>();
        private final List<Change> changes = new ArrayList<>();

        private Builder() {}

        public Builder expect(Bytes key, Bytes value) {
            conditions.add(new Condition(key, Optional.of(value)));
            return this;
        }

        public Builder expectAbsent(Bytes key) {
            conditions.add(new Condition(key, Optional.empty()));
            return this;
        }

        public Builder put(Bytes key, Bytes value) {
            changes.add(new Change(key, Optional.of(value)));
            return this;
        }

        public Builder delete(Bytes key) {
            changes.add(new Change(key, Optional.empty()));
            return this;
        }

        public Commit build() {
            return new Commit(conditions, changes);
        }
    }
}
