package io.atomflux.file.columnar;

class H5mdObjectsContractTest extends SuffixObjectsContract {
    H5mdObjectsContractTest() {
        super(".h5md");
    }
}
