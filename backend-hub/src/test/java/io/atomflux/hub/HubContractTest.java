package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.Store;
import io.atomflux.testkit.ReadOnlyStoreContract;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract of stores that can only be read, for a dataset in Parquet. */
class HubContractTest extends ReadOnlyStoreContract<Row> {

    private static ImitationHub hub;

    @BeforeAll
    static void start() {
        hub = ImitationHub.builder().dataset(HubRows.COLABFIT).start();
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Override
    protected Store<Row> open() {
        return HubRows.open(hub, "colabfit://toy?config=default");
    }

    @Override
    protected List<Row> expected() {
        return HubRows.colabfit(0, HubRows.COLABFIT_ROWS);
    }

    @Override
    protected void quiescenceCheck() {
        // What was cancelled while it decoded may take its bytes, and give them back, an instant after all was quiet.
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        for (int quiet = 0; quiet < 20 && System.nanoTime() < deadline; quiet++) {
            LockSupport.parkNanos(1_000_000);
            if (hub.load(Host.HUB).running() + hub.load(Host.CDN).running() + Memory.SHARED.used() > 0) {
                quiet = -1;
            }
        }
        assertThat(hub.load(Host.HUB).running())
                .as("requests to the hub that run still")
                .isZero();
        assertThat(hub.load(Host.CDN).running())
                .as("requests to the storage that run still")
                .isZero();
        assertThat(Memory.SHARED.used()).as("bytes held by streams").isZero();
    }

    @Override
    protected void leakCheck() {
        quiescenceCheck();
    }
}
