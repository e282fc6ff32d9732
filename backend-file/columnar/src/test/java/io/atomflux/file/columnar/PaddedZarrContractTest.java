package io.atomflux.file.columnar;

class PaddedZarrContractTest extends SuffixContract {
    PaddedZarrContractTest() {
        super(".zarrp");
    }
}
