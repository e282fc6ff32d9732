package io.atomflux.file.lmdb;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A process that writes until it is done or killed, and says on standard output what was acknowledged.
 *
 * <p>Each operation adds a batch of rows that carry the batch's name and size, at the end or at the front; {@code begin
 * name size} is printed before, {@code done name} after, or {@code refused name}
 * if it surely left nothing, {@code failed name} if that is not known.
 */
public final class WriterProcess {

    private WriterProcess() {}

    /** Takes the location, a name, the number of threads, and the number of operations of each. */
    public static void main(String[] arguments) throws Exception {
        int threads = Integer.parseInt(arguments[2]);
        int operations = Integer.parseInt(arguments[3]);
        LmdbOptions options = LmdbOptions.builder().mapSize(256 << 10).build();
        try (LmdbStore store = new LmdbStore(Path.of(arguments[0]), "default", false, options)) {
            List<Thread> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String writer = arguments[1] + "-" + t;
                Thread thread = new Thread(() -> write(store, writer, operations));
                running.add(thread);
                thread.start();
            }
            for (Thread thread : running) {
                thread.join();
            }
        }
        say("finished");
    }

    private static void write(LmdbStore store, String writer, int operations) {
        Random random = new Random(writer.hashCode());
        for (int number = 0; number < operations; number++) {
            String batch = writer + "-" + number;
            List<BlobRow> rows = rows(batch, 1 + random.nextInt(20), random);
            say("begin " + batch + " " + rows.size());
            boolean front = random.nextInt(3) == 0;
            Throwable failure = apply(
                    store, front ? new Write.Insert<>(0, rows) : new Write.Append<>(rows), random.nextInt(4) == 0);
            if (failure != null) {
                boolean known = failure instanceof AtomfluxException seen && seen.outcome() == Outcome.NOT_APPLIED;
                say((known ? "refused " : "failed ") + batch + " " + failure);
                return;
            }
            say("done " + batch);
        }
    }

    /** Sometimes together with a change that adds a row and one that takes it away again. */
    private static Throwable apply(LmdbStore store, Write<BlobRow> write, boolean more) {
        List<Write<BlobRow>> writes = new ArrayList<>(List.of(write));
        if (more) {
            BlobRow passing = BlobRow.of(Map.of(Bytes.ofText("passing"), Bytes.ofText("by")));
            writes.add(new Write.Insert<>(0, List.of(passing)));
            writes.add(new Write.Delete<>(Selection.at(0), Optional.empty()));
        }
        return store.applyAll(writes).get(0).failure();
    }

    private static List<BlobRow> rows(String batch, int count, Random random) {
        List<BlobRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<Bytes, Bytes> cells = new LinkedHashMap<>();
            cells.put(Bytes.ofText("batch"), Bytes.ofText(batch));
            cells.put(Bytes.ofText("number"), Bytes.ofText(i + " of " + count));
            cells.put(Bytes.ofText("bulk"), Bytes.wrap(new byte[random.nextInt(3000)]));
            rows.add(BlobRow.of(cells));
        }
        return rows;
    }

    private static void say(String line) {
        synchronized (WriterProcess.class) {
            System.out.println(line);
            System.out.flush();
        }
    }
}
