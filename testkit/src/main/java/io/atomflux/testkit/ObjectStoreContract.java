package io.atomflux.testkit;

import io.atomflux.ObjectIO;
import io.atomflux.Store;
import io.atomflux.value.Row;
import org.junit.jupiter.api.Nested;

/** What every writable store must do as a store of typed rows; extend it in the backend's tests. */
public abstract non-sealed class ObjectStoreContract extends StoreContract<Row> {

    /** For subclasses. */
    protected ObjectStoreContract() {}

    /**
     * Opens a store; the contract closes it.
     *
     * @param place a name made of letters, digits and hyphens; the same name is the same place, another one a place
     *     where nothing is yet
     */
    protected abstract ObjectIO open(String place);

    /** Builds a row this store can hold; those of {@link Samples#row}, unless overridden. */
    protected Row row(int seed) {
        return Samples.row(seed);
    }

    @Override
    final Store<Row> openStore(String place) {
        return open(place);
    }

    @Override
    final Row element(int seed) {
        return row(seed);
    }

    @Override
    final Row fields(Row element) {
        return element;
    }

    @Override
    final Row ofFields(Row fields) {
        return fields;
    }

    @Override
    final Store<Row> concat(Store<Row> first, Store<Row> second) {
        return ObjectIO.concat((ObjectIO) first, (ObjectIO) second);
    }

    @Override
    final boolean showsReserved() {
        return true;
    }

    /** The rules of Reactive Streams. */
    @Nested
    final class ReactiveStreams extends ReactiveStreamsFacet<Row> {
        ReactiveStreams() {
            super(ObjectStoreContract.this);
        }
    }
}
