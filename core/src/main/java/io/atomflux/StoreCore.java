package io.atomflux;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import io.atomflux.value.Version;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What facades and views of one store share: its backend, how elements map to rows, and the checks before each write.
 *
 * @param <E> elements of the facade
 * @param <R> rows of the backend
 */
final class StoreCore<E, R extends KeyedRow<R>> {

    private static final Set<Capability> WRITES = EnumSet.of(
            Capability.APPEND,
            Capability.INSERT,
            Capability.SET,
            Capability.UPDATE,
            Capability.DELETE,
            Capability.DROP,
            Capability.RESERVE,
            Capability.CLEAR);

    final RowBackend<R> backend;
    final RowMapping<E, R> mapping;
    final Set<Capability> capabilities;

    StoreCore(RowBackend<R> backend, RowMapping<E, R> mapping) {
        this.backend = backend;
        this.mapping = mapping;
        this.capabilities = Set.copyOf(backend.capabilities());
    }

    String name() {
        return backend.name();
    }

    // Reading

    <T> Flux<T> stream(Selection selection, Columns columns, boolean snapshot, BatchStream.Emission<R, T> emission) {
        if (snapshot && !capabilities.contains(Capability.SNAPSHOT)) {
            return Flux.error(() -> unsupported("snapshot", "its streams read batch by batch"));
        }
        ReadRequest request = new ReadRequest(selection, columns, snapshot);
        return new BatchStream<>(() -> backend.reader(request), emission, ByteBudget.SHARED);
    }

    /** Reads the one row a selection leads to. */
    Mono<R> row(Selection selection, Columns columns) {
        ReadRequest request = ReadRequest.of(selection, columns);
        return Mono.usingWhen(
                Mono.fromSupplier(() -> backend.reader(request)),
                reader -> reader.next(1).map(batch -> batch.row(0)),
                reader -> reader.close());
    }

    /** Emits whole elements. */
    BatchStream.Emission<R, E> elements(Missing<E> missing) {
        return (row, position) -> {
            if (!row.isReserved()) {
                return mapping.element(row, name(), position);
            }
            E reserved = missing.kind() == Missing.Kind.FAIL ? mapping.reserved() : null;
            return reserved != null ? reserved : absent(missing, position, "row");
        };
    }

    /** Emits rows of the wanted keys. */
    BatchStream.Emission<R, Row> fields(Missing<Row> missing) {
        return (row, position) -> row.isReserved() && missing.kind() != Missing.Kind.FAIL
                ? absent(missing, position, "row")
                : mapping.fields(row, name(), position);
    }

    /** Emits the values of one key. */
    <V> BatchStream.Emission<R, V> values(String key, Class<V> type, Missing<V> missing) {
        return (row, position) -> {
            Object value = mapping.fields(row, name(), position).get(key);
            return value == null ? absent(missing, position, key) : typed(value, type, key, position);
        };
    }

    /**
     * Emits what an {@link ArrayCollector} takes: the values of one key, or those of a whole batch as one array.
     *
     * <p>The array is taken only where it holds what the values would be as that type.
     */
    <V> BatchStream.Emission<R, Object> parts(String key, Class<V> type, Missing<V> missing) {
        BatchStream.Emission<R, V> values = values(key, type, missing);
        return new BatchStream.Emission<>() {
            @Override
            public @Nullable Object of(R row, long position) {
                return values.of(row, position);
            }

            @Override
            public @Nullable Object ofAll(Batch<R> batch) {
                NdArray all = batch.array(key).orElse(null);
                return all != null && ArrayCollector.holds(all, type) ? new ArrayCollector.Stacked(all) : null;
            }
        };
    }

    private <T> @Nullable T absent(Missing<T> missing, long position, String what) {
        return switch (missing.kind()) {
            case FAIL -> throw new MissingValueException(name(), position, what);
            case SKIP -> null;
            case SUBSTITUTE -> missing.substitute();
        };
    }

