package io.atomflux.file.columnar;

class Hdf5ObjectsContractTest extends SuffixObjectsContract {
    Hdf5ObjectsContractTest() {
        super(".h5");
    }
}
