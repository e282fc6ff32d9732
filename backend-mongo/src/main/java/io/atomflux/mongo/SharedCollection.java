package io.atomflux.mongo;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.StoreClosedException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One collection as all handles of this process with the same options see it; for any thread.
 *
 * <p>The layout is looked up once, when it is first needed, and again after the collection was removed.
 */
final class SharedCollection {

    /** Makes the store of a layout. */
    interface Layouts {
        LayoutStore make(MongoOptions.Layout layout, Documents documents, String name, MongoOptions options);
    }

    private final String name;
    private final MongoOptions options;
    private final Documents documents;
    private final Layouts layouts;
    private final Flux<String> groups;
    private final AtomicReference<@Nullable LayoutStore> current = new AtomicReference<>();
    private volatile boolean closed;

    SharedCollection(String name, MongoOptions options, Documents documents, Layouts layouts, Flux<String> groups) {
        this.name = name;
        this.options = options;
        this.documents = documents;
        this.layouts = layouts;
        this.groups = groups;
    }

    /** Returns the rows that stand there, or empty. */
    Mono<Optional<LayoutStore>> find() {
        return Mono.defer(() -> {
            LayoutStore known = current.get();
            return known != null
                    ? Mono.just(Optional.of(known))
                    : Detection.detect(documents, name).map(found -> found.map(this::opened));
        });
    }

    private LayoutStore opened(MongoOptions.Layout found) {
        if (options.layout() != MongoOptions.Layout.AUTO && options.layout() != found) {
            throw new ForeignDataException(
                    name,
                    "the layout " + lower(found),
                    "the layout " + lower(options.layout())
                            + ", as asked for; leave layout out to read it, and convert with atomflux copy");
        }
        LayoutStore fresh = layouts.make(found, documents, name, options);
        LayoutStore before = current.compareAndExchange(null, fresh);
        if (closed) { // perhaps before it stood there; for a call that was cancelled, so nothing of it was used
            throw new StoreClosedException(name);
        }
        return before == null ? fresh : before;
    }

    private static String lower(MongoOptions.Layout layout) {
        return layout.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Returns the rows, laying the collection out if nothing stands there. */
    Mono<LayoutStore> make() {
        return find().flatMap(found -> found.map(Mono::just).orElseGet(this::create));
    }

    private Mono<LayoutStore> create() {
        MongoOptions.Layout wanted =
                options.layout() == MongoOptions.Layout.ASEBYTES ? options.layout() : MongoOptions.Layout.PAGED;
        return Mono.defer(() -> {
            LayoutStore creator = layouts.make(wanted, documents, name, options);
            return creator.create().then(creator.close()).then(Mono.fromSupplier(() -> opened(wanted)));
        });
    }

    /** Forgets rows that vanished. */
    Mono<Void> forget(LayoutStore vanished) {
        return Mono.defer(() -> current.compareAndSet(vanished, null) ? vanished.close() : Mono.empty());
    }

    Flux<String> groups() {
        return groups;
    }

    Mono<Void> close() {
        return Mono.defer(() -> {
            closed = true;
            LayoutStore last = current.getAndSet(null);
            return last == null ? Mono.empty() : last.close();
        });
    }
}
