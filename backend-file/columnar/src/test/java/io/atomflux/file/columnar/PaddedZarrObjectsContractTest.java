package io.atomflux.file.columnar;

class PaddedZarrObjectsContractTest extends SuffixObjectsContract {
    PaddedZarrObjectsContractTest() {
        super(".zarrp");
    }
}
