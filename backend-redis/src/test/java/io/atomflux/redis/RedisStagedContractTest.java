package io.atomflux.redis;

import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.BlobRow;
import java.time.Duration;
import java.util.Optional;

/** The same with limits so small that most changes are staged. */
class RedisStagedContractTest extends RowBackendContract<BlobRow> {

    private static final Handles HANDLES = new Handles(
            RedisServers.single(),
            new Limits(
                    256 << 10,
                    1000,
                    300,
                    3,
                    500,
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(10),
                    Duration.ofDays(1),
                    Duration.ofMinutes(5)));

    @Override
    protected RowBackend<BlobRow> open(String place, Optional<String> group) {
        return HANDLES.open(place, group);
    }

    @Override
    protected BlobRow row(int seed) {
        return Samples.blobRow(seed);
    }

    /** The layout cannot tell a row without keys from a reserved one. */
    @Override
    protected boolean representable(BlobRow row) {
        return row.isReserved() || row.size() > 0;
    }

    @Override
    protected void quiescenceCheck() {
        HANDLES.requireQuiet();
    }

    @Override
    protected void leakCheck() {
        HANDLES.requireClosed();
    }
}
