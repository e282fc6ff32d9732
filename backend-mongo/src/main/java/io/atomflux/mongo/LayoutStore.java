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

/**
 * The rows of one collection in one layout, shared by all handles on it; means what {@code RowBackend} says.
 *
 * <p>Every method but {@link #create} may signal {@link Vanished} instead of an answer, when the documents of the layout are
 * not there: the collection was removed, here or by another process. The caller then looks anew what stands there. A store
 * that answered so is closed and never used again.
 *
 * <p>Both are made as {@code new PagedStore(documents, name, options)} and {@code new AsebytesStore(documents, name,
 * options)}, with the {@code RowCodec} of their layout; a constructor does no I/O, and the first call that needs a
 * registration makes it. What each is capable of stands in its constant {@code CAPABILITIES}, which is asked before any
 * I/O.
 */
interface LayoutStore {

    /**
     * Lays the collection out where nothing stands, on the first write.
     *
     * <p>Begins by inserting the document {@code __meta__}, which both layouts have; so its unique id decides a race of
     * two layouts.
     *
     * @return cold; empty, also if this layout stands there already
     * @signals ForeignDataException if the other layout stands there
     */
    Mono<Void> create();

    Set<Capability> capabilities();

    long maxAtomicRows();

    Mono<Long> size();

    Mono<Row> get(long index, Columns columns);

    RowReader<Row> reader(ReadRequest request);

    Mono<Versioned<Row>> getVersioned(long index);

    Mono<Long> apply(Write<Row> write);

    Flux<Change> changes(Optional<Revision> from);

    /** Tells one content from another; empty where a writer of another program may change rows without a trace. */
    default Mono<String> etag() {
        return Mono.empty();
    }

    Flux<String> verify();

    /** Empties the group and drops its collection. */
    Mono<Void> remove();

    /** Gives back registrations and stops sweeping; waits for running writes. */
    Mono<Void> close();

    /** The documents of the layout are not there any more; nothing was changed. */
    final class Vanished extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Vanished(String store) {
            super(store + ": the collection was removed");
        }
    }
}
