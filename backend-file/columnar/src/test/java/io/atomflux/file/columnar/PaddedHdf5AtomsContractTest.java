package io.atomflux.file.columnar;

class PaddedHdf5AtomsContractTest extends SuffixAtomsContract {
    PaddedHdf5AtomsContractTest() {
        super(".h5p");
    }
}
