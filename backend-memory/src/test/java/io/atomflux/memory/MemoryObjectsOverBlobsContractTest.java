package io.atomflux.memory;

import io.atomflux.ObjectIO;
import io.atomflux.testkit.ObjectStoreContract;

/** Typed rows kept as bytes: the conversion between the kinds of rows passes the same contract. */
class MemoryObjectsOverBlobsContractTest extends ObjectStoreContract {

    @Override
    protected ObjectIO open(String place) {
        return ObjectIO.open("memory://" + place + "?rows=blobs");
    }
}
