package io.atomflux.file.columnar;

import io.atomflux.ObjectIO;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.ObjectStoreContract;
import io.atomflux.value.Row;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract of stores of rows on files of one suffix. */
abstract class SuffixObjectsContract extends ObjectStoreContract {

    @TempDir
    static Path folder;

    private final String suffix;

    SuffixObjectsContract(String suffix) {
        this.suffix = suffix;
    }

    @Override
    protected ObjectIO open(String place) {
        return ObjectIO.open(folder.resolve(place + suffix), OpenOptions.none().with("sync", "false"));
    }

    @Override
    protected boolean representable(Row row) {
        return Kept.by(suffix, row);
    }
}
