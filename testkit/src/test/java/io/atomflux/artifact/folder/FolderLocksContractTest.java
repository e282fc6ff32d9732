package io.atomflux.artifact.folder;

import io.atomflux.spi.LeaseLock;
import io.atomflux.testkit.artifact.LeaseLockContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class FolderLocksContractTest extends LeaseLockContract {

    @TempDir
    Path temporary;

    private int number;

    @Override
    protected LeaseLock openEmpty() {
        number++;
        try {
            Files.createDirectories(temporary.resolve("store" + number).resolve("locks"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return openAgain();
    }

    @Override
    protected LeaseLock openAgain() {
        return new FileLeaseLock(
                new FolderPlace(new LocalDisk(false), temporary.resolve("store" + number), true), Mono.empty());
    }
}
