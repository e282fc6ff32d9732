package io.atomflux.artifact.mltraq;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Values;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * A growing table of records: {@code idx}, counted from 0, {@code timestamp}, to the microsecond, and the columns that records
 * have, which may differ from one to the next.
 *
 * <p>For one thread, or more that take turns; what was appended never changes.
 */
public final class Sequence {

    /** The column that counts. */
    public static final String IDX = "idx";

    /** The column of times. */
    public static final String TIMESTAMP = "timestamp";

    private final List<Entry> entries = new ArrayList<>();
    private final Clock clock;

    /** Makes an empty sequence whose times are those of the system's clock. */
    public Sequence() {
        this(Clock.systemUTC());
    }

    /** Makes an empty sequence whose times are those of a clock. */
    public Sequence(Clock clock) {
        this.clock = clock;
    }

    /**
     * A record.
     *
     * @param idx its number
     * @param timestamp when it was appended, to the microsecond
     * @param values by column; only those it has
     */
    public record Entry(long idx, Instant timestamp, Map<String, @Nullable Object> values) {
        public Entry {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /** Appends a record of one column. */
    public Sequence append(String column, @Nullable Object value) {
        return append(Collections.singletonMap(column, value));
    }

    /**
     * Appends a record.
     *
     * @throws IllegalArgumentException if a column is named idx or timestamp, or a value is of no type a store can hold
     */
    public Sequence append(Map<String, ? extends @Nullable Object> values) {
        Map<String, @Nullable Object> widened = new LinkedHashMap<>();
        values.forEach((column, value) -> {
            if (column.equals(IDX) || column.equals(TIMESTAMP)) {
                throw new IllegalArgumentException(
                        "column \"%s\": reserved (expected: another name than idx and timestamp)".formatted(column));
            }
            widened.put(column, Values.of(column, value));
        });
        long next = entries.isEmpty() ? 0 : entries.get(entries.size() - 1).idx + 1;
        entries.add(new Entry(next, clock.instant().truncatedTo(ChronoUnit.MICROS), widened));
        return this;
    }

    /** Returns the number of records. */
    public int size() {
        return entries.size();
    }

    /** Returns the records so far. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Streams the records there are when it is subscribed. */
    public Flux<Entry> stream() {
        return Flux.defer(() -> Flux.fromIterable(entries()));
    }

    /** Returns the columns: idx, timestamp, then the others in the order they came. */
    public List<String> columns() {
        Set<String> columns = new LinkedHashSet<>(List.of(IDX, TIMESTAMP));
        entries.forEach(entry -> columns.addAll(entry.values.keySet()));
        return List.copyOf(columns);
    }

    /** Returns the values of a column, one for each record, null where a record has none; times as {@link Instant}. */
    public List<@Nullable Object> column(String name) {
        List<@Nullable Object> values = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            values.add(
                    name.equals(IDX) ? entry.idx : name.equals(TIMESTAMP) ? entry.timestamp : entry.values.get(name));
        }
        return Collections.unmodifiableList(values);
    }

    /** Returns this as plain values: idx and timestamp (microseconds since 1970) as arrays, the records' values as maps. */
    Map<String, @Nullable Object> toMap() {
        long[] idx = new long[entries.size()];
        long[] times = new long[entries.size()];
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < idx.length; i++) {
            Entry entry = entries.get(i);
            idx[i] = entry.idx;
            times[i] = ChronoUnit.MICROS.between(Instant.EPOCH, entry.timestamp);
            values.add(entry.values);
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put(IDX, NdArray.of(idx, idx.length));
        map.put(TIMESTAMP, NdArray.of(times, times.length));
        map.put("values", values);
        return map;
    }

    /**
     * Reads what {@link #toMap} gave.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Sequence of(Map<?, ?> map) {
        if (!(map.get(IDX) instanceof NdArray idx)
                || !(map.get(TIMESTAMP) instanceof NdArray times)
                || !(map.get("values") instanceof List<?> values)
                || !idx.dtype().equals(DType.INT64)
                || !times.dtype().equals(DType.INT64)
                || idx.size() != values.size()
                || times.size() != values.size()) {
            throw new IllegalArgumentException(
                    "sequence: %s (expected: idx, timestamp and values, of one length)".formatted(map.keySet()));
        }
        Sequence sequence = new Sequence();
        for (int i = 0; i < values.size(); i++) {
            Map<String, @Nullable Object> record = new LinkedHashMap<>();
            if (values.get(i) instanceof Map<?, ?> given) {
                given.forEach((column, value) -> record.put(String.valueOf(column), value));
            }
            sequence.entries.add(
                    new Entry(idx.longAt(i), Instant.EPOCH.plus(times.longAt(i), ChronoUnit.MICROS), record));
        }
        return sequence;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Sequence other && entries.equals(other.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return "Sequence" + columns() + "[" + size() + "]";
    }
}
