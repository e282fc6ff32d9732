package io.atomflux.file.columnar;

class ZarrContractTest extends SuffixContract {
    ZarrContractTest() {
        super(".zarr");
    }
}
