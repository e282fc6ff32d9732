package io.atomflux.redis;

import io.atomflux.ObjectIO;
import io.atomflux.testkit.ObjectStoreContract;
import java.util.Optional;

class RedisObjectsContractTest extends ObjectStoreContract {

    private static final Handles HANDLES = new Handles(RedisServers.single(), Limits.DEFAULT);

    @Override
    protected ObjectIO open(String place) {
        return ObjectIO.of(HANDLES.open(place, Optional.empty()));
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
