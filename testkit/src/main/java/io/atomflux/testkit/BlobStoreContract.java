package io.atomflux.testkit;

import io.atomflux.BlobIO;
import io.atomflux.Store;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What every writable store must do as a store of raw bytes; extend it in the backend's tests. */
public abstract non-sealed class BlobStoreContract extends StoreContract<BlobRow> {

    /** For subclasses. */
    protected BlobStoreContract() {}

    /**
     * Opens a store; the contract closes it.
     *
     * @param place a name made of letters, digits and hyphens; the same name is the same place, another one a place
     *     where nothing is yet
     */
    protected abstract BlobIO open(String place);

    /** Builds a row this store can hold; those of {@link Samples#blobRow}, unless overridden. */
    protected BlobRow row(int seed) {
        return Samples.blobRow(seed);
    }

    @Override
    final Store<BlobRow> openStore(String place) {
        return open(place);
    }

    @Override
    final BlobRow element(int seed) {
        return row(seed);
    }

    @Override
    final Row fields(BlobRow element) {
        Row.Builder fields = Row.builder();
        element.keys().forEach(key -> fields.put(key, element.get(key)));
        return fields.build();
    }

    @Override
    final BlobRow ofFields(Row fields) {
        Map<Bytes, Bytes> cells = new LinkedHashMap<>();
        fields.forEach((key, value) -> cells.put(Bytes.ofKey(key), (Bytes) Objects.requireNonNull(value)));
        return BlobRow.of(cells);
    }

    @Override
    final Store<BlobRow> concat(Store<BlobRow> first, Store<BlobRow> second) {
        return BlobIO.concat((BlobIO) first, (BlobIO) second);
    }

    @Override
    final boolean showsReserved() {
        return true;
    }
}
