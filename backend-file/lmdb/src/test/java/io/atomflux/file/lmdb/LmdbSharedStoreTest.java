package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.testkit.SharedStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that share a store.
 *
 * <p>None is killed here: the LMDB library in use has no robust locks, so processes that wait for a lock wait for ever
 * when its holder is killed. What killed processes leave in the store is tested in {@link LmdbProcessesTest}.
 */
class LmdbSharedStoreTest extends SharedStoreContract {

    @TempDir
    Path folder;

    @Override
    protected String uri(String place, boolean test) {
        return folder.resolve(place + ".lmdb").toString();
    }

    @Override
    protected boolean killsClients() {
        return false;
    }

    @Override
    protected void leftovers(String place) throws Exception {
        try (LmdbStore store =
                new LmdbStore(folder.resolve(place + ".lmdb"), "default", false, LmdbOptions.defaults())) {
            assertThat(store.verify()).isEmpty();
        }
    }
}
