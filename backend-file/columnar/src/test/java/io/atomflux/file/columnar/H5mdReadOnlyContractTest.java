package io.atomflux.file.columnar;

class H5mdReadOnlyContractTest extends SuffixReadOnlyContract {
    H5mdReadOnlyContractTest() {
        super(".h5md");
    }
}