    static <V> V typed(Object value, Class<V> type, String key, long position) {
        V converted = Values.as(value, type);
        if (converted == null) {
            throw new ValueTypeException(
                    "row " + position + ", key " + key,
                    type.getSimpleName(),
                    value.getClass().getSimpleName());
        }
        return converted;
    }

    // Writing

    Mono<Long> apply(Write<R> write) {
        return Mono.defer(() -> {
            refuseIfImpossible(write);
            return backend.apply(write);
        });
    }

    Mono<Void> change(Write<R> write) {
        return apply(write).then();
    }

    /** Refuses, before any I/O, what this store cannot do. */
    private void refuseIfImpossible(Write<R> write) {
        Needs<R> needs = write.accept(new WriteNeeds<>());
        boolean writable = capabilities.stream().anyMatch(WRITES::contains);
        if (!writable) {
            throw new ReadOnlyStoreException(name(), write.operation());
        }
        for (Capability needed : needs.capabilities()) {
            if (!capabilities.contains(needed)) {
                throw unsupported(write.operation(), "it lacks the capability " + needed);
            }
        }
        for (R row : needs.rows()) {
            if (row.isReserved() && !capabilities.contains(Capability.RESERVE)) {
                throw unsupported(write.operation() + " of a reserved row", "it lacks the capability RESERVE");
            }
            if (!row.isReserved() && row.size() == 0 && !capabilities.contains(Capability.EMPTY_ROWS)) {
                throw unsupported(
                        write.operation() + " of a row without keys", "its layout cannot tell it from a reserved row");
            }
        }
        long limit = backend.maxAtomicRows();
        if (needs.count() > limit) {
            throw new LimitExceededException(
                    "rows of one " + write.operation() + " to " + name(), needs.count(), limit, "make several calls");
        }
    }

    UnsupportedStoreOperationException unsupported(String operation, String reason) {
        return new UnsupportedStoreOperationException(name(), operation, reason);
    }

    /**
     * What a write asks of a store.
     *
     * @param capabilities needed
     * @param rows whole rows to be written
     * @param count how many rows, where that is known beforehand
     */
    private record Needs<R>(Set<Capability> capabilities, List<R> rows, long count) {}

    private static final class WriteNeeds<R extends KeyedRow<R>> implements Write.Visitor<R, Needs<R>> {

        private static Set<Capability> with(Capability basic, Optional<Version> expected) {
            return expected.isPresent() ? EnumSet.of(basic, Capability.VERSIONS) : EnumSet.of(basic);
        }

        @Override
        public Needs<R> append(Write.Append<R> write) {
            return new Needs<>(
                    EnumSet.of(Capability.APPEND), write.rows(), write.rows().size());
        }

        @Override
        public Needs<R> insert(Write.Insert<R> write) {
            return new Needs<>(
                    EnumSet.of(Capability.INSERT), write.rows(), write.rows().size());
        }

        @Override
        public Needs<R> put(Write.Put<R> write) {
            return new Needs<>(
                    with(Capability.SET, write.expected()),
                    write.rows(),
                    write.rows().size());
        }

        @Override
        public Needs<R> update(Write.Update<R> write) {
            return new Needs<>(
                    with(Capability.UPDATE, write.expected()),
                    List.of(),
                    write.changes().size());
        }

        @Override
        public Needs<R> delete(Write.Delete<R> write) {
            return new Needs<>(with(Capability.DELETE, write.expected()), List.of(), 0);
        }

        @Override
        public Needs<R> drop(Write.Drop<R> write) {
            return new Needs<>(EnumSet.of(Capability.DROP), List.of(), 0);
        }

        @Override
        public Needs<R> reserve(Write.Reserve<R> write) {
            return new Needs<>(EnumSet.of(Capability.RESERVE), List.of(), write.count());
        }

        @Override
        public Needs<R> clear(Write.Clear<R> write) {
            return new Needs<>(EnumSet.of(Capability.CLEAR), List.of(), 0);
        }
    }

    List<R> rows(List<E> elements) {
        Function<E, R> mapped = element -> mapping.row(Objects.requireNonNull(element, "element"));
        return elements.stream().map(mapped).toList();
    }
}
