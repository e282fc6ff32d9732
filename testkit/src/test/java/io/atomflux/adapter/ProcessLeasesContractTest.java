package io.atomflux.adapter;

import io.atomflux.spi.LeaseLock;
import io.atomflux.testkit.artifact.LeaseLockContract;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Leases of one process")
class ProcessLeasesContractTest extends LeaseLockContract {

    private final String place = UUID.randomUUID().toString();

    @Override
    protected LeaseLock openEmpty() {
        return openAgain();
    }

    @Override
    protected LeaseLock openAgain() {
        return ProcessLeases.of(place);
    }
}
