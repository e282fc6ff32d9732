package io.atomflux.file.columnar;

class ZarrObjectsContractTest extends SuffixObjectsContract {
    ZarrObjectsContractTest() {
        super(".zarr");
    }
}
