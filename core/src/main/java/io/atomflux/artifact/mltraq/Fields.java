package io.atomflux.artifact.mltraq;

import io.atomflux.artifact.payload.Lazy;
import io.atomflux.artifact.payload.Marks;
import io.atomflux.artifact.payload.PayloadBatch;
import io.atomflux.artifact.payload.PayloadRef;
import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.artifact.payload.Payloads;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Values;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Turns the values of fields into what rows and payloads hold, and back. */
final class Fields {

    private static final String DATA_STORE = "$datastore";
    private static final String ARCHIVE = "$archivestore";
    private static final String SEQUENCE = "$sequence";
    private static final String HANDLE = "$handle";
    private static final String UUID_MARK = "$uuid";
    private static final String INSTANT = "$instant";
    private static final String DATE = "$date";
    private static final String TIME = "$time";
    private static final String DATE_TIME = "$datetime";

    private final PayloadStore store;
    private final Optional<Path> target;

    /**
     * @param target folder where archives of the experiment are unpacked
     */
    Fields(PayloadStore store, Optional<Path> target) {
        this.store = store;
        this.target = target;
    }

    /**
     * Checks a value, and widens it where a store does.
     *
     * @throws IllegalArgumentException if it is of a type no field can have
     */
    static @Nullable Object checked(String name, @Nullable Object value) {
        if (value == null || isSpecial(value)) {
            return value;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(checked(name, item)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> {
                if (!(key instanceof String text)) {
                    throw new IllegalArgumentException("value \"%s\": a map key of type %s (expected: String)"
                            .formatted(
                                    name, key == null ? "null" : key.getClass().getName()));
                }
                copy.put(text, checked(name, item));
            });
            return copy;
        }
        return Values.of(name, value);
    }

    private static boolean isSpecial(Object value) {
        return value instanceof DataStore
                || value instanceof ArchiveStore
                || value instanceof Sequence
                || value instanceof Lazy<?>
                || value instanceof PayloadRef
                || value instanceof UUID
                || value instanceof Instant
                || value instanceof LocalDate
                || value instanceof LocalTime
                || value instanceof LocalDateTime;
    }

    /** Copies a value so that changing what can be changed in one leaves the other. */
    static @Nullable Object copied(@Nullable Object value) {
        if (value instanceof DataStore data) {
            return data.copy();
        }
        if (value instanceof Sequence sequence) {
            return Sequence.of(sequence.toMap());
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(copied(item)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> copy.put(key, copied(item)));
            return copy;
        }
        return value;
    }

    /** Writes a value, its payloads into a batch; those above the threshold, if there is one, as a payload too. */
    Mono<Object> write(Object value, PayloadBatch batch, OptionalLong threshold) {
        return Marks.write(value, one -> special(one, batch)).flatMap(marked -> {
            Object plain = Objects.requireNonNull(Values.of("field", marked));
            return threshold.isPresent() && Values.byteSize(plain) > threshold.getAsLong()
                    ? batch.add(plain, true).map(Marks::of)
                    : Mono.just(plain);
        });
    }

    private @Nullable Mono<Object> special(Object value, PayloadBatch batch) {
        if (value instanceof DataStore data) {
            return written(data, batch).map(ref -> mark(DATA_STORE, Marks.of(ref)));
        } else if (value instanceof ArchiveStore archive) {
            return archive.reference()
                    .map(stored -> relocated(stored, batch))
                    .orElseGet(() -> batch.add(archive.pack()))
                    .map(ref -> mark(ARCHIVE, Marks.of(ref)));
        } else if (value instanceof Lazy<?> lazy) {
            return relocated(lazy, batch).map(Marks::of);
        } else if (value instanceof Sequence sequence) {
            return Mono.just(mark(SEQUENCE, sequence.toMap()));
        } else if (value instanceof PayloadRef ref) {
            return Mono.just(mark(HANDLE, Marks.of(ref)));
        } else if (value instanceof UUID id) {
            return Mono.just(mark(UUID_MARK, id.toString()));
        } else if (value instanceof Instant time) {
            return Mono.just(mark(INSTANT, time.toString()));
        } else if (value instanceof LocalDate date) {
            return Mono.just(mark(DATE, date.toString()));
        } else if (value instanceof LocalTime time) {
            return Mono.just(mark(TIME, time.toString()));
        } else if (value instanceof LocalDateTime time) {
            return Mono.just(mark(DATE_TIME, time.toString()));
        }
        return null;
    }

    private static Object mark(String mark, Object content) {
        return Collections.singletonMap(mark, content);
    }

    private Mono<PayloadRef> written(DataStore data, PayloadBatch batch) {
        return data.unloaded()
                .map(stored -> relocated(stored, batch))
                .orElseGet(() -> Marks.write(data.asMap(), one -> special(one, batch))
                        .flatMap(marked -> batch.add(Values.of("data store", marked), true)));
    }

    private Mono<PayloadRef> relocated(Lazy<?> lazy, PayloadBatch batch) {
        return Payloads.in(store).relocated(lazy, batch);
    }

    /** Reads a value that {@link #write} gave. */
    @Nullable
    Object read(@Nullable Object stored, String where) {
        return Marks.read(stored, (mark, content) -> {
            try {
                return special(mark, Objects.requireNonNull(content), where);
            } catch (IllegalArgumentException
                    | InvalidNameException
                    | DateTimeException
                    | NullPointerException
                    | ClassCastException e) {
                throw new CorruptDataException(
                        store.name(), where, "a value marked %s that is none: %s".formatted(mark, e.getMessage()), e);
            }
        });
    }

    private Object special(String mark, Object content, String where) {
        return switch (mark) {
            case Marks.PAYLOAD -> store.lazy(PayloadRef.of((Map<?, ?>) content), Object.class);
            case DATA_STORE -> new DataStore(store.lazy(ref(content), Object.class), this);
            case ARCHIVE -> ArchiveStore.stored(store.lazy(ref(content), Object.class), target);
            case HANDLE -> ref(content);
            case SEQUENCE -> Sequence.of((Map<?, ?>) content);
            case UUID_MARK -> UUID.fromString((String) content);
            case INSTANT -> Instant.parse((String) content);
            case DATE -> LocalDate.parse((String) content);
            case TIME -> LocalTime.parse((String) content);
            case DATE_TIME -> LocalDateTime.parse((String) content);
            default ->
                throw new UnsupportedDataException(
                        store.name(),
                        where,
                        "a value marked %s, which this version does not know".formatted(mark),
                        null);
        };
    }

    private static PayloadRef ref(Object content) {
        return PayloadRef.of((Map<?, ?>) Objects.requireNonNull(((Map<?, ?>) content).get(Marks.PAYLOAD)));
    }

    /** Reads the values of a data store. */
    Mono<Map<String, @Nullable Object>> values(Lazy<Object> stored) {
        PayloadRef ref = stored.ref();
        return store.readMarked(ref).map(tree -> {
            if (!(tree instanceof Map<?, ?> map)) {
                throw new CorruptDataException(store.name(), ref.url().toString(), "it is no data store", null);
            }
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            // Entry by entry, as a data store of one value whose name begins with $ is no mark.
            map.forEach((name, value) -> {
                String text = String.valueOf(name);
                values.put(
                        text.startsWith("$$") ? text.substring(1) : text,
                        read(value, ref.url().toString()));
            });
            return values;
        });
    }
}
