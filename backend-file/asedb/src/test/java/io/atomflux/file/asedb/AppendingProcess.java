package io.atomflux.file.asedb;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A process that changes a database until it is done or killed, and says on standard output what was acknowledged.
 *
 * <p>Each change adds a batch of rows with the batch's seed, in one call with others that add a row and delete it again.
 */
public final class AppendingProcess {

    static final int BATCH = 3;

    private AppendingProcess() {}

    static Process start(Path file, int first, int count) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendingProcess.class.getName(),
                        file.toString(),
                        "" + first,
                        "" + count)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    static List<Row> batch(int seed) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            rows.add(Samples.row(seed * BATCH + i));
        }
        return rows;
    }

    /** Takes the file, the first batch and how many there are. */
    public static void main(String[] arguments) throws IOException {
        int first = Integer.parseInt(arguments[1]);
        int count = Integer.parseInt(arguments[2]);
        SplittableRandom random = new SplittableRandom(first);
        try (AseDbStore store = Databases.open(Path.of(arguments[0]))) {
            for (int seed = first; seed < first + count; seed++) {
                List<Write<Row>> writes = new ArrayList<>(List.of(new Write.Append<>(batch(seed))));
                if (random.nextInt(3) == 0) {
                    writes.add(new Write.Append<>(List.of(Samples.row(-1))));
                    writes.add(new Write.Delete<>(Selection.at(-1), Optional.empty()));
                }
                Throwable failure = store.applyAll(writes).get(0).failure();
                if (failure != null) {
                    throw new IOException(failure);
                }
                System.out.println("done " + seed);
            }
        }
    }

    static BufferedReader output(Process process) {
        return process.inputReader();
    }

    static List<Row> content(Path file) throws IOException {
        try (AseDbStore store = Databases.open(file)) {
            return store.read(Positions.range(0, store.size()), Columns.ALL);
        }
    }
}
