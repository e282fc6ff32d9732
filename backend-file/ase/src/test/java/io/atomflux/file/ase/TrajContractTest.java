package io.atomflux.file.ase;

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

class TrajContractTest extends RowBackendContract<Row> {

    @TempDir
    static Path folder;

    /** Returns how the files end. */
    String suffix() {
        return ".traj";
    }

    @Override
    @SuppressWarnings("unchecked")
    protected RowBackend<Row> open(String place, Optional<String> group) {
        OpenOptions options = group.map(OpenOptions::ofGroup).orElseGet(OpenOptions::none);
        return (RowBackend<Row>) new TrajProvider().open(Location.of(folder.resolve(place + suffix())), options);
    }

    @Override
    protected Row row(int seed) {
        return TrajRows.row(seed);
    }

    @Override
    protected List<String> droppableKeys() {
        return List.of("info.label", "info.step", "calc.energy", "calc.forces");
    }

    /** The values of every kind and the hostile keys, each in a frame. */
    @Override
    protected List<Row> specialRows() {
        List<Row> rows = new ArrayList<>();
        for (Row row : Samples.rowsOfEveryKind()) {
            rows.add(TrajRows.row(rows.size()).merge(row));
        }
        for (Row row : Samples.rowsOfHostileKeys()) {
            rows.add(TrajRows.row(rows.size()).merge(row));
        }
        return rows;
    }

    @Override
    protected boolean representable(Row row) {
        return TrajRows.isKept(row);
    }
}
