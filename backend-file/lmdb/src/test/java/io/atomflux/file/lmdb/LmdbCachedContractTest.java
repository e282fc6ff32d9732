package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.Store;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.CacheOptions;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.ReadOnlyStoreContract;
import io.atomflux.testkit.Samples;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A store in front of which a cache stands, empty at each opening. */
class LmdbCachedContractTest extends ReadOnlyStoreContract<Atoms> {

    private static final AtomicInteger CACHES = new AtomicInteger();

    @TempDir
    static Path folder;

    @BeforeAll
    static void fill() {
        AtomsIO.with(path().toString(), store -> store.extend(molecules())).block();
    }

    private static Path path() {
        return folder.resolve("molecules.lmdb");
    }

    private static List<Atoms> molecules() {
        return Samples.molecules().stream().map(Atoms::fromRow).toList();
    }

    /** Returns where the next opening has its cache. */
    Path cache() {
        return folder.resolve("cache-%d.lmdb".formatted(CACHES.incrementAndGet()));
    }

    @Override
    protected Store<Atoms> open() {
        return AtomsIO.open(path(), OpenOptions.ofReadOnly())
                .cached(
                        AtomsIO.open(cache(), OpenOptions.none().with("sync", "false")),
                        CacheOptions.defaults().withReadAhead(1));
    }

    @Override
    protected List<Atoms> expected() {
        return molecules();
    }

    @Override
    protected void leakCheck() {
        assertThat(Environments.count()).isZero();
    }
}
