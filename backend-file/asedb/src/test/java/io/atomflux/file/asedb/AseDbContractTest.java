package io.atomflux.file.asedb;

import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class AseDbContractTest extends RowBackendContract<Row> {

    @TempDir
    static Path folder;

    @Override
    @SuppressWarnings("unchecked")
    protected RowBackend<Row> open(String place, Optional<String> group) {
        OpenOptions options = group.map(OpenOptions::ofGroup).orElseGet(OpenOptions::none);
        boolean sync = Boolean.getBoolean("atomflux.proof"); // the disk would take most of the time
        return (RowBackend<Row>) new AseDbProvider()
                .open(
                        Location.of(folder.resolve(place + ".db")),
                        group.isPresent() || sync
                                ? options
                                : options.with(AseDbOptions.defaults().withSync(false)));
    }

    @Override
    protected Row row(int seed) {
        return Samples.row(seed);
    }

    @Override
    protected List<String> droppableKeys() {
        return List.of("info.a.b", "info.count", "calc.energy", "calc.forces");
    }

    /** The values of every kind and the hostile keys, each in a structure. */
    @Override
    protected List<Row> specialRows() {
        List<Row> rows = new ArrayList<>(Samples.molecules());
        for (Row row : Samples.rowsOfEveryKind()) {
            rows.add(Samples.row(rows.size()).merge(row));
        }
        for (Row row : Samples.rowsOfHostileKeys()) {
            rows.add(Samples.row(rows.size()).merge(row));
        }
        return rows;
    }

    @Override
    protected boolean representable(Row row) {
        return Databases.isKept(row);
    }
}
