package io.atomflux.redis.artifact;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.redis.RedisServers;
import io.atomflux.testkit.artifact.CatalogContract;
import org.junit.jupiter.api.DisplayName;

@DisplayName("A catalog in Redis")
class RedisCatalogContractTest extends CatalogContract {

    private final Places places = new Places(RedisServers.single());

    @Override
    protected Catalog openEmpty() {
        places.next();
        return openAgain();
    }

    @Override
    protected Catalog openAgain() {
        return new RedisCatalog(places.space());
    }
}
