package io.atomflux.file.columnar;

class PaddedZarrAtomsContractTest extends SuffixAtomsContract {
    PaddedZarrAtomsContractTest() {
        super(".zarrp");
    }
}
