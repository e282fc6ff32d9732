package io.atomflux.file.ase;

import io.atomflux.ObjectIO;
import io.atomflux.Store;
import io.atomflux.spi.Write;
import io.atomflux.testkit.ReadOnlyStoreContract;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Several files by a pattern are one store for reading. */
class GlobContractTest extends ReadOnlyStoreContract<Row> {

    @TempDir
    static Path folder;

    @BeforeAll
    static void write() throws IOException {
        int[] counts = {3, 0, 1, 5, 2};
        int from = 0;
        for (int i = 0; i < counts.length; i++) {
            String name = "part%d%s".formatted(i, i % 2 == 0 ? ".xyz" : ".extxyz.gz");
            try (ExtxyzStore store = new ExtxyzStore(folder.resolve(name), ExtxyzOptions.defaults())) {
                store.apply(new Write.Append<>(IntStream.range(from, from + counts[i])
                        .mapToObj(Frames::row)
                        .toList()));
            }
            from += counts[i];
        }
    }

    @Override
    protected Store<Row> open() {
        return ObjectIO.open(folder + "/part?.{xyz,extxyz.gz}");
    }

    @Override
    protected List<Row> expected() {
        return IntStream.range(0, 11).mapToObj(Frames::row).toList();
    }
}
