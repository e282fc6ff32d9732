package io.atomflux.artifact.catalog;

import io.atomflux.adapter.PolledLocks;
import io.atomflux.spi.LeaseLock;
import io.atomflux.testkit.artifact.LeaseLockContract;
import reactor.core.publisher.Mono;

/** Locks in a catalog; two of them on one catalog are as two processes. */
class CatalogLocksContractTest extends LeaseLockContract {

    private Catalog last = new MemoryCatalog("memory");

    @Override
    protected LeaseLock openEmpty() {
        last = new MemoryCatalog("memory");
        return openAgain();
    }

    @Override
    protected LeaseLock openAgain() {
        return PolledLocks.of(new CatalogLocks(last, Mono.empty()));
    }
}
