package io.atomflux.file.columnar;

class PaddedHdf5ObjectsContractTest extends SuffixObjectsContract {
    PaddedHdf5ObjectsContractTest() {
        super(".h5p");
    }
}
