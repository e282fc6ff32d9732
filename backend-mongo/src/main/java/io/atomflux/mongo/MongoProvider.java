package io.atomflux.mongo;

import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import java.util.Set;

/**
 * Opens {@code mongodb://[user:password@]host[:port],…[/database]} and {@code mongodb+srv://host[/database]}; a group is a
 * collection, {@code default} without a name, and the database is {@code asebytes} without one, as asebytes 0.3 has it.
 *
 * <p>A new collection gets the paged layout, made for many clients and rows, which Python cannot read: to share a store with
 * the Python package asebytes, create it with {@code layout=asebytes}. What stands there is recognised; both layouts in one
 * collection, or documents of another program, are errors.
 *
 * <p>Options stand in the query, e.g. {@code mongodb://db1,db2/md?replicaSet=rs0&layout=asebytes&group=train}: the ones of
 * {@link MongoOptions}, and those of the driver's connection string ({@code replicaSet}, {@code authSource}, {@code tls},
 * {@code maxPoolSize} …; users are looked up in {@code admin} unless {@code authSource} says otherwise). Writes go to a
 * majority and reads to the primary; options that ask for less are refused unless {@code consistency=relaxed}. The driver's
 * replays stay off.
 *
 * <p>{@code capabilities()} says before any I/O what the layout asked for is capable of, without one the paged layout. All
 * stores of a URI in this process share one client of the driver, closed by the last.
 */
public final class MongoProvider implements BackendProvider {

    private static final SharedCollections PROCESS = new SharedCollections(SharedClients.PROCESS, new MadeLayouts());

    private final SharedCollections collections;

    /** For {@link java.util.ServiceLoader}. */
    public MongoProvider() {
        this(PROCESS);
    }

    MongoProvider(SharedCollections collections) {
        this.collections = collections;
    }

    @Override
    public String artifact() {
        return "atomflux-backend-mongo";
    }

    @Override
    public Set<String> schemes() {
        return Set.of("mongodb", "mongodb+srv");
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        Opening opening = Opening.of(location, options, MongoAddress.DEFAULT_GROUP);
        MongoOptions chosen = opening.options();
        return new MongoRows(
                opening.name(),
                options.readOnly(),
                MadeLayouts.capabilities(chosen, options.readOnly()),
                MadeLayouts.maxAtomicRows(chosen),
                new MongoSpace(opening, collections.clients()),
                collections.lease(opening.address(), opening.name(), chosen));
    }
}
