package io.atomflux.adapter;

import io.atomflux.spi.LeaseLock;
import io.atomflux.testkit.artifact.LeaseLockContract;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Leases beside files")
class FileLeaseContractTest extends LeaseLockContract {

    @TempDir
    private Path folder;

    @Override
    protected LeaseLock openEmpty() {
        return openAgain();
    }

    @Override
    protected LeaseLock openAgain() {
        return FileLease.beside(folder.resolve("run.h5"), "group");
    }
}
