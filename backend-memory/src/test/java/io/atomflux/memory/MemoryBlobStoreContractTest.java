package io.atomflux.memory;

import io.atomflux.BlobIO;
import io.atomflux.testkit.BlobStoreContract;

class MemoryBlobStoreContractTest extends BlobStoreContract {

    @Override
    protected BlobIO open(String place) {
        return BlobIO.open("memory://" + place + "?rows=blobs");
    }
}
