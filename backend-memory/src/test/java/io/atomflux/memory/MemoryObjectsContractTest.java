package io.atomflux.memory;

import io.atomflux.ObjectIO;
import io.atomflux.testkit.ObjectStoreContract;

class MemoryObjectsContractTest extends ObjectStoreContract {

    @Override
    protected ObjectIO open(String place) {
        return ObjectIO.open("memory://" + place);
    }
}
