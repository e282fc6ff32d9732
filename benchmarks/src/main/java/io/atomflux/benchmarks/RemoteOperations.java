package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.net.Traffic;
import io.atomflux.value.Key;
import io.atomflux.value.Patch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import reactor.core.publisher.Flux;

/** What one operation moves: commands, round trips and bytes, counted between client and server. */
final class RemoteOperations {

    private static final int TIMES = 20;

    private final Wire wire;
    private final AtomsIO db;
    private final ObjectIO objects;
    private final List<Atoms> frames;
    private final List<List<String>> lines = new ArrayList<>();

    private RemoteOperations(Wire wire, String uri, OpenOptions options, List<Atoms> frames) {
        this.wire = wire;
        this.db = AtomsIO.open(uri, options);
        this.objects = ObjectIO.open(uri, options);
        this.frames = frames;
    }

    /**
     * Measures all operations on a store that it fills.
     *
     * @param uri leads through the wire
     */
    static Report.Figures over(String title, Wire wire, String uri, OpenOptions options, List<Atoms> frames) {
        RemoteOperations operations = new RemoteOperations(wire, uri, options, frames);
        operations.measure();
        operations.objects.close().block();
        operations.db.close().block();
        double row = frames.stream()
                .mapToLong(atoms -> NumpyMsgpack.encode(atoms.toRow()).byteSize())
                .average()
                .orElse(0);
        return new Report.Figures(
                title,
                "On %d rows of %.0f bytes of values each. Means of %d calls; a round trip is a time of waiting with nothing else on its way."
                        .formatted(frames.size(), row, TIMES),
                List.of("operation", "commands", "round trips", "bytes sent", "bytes received"),
                operations.lines);
    }

    private void measure() {
        int n = frames.size();
        long middle = n / 2;
        Atoms row = frames.get(0);
        List<Atoms> hundred = frames.subList(0, Math.min(100, n));
        Frames.await(db.extend(frames));
        add("size", 1, () -> Frames.await(db.size()));
        add("get", 1, () -> Frames.await(db.get(middle)));
        add("get of one column", 1, () -> Frames.await(db.get(middle, Key.ENERGY.name())));
        add("append of 1 row", 1, () -> Frames.await(db.append(row)));
        add(
                "64 waiting appends, for each",
                RemoteCases.WAITING,
                () -> Flux.range(0, RemoteCases.WAITING)
                        .flatMap(i -> db.append(row), RemoteCases.WAITING)
                        .blockLast());
        add("append of %d rows".formatted(hundred.size()), 1, () -> Frames.await(db.extend(hundred)));
        add("insert in the middle", 1, () -> db.insert(middle, row).block());
        add("set", 1, () -> db.set(middle, row).block());
        add(
                "update of one value",
                1,
                () -> db.update(middle, Patch.calc("energy", -1.5)).block());
        add("delete in the middle", 1, () -> db.delete(middle).block());
        add(
                "stream of %d rows".formatted(n),
                1,
                () -> db.rows(0, n).map(Touch::atoms).blockLast());
        add(
                "one column of %d rows".formatted(n),
                1,
                () -> objects.rows(0, n).column(Key.ENERGY).blockLast());
    }

    private void add(String name, int parts, Runnable operation) {
        operation.run(); // connects, registers, loads what it needs
        operation.run();
        Wire.Recording seen = wire.record(() -> {
            for (int i = 0; i < TIMES; i++) {
                operation.run();
            }
        });
        double calls = (double) TIMES * parts;
        Traffic moved = seen.moved();
        lines.add(List.of(
                name,
                number(moved.requests() / calls),
                number(seen.roundTrips() / calls),
                number(moved.requestBytes() / calls),
                number(moved.replyBytes() / calls)));
    }

    private static String number(double value) {
        return value >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }
}
