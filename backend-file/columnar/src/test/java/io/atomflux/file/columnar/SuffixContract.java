package io.atomflux.file.columnar;

import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The contract on files of one suffix; not synced, which takes most of the time of small changes and changes nothing else. */
abstract class SuffixContract extends RowBackendContract<Row> {

    @TempDir
    static Path folder;

    private final String suffix;

    SuffixContract(String suffix) {
        this.suffix = suffix;
    }

    @Override
    protected RowBackend<Row> open(String place, Optional<String> group) {
        return Backends.open(
                folder.resolve(place + suffix),
                group.map(OpenOptions::ofGroup).orElseGet(OpenOptions::none).with("sync", "false"));
    }

    @Override
    protected Row row(int seed) {
        return Samples.row(seed);
    }

    @Override
    protected boolean representable(Row row) {
        return Kept.by(suffix, row);
    }
}
