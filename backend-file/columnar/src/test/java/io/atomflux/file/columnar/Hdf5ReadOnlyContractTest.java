package io.atomflux.file.columnar;

class Hdf5ReadOnlyContractTest extends SuffixReadOnlyContract {
    Hdf5ReadOnlyContractTest() {
        super(".h5");
    }
}
