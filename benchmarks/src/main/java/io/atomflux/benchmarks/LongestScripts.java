package io.atomflux.benchmarks;

import io.atomflux.ObjectIO;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;

/** How long single commands hold Redis while a store of many rows is written, read and cleared, by the server's own log. */
final class LongestScripts {

    private static final int LOGGED_MICROS = 200;

    private final RedisServer server;
    private final BareRedis bare;
    private final int rows;
    private final List<List<String>> lines = new ArrayList<>();

    LongestScripts(RedisServer server, BareRedis bare, int rows) {
        this.server = server;
        this.bare = bare;
        this.rows = rows;
    }

    Report.Figures measure() {
        BareRedis.await(bare.commands().configSet("slowlog-log-slower-than", Integer.toString(LOGGED_MICROS)));
        BareRedis.await(bare.commands().configSet("slowlog-max-len", "100000"));
        ObjectIO db = ObjectIO.open(server.uri(0), OpenOptions.ofGroup("many"));
        Row one = row(0);
        long middle = rows / 2;
        add(
                "write, streamed in",
                () -> db.extend(Flux.range(0, rows).map(LongestScripts::row)).block());
        add("read, streamed", () -> db.rows().map(Touch::row).blockLast());
        add("one column, streamed", () -> db.column("calc.energy").blockLast());
        add(
                "gets in the middle, 64 in flight",
                () -> Flux.range(0, 1000)
                        .flatMap(i -> db.get(middle + i), RemoteCases.WAITING)
                        .blockLast());
        add(
                "1000 rows at random",
                () -> db.rowsAt(new java.util.Random(7).longs(1000, 0, rows).toArray())
                        .blockLast());
        add("insert in the middle", () -> db.insert(middle, one).block());
        add(
                "append of 2000 rows, all or nothing",
                () -> db.extend(IntStream.range(0, 2000)
                                .mapToObj(LongestScripts::row)
                                .toList())
                        .block());
        add(
                "set of 1000 rows in the middle",
                () -> db.rows(middle, middle + 1000)
                        .set(IntStream.range(0, 1000)
                                .mapToObj(LongestScripts::row)
                                .toList())
                        .block());
        add(
                "update of 1000 rows in the middle",
                () -> db.rows(middle, middle + 1000)
                        .update(io.atomflux.value.Patch.calc("energy", 1.0))
                        .block());
        add(
                "delete of 1000 rows in the middle",
                () -> db.rows(middle, middle + 1000).delete().block());
        add("delete of 1 row in the middle", () -> db.delete(middle).block());
        add("clear", () -> db.clear().block());
        db.close().block();
        return new Report.Figures(
                "Redis, how long single commands hold the server",
                "%d rows of an array (9, 3), a text and two numbers. From the server's slow log, of commands longer than %d µs."
                        .formatted(rows, LOGGED_MICROS),
                List.of(
                        "operation",
                        "seconds",
                        "longest ms",
                        "longer than 5 ms",
                        "longer than %d µs".formatted(LOGGED_MICROS)),
                lines);
    }

    private static Row row(int i) {
        double[] positions = new double[27];
        for (int k = 0; k < positions.length; k++) {
            positions[k] = i * 0.5 + k;
        }
        return Row.of(Map.of(
                "arrays.positions",
                NdArray.of(positions, 9, 3),
                "info.label",
                "frame_" + i,
                "info.step",
                (long) i,
                "calc.energy",
                -0.1 * i));
    }

    private void add(String name, Runnable operation) {
        BareRedis.await(bare.commands().slowlogReset());
        long started = System.nanoTime();
        operation.run();
        double seconds = (System.nanoTime() - started) * 1e-9;
        List<?> slow = BareRedis.await(bare.commands().slowlogGet(100_000));
        long longest = 0;
        int many = 0;
        String what = "";
        for (Object entry : slow) {
            long micros = (Long) ((List<?>) entry).get(2);
            many += micros > 5000 ? 1 : 0;
            if (micros > longest) {
                longest = micros;
                what = new String((byte[]) ((List<?>) ((List<?>) entry).get(3)).get(0), StandardCharsets.UTF_8);
            }
        }
        lines.add(List.of(
                name,
                String.format(Locale.ROOT, "%.3f", seconds),
                longest == 0 ? "< 0.2" : String.format(Locale.ROOT, "%.2f (%s)", longest * 1e-3, what),
                Integer.toString(many),
                Integer.toString(slow.size())));
    }
}
