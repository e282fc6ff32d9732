package io.atomflux.artifact.catalog;

import io.atomflux.testkit.artifact.CatalogContract;

/** The map in memory; one instance is the place, as it is private to its process. */
class MemoryCatalogContractTest extends CatalogContract {

    private Catalog last = new MemoryCatalog("memory");

    @Override
    protected Catalog openEmpty() {
        last = new MemoryCatalog("memory");
        return last;
    }

    @Override
    protected Catalog openAgain() {
        return last;
    }
}
