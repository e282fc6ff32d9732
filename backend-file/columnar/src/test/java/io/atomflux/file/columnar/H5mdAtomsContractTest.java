package io.atomflux.file.columnar;

class H5mdAtomsContractTest extends SuffixAtomsContract {
    H5mdAtomsContractTest() {
        super(".h5md");
    }
}
