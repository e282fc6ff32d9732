package io.atomflux.spi;

import io.atomflux.value.KeyedRow;
import io.atomflux.value.Version;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * One change of a store, made whole or not at all.
 *
 * <p>Backends dispatch by {@link #accept}; a new kind of change then stops their build.
 *
 * @param <R> the kind of rows
 */
public sealed interface Write<R extends KeyedRow<R>> {

    /**
     * Adds rows at the end; reserved ones among them reserve a position. No rows: nothing changes, but the store exists
     * afterwards.
     *
     * @param rows the rows
     */
    record Append<R extends KeyedRow<R>>(List<R> rows) implements Write<R> {
        public Append {
            rows = List.copyOf(rows);
        }

        @Override
        public <T> T accept(Visitor<R, T> visitor) {
            return visitor.append(this);
        }

        @Override
        public String operation() {
            return "append";
        }
    }

    /**
     * Adds rows before a position; later rows move up.
     *
     * @param index where; negative counts from the end; clamped to 0 and the size, as Python's {@code list.insert} does
     * @param rows the rows
     */
    record Insert<R extends KeyedRow<R>>(long index, List<R> rows) implements Write<R> {
        public Insert {
            rows = List.copyOf(rows);
        }

        /** Returns the position for a store of so many rows. */
        public long position(long size) {
            return Math.max(0, Math.min(size, index < 0 ? index + size : index));
        }

        @Override
        public <T> T accept(Visitor<R, T> visitor) {
            return visitor.insert(this);
        }

        @Override
        public String operation() {
            return "insert";
        }
    }

    /**
     * Replaces whole rows; a reserved row makes its position reserved again.
     *
     * @param where which rows; if one is listed twice the last one counts
     * @param rows one for each
     * @param expected if present, {@code where} is one row and must still have this version
     */
    record Put<R extends KeyedRow<R>>(Selection where, List<R> rows, Optional<Version> expected) implements Write<R> {
        public Put {
            rows = List.copyOf(rows);
            Objects.requireNonNull(where, "where");
            Objects.requireNonNull(expected, "expected");
        }

        @Override
        public <T> T accept(Visitor<R, T> visitor) {
            return visitor.put(this);
        }

        @Override
        public String operation() {
            return "set";
        }
    }

    /**
     * Writes some keys of rows and keeps the others; a reserved row becomes a written one.
     *
     * @param where which rows
     * @param changes one for each, or a single one for all
     * @param expected if present, {@code where} is one row and must still have this version
     */
    record Update<R extends KeyedRow<R>>(Selection where, List<R> changes, Optional<Version> expected)
            implements Write<R> {
        public Update {
            changes = List.copyOf(changes);
            Objects.requireNonNull(where, "where");
            Objects.requireNonNull(expected, "expected");
        }

        @Override
        public <T> T accept(Visitor<R, T> visitor) {
            return visitor.update(this);
        }

        @Override
        public String operation() {
            return "update";
        }
    }

    /**
     * Takes rows away; later rows move down.
     *
     * @param where which rows; one listed twice goes once
     * @param expected if present, {@code where} is one row and must still have this version
     */
    record Delete<R extends KeyedRow<R>>(Selection where, Optional<Version> expected) implements Write<R> {
        public Delete {
            Objects.requireNonNull(where, "where");
            Objects.requireNonNull(expected, "expected");
        }

        @Override
        public <T> T accept(Visitor<R, T> visitor) {
            return visitor.delete(this);
        }

        @Override
        public String operation() {
            return "delete";
        }
    }

    /**
     * Takes keys away from rows; rows that lack them stay as they are.
     *
     * @param where which rows
     * @param keys which keys
     */
    record Drop<R extends KeyedRow<R>>(Selection where, List<String> keys) implements Write<R> {
        public Drop {
            keys = List.copyOf(keys);
            Objects.requireNonNull(where, "where");
        }

        @Override
        public <T> T accept(Visitor<R, T> visitor) {
            return visitor.drop(this);
        }

        @Override
        public String operation() {
            return "drop";
        }
    }

    /**
     * Adds reserved rows at the end.
     *
     * @param count how many, not negative
     */
    record Reserve<R extends KeyedRow<R>>(long count) implements Write<R> {
        public Reserve {
            if (count < 0) {
                throw new IllegalArgumentException("rows to reserve: %d (expected: 0 or more)".formatted(count));
            }
        }

        @Override
        public <T> T accept(Visitor<R, T> visitor) {
            return visitor.reserve(this);
        }

        @Override
        public String operation() {
            return "reserve";
        }
    }

    /** Takes all rows away. */
    record Clear<R extends KeyedRow<R>>() implements Write<R> {
        @Override
        public <T> T accept(Visitor<R, T> visitor) {
            return visitor.clear(this);
        }

        @Override
        public String operation() {
            return "clear";
        }
    }

    /**
     * Dispatches over the kinds of changes.
     *
     * @param <R> the kind of rows
     * @param <T> what comes out
     */
    interface Visitor<R extends KeyedRow<R>, T> {
        T append(Append<R> write);

        T insert(Insert<R> write);

        T put(Put<R> write);

        T update(Update<R> write);

        T delete(Delete<R> write);

        T drop(Drop<R> write);

        T reserve(Reserve<R> write);

        T clear(Clear<R> write);
    }

    /** Calls the visitor's method for this kind of change. */
    <T> T accept(Visitor<R, T> visitor);

    /** Returns the name of the facade's operation, for messages. */
    String operation();

    /**
     * Makes this change to a list of rows; the reference for what every backend does.
     *
     * @param rows the rows as they are; not changed
     * @param reserved the reserved row of this kind
     * @param store the store's name for errors
     * @return the rows as they shall be
     * @throws io.atomflux.error.RowOutOfBoundsException if a row is not there
     * @throws IllegalArgumentException if the number of rows given does not fit the selection
     */
    default List<R> applyTo(List<R> rows, R reserved, String store) {
        return accept(new ListWrite<>(rows, reserved, store));
    }

    /** Returns the same change for another kind of rows. */
    default <S extends KeyedRow<S>> Write<S> map(Function<R, S> conversion) {
        return accept(new MappedWrite<>(conversion));
    }
}
