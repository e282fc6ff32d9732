package io.atomflux.file.columnar;

import io.atomflux.adapter.Bridge;
import io.atomflux.adapter.BridgeOptions;
import io.atomflux.spi.Names;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.util.Optional;

/** The contract over a tree in memory: what of it is the store's own, without any file. */
class MemoryTreeContractTest extends RowBackendContract<Row> {

    @Override
    protected RowBackend<Row> open(String place, Optional<String> group) {
        String name = "memory tree " + place + " " + group.map(Names::group).orElse("");
        return Bridge.opening(
                Row.class,
                name,
                ColumnarStore.CAPABILITIES,
                () -> new ColumnarStore(
                        new ColumnarFile(new MemoryTree(place), tree -> new TextLayout(), group, name, 1 << 20)),
                BridgeOptions.defaults().withThreads(2));
    }

    @Override
    protected Row row(int seed) {
        return Samples.row(seed);
    }
}
