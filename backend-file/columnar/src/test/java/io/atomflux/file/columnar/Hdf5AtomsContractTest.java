package io.atomflux.file.columnar;

class Hdf5AtomsContractTest extends SuffixAtomsContract {
    Hdf5AtomsContractTest() {
        super(".h5");
    }
}
