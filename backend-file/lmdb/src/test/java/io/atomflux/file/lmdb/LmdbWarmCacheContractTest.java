package io.atomflux.file.lmdb;

import java.nio.file.Path;

/** A store in front of which a cache stands that the openings before have filled. */
class LmdbWarmCacheContractTest extends LmdbCachedContractTest {

    @Override
    Path cache() {
        return folder.resolve("cache.lmdb");
    }
}
