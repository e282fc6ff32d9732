package io.atomflux.mongo;

import io.atomflux.spi.Capability;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** The layouts there are. */
final class MadeLayouts implements SharedCollection.Layouts {

    @Override
    public LayoutStore make(MongoOptions.Layout layout, Documents documents, String name, MongoOptions options) {
        return layout == MongoOptions.Layout.ASEBYTES
                ? new AsebytesStore(documents, name, options)
                : new PagedStore(documents, name, options);
    }

    /**
     * Returns what a store is capable of as far as the options tell.
     *
     * <p>{@link Capability#DURABLE} is missing where the URI may ask for less than a majority.
     */
    static Set<Capability> capabilities(MongoOptions options, boolean readOnly) {
        Set<Capability> known = EnumSet.copyOf(
                options.layout() == MongoOptions.Layout.ASEBYTES
                        ? AsebytesStore.CAPABILITIES
                        : PagedStore.CAPABILITIES);
        if (options.consistency() == MongoOptions.Consistency.RELAXED) {
            known.remove(Capability.DURABLE);
        }
        if (readOnly) {
            known.removeAll(EnumSet.range(Capability.APPEND, Capability.REMOVE));
        }
        return Collections.unmodifiableSet(known);
    }

    /** Returns how many rows one write may change, as far as the options tell. */
    static long maxAtomicRows(MongoOptions options) {
        return options.layout() == MongoOptions.Layout.ASEBYTES ? AsebytesStore.MOST_ATOMIC : PagedStore.MOST_ROWS;
    }
}
