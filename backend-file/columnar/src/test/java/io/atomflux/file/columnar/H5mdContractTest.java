package io.atomflux.file.columnar;

class H5mdContractTest extends SuffixContract {
    H5mdContractTest() {
        super(".h5md");
    }
}
