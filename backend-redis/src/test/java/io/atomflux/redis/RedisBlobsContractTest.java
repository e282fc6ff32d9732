package io.atomflux.redis;

import io.atomflux.BlobIO;
import io.atomflux.testkit.BlobStoreContract;
import java.util.Optional;

class RedisBlobsContractTest extends BlobStoreContract {

    private static final Handles HANDLES = new Handles(RedisServers.single(), Limits.DEFAULT);

    @Override
    protected BlobIO open(String place) {
        return BlobIO.of(HANDLES.open(place, Optional.empty()));
    }

    @Override
    protected void quiescenceCheck() {
        HANDLES.requireQuiet();
    }

    @Override
    protected void leakCheck() {
        HANDLES.requireClosed();
    }
}
