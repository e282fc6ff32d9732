package io.atomflux.redis;

import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.BlobRow;
import java.util.Optional;

/** The same on a cluster of three servers. */
class RedisClusterContractTest extends RowBackendContract<BlobRow> {

    private static final Handles HANDLES = new Handles(RedisServers.cluster(), Limits.DEFAULT);

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
