package io.atomflux.mongo;

import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The rows of one collection in one layout, shared by all handles on it; means what {@code RowBackend} says. */
interface LayoutStore {

    Set<Capability> capabilities();

    long maxAtomicRows();

    Mono<Long> size();

    Mono<Row> get(long index, Columns columns);

    RowReader<Row> reader(ReadRequest request);

    Mono<Versioned<Row>> getVersioned(long index);

    Mono<Long> apply(Write<Row> write);

    Flux<Change> changes(Optional<Revision> from);

    Flux<String> verify();

    /** Empties the group and drops its collection. */
    Mono<Void> remove();

    /** Gives back registrations and stops sweeping; waits for running writes. */
    Mono<Void> close();
}
