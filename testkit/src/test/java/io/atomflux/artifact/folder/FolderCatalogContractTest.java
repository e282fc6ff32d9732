package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.testkit.artifact.CatalogContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FolderCatalogContractTest extends CatalogContract {

    private static final long LOG = 16 << 10; // so short that it becomes runs, which are merged

    @TempDir
    Path temporary;

    private int number;

    @Override
    protected Catalog openEmpty() {
        number++;
        return openAgain();
    }

    @Override
    protected Catalog openAgain() {
        return FolderCatalog.of(
                new FolderPlace(new LocalDisk(false), temporary.resolve("store" + number), false), LOG, false);
    }
}
