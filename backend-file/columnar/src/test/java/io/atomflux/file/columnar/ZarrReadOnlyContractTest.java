package io.atomflux.file.columnar;

class ZarrReadOnlyContractTest extends SuffixReadOnlyContract {
    ZarrReadOnlyContractTest() {
        super(".zarr");
    }
}
