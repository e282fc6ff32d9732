package io.atomflux.memory;

import io.atomflux.AtomsIO;
import io.atomflux.testkit.AtomsStoreContract;

class MemoryAtomsContractTest extends AtomsStoreContract {

    @Override
    protected AtomsIO open(String place) {
        return AtomsIO.open("memory://" + place);
    }
}
