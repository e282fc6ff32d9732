package io.atomflux.mongo.artifact;

import io.atomflux.adapter.PolledLocks;
import io.atomflux.mongo.MongoLocks;
import io.atomflux.mongo.MongoSpace;
import io.atomflux.spi.LeaseLock;
import io.atomflux.testkit.artifact.LeaseLockContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Locks in MongoDB")
class MongoLocksContractTest extends LeaseLockContract {

    private final Places places = new Places();
    private final List<MongoSpace> spaces = new ArrayList<>();

    @Override
    protected LeaseLock openEmpty() {
        places.next();
        return openAgain();
    }

    @Override
    protected LeaseLock openAgain() {
        MongoSpace space = places.space();
        spaces.add(space);
        return PolledLocks.of(new MongoLocks(space, Place.LOCKS, new Place(space, false).writable()));
    }

    @AfterEach
    void close() {
        spaces.forEach(space -> space.close().block(Duration.ofSeconds(30)));
    }
}
