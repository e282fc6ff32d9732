package io.atomflux.file.columnar;

class PaddedZarrReadOnlyContractTest extends SuffixReadOnlyContract {
    PaddedZarrReadOnlyContractTest() {
        super(".zarrp");
    }
}
