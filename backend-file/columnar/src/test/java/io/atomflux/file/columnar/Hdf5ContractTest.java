package io.atomflux.file.columnar;

class Hdf5ContractTest extends SuffixContract {
    Hdf5ContractTest() {
        super(".h5");
    }
}
