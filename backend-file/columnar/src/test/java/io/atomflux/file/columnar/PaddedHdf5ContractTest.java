package io.atomflux.file.columnar;

class PaddedHdf5ContractTest extends SuffixContract {
    PaddedHdf5ContractTest() {
        super(".h5p");
    }
}
