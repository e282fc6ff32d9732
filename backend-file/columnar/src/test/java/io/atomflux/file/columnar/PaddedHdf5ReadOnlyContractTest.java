package io.atomflux.file.columnar;

class PaddedHdf5ReadOnlyContractTest extends SuffixReadOnlyContract {
    PaddedHdf5ReadOnlyContractTest() {
        super(".h5p");
    }
}
