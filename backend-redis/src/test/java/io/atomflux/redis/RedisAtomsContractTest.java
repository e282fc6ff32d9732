package io.atomflux.redis;

import io.atomflux.AtomsIO;
import io.atomflux.testkit.AtomsStoreContract;
import java.util.Optional;

class RedisAtomsContractTest extends AtomsStoreContract {

    private static final Handles HANDLES = new Handles(RedisServers.single(), Limits.DEFAULT);

    @Override
    protected AtomsIO open(String place) {
        return AtomsIO.of(HANDLES.open(place, Optional.empty()));
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
