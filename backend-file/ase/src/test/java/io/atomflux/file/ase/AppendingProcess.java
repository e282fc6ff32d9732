package io.atomflux.file.ase;

import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Another process that appends batches of seven frames and says so after each. */
final class AppendingProcess {

    static final int BATCH = 7;

    private AppendingProcess() {}

    public static void main(String[] arguments) throws Exception {
        int first = Integer.parseInt(arguments[1]);
        int batches = Integer.parseInt(arguments[2]);
        try (BlockingRowBackend<Row> store = open(Path.of(arguments[0]))) {
            for (int i = first; i < first + batches; i++) {
                int seed = BATCH * i;
                store.apply(new Write.Append<>(IntStream.range(seed, seed + BATCH)
                        .mapToObj(Frames::row)
                        .toList()));
                System.out.println("done " + i);
                System.out.flush();
            }
        }
    }

    private static BlockingRowBackend<Row> open(Path file) {
        return file.toString().endsWith(".traj")
                ? new TrajStore(file, TrajOptions.defaults())
                : new ExtxyzStore(file, ExtxyzOptions.defaults());
    }

    static Process start(Path file, int first, int batches) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendingProcess.class.getName(),
                        file.toString(),
                        String.valueOf(first),
                        String.valueOf(batches)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
