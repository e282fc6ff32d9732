package io.atomflux.file.columnar;

class ZarrAtomsContractTest extends SuffixAtomsContract {
    ZarrAtomsContractTest() {
        super(".zarr");
    }
}
