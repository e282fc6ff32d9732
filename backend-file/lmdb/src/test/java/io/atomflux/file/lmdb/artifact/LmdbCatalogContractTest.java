package io.atomflux.file.lmdb.artifact;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.file.lmdb.GuardedFile;
import io.atomflux.testkit.artifact.CatalogContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LmdbCatalogContractTest extends CatalogContract {

    @TempDir
    Path folder;

    private int places;

    @Override
    protected Catalog openEmpty() {
        places++;
        return openAgain();
    }

    @Override
    protected Catalog openAgain() {
        Path place = folder.resolve(places + ".lmdb");
        // a small map, so that growing is met too
        GuardedFile file = new GuardedFile(
                place.resolve(LmdbArtifacts.DATA_FILE), "test", new GuardedFile.Access(1 << 20, true), false);
        return new LmdbCatalog("test", new LmdbPlace(place, "test", file));
    }
}
