package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.BlobIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The peer's cases on a remote store through the facades, each with every value used, and what they cannot beside them. */
final class RemoteCases implements AutoCloseable {

    static final int WAITING = 64;
    private static final int APPENDS = 100;

    private final String uri;
    private final OpenOptions options;
    private final List<Atoms> frames;
    private final long[] index;
    private final AtomsIO db;
    private final ObjectIO objects;
    private final BlobIO blobs;
    private int stores;

    private RemoteCases(String uri, OpenOptions options, List<Atoms> frames, long[] index) {
        this.uri = uri;
        this.options = options;
        this.frames = frames;
        this.index = index;
        this.db = AtomsIO.open(uri, options);
        this.objects = ObjectIO.open(uri, options);
        this.blobs = BlobIO.open(uri, options);
    }

    /** Fills a group. */
    static RemoteCases filling(String uri, OpenOptions options, List<Atoms> frames, long[] index) {
        RemoteCases cases = new RemoteCases(uri, options, frames, index);
        Frames.await(cases.db.extend(frames));
        return cases;
    }

    /** Returns the same on another way to the server. */
    RemoteCases through(String other) {
        return new RemoteCases(other, options, frames, index);
    }

    /** All cases; those with a bar on Redis have it. */
    List<Case<?>> all() {
        int n = frames.size();
        int few = Math.min(APPENDS, n);
        List<Double> energies = IntStream.range(0, n).mapToObj(i -> i * 0.01).toList();
        List<Case<?>> cases = new ArrayList<>();
        cases.add(Case.of("64 gets in flight", "read_one_by_one", 10, n, () -> Touch.keep(getsInFlight())));
        cases.add(Case.of("whole view, streamed", "read_one_by_one", 15, n, () -> Touch.keep(streamed())));
        cases.add(Case.of("get, one by one", "read_one_by_one", 0, n, () -> Touch.keep(getsOneByOne(null))));
        cases.add(Case.of("random get, one by one", "random_one_by_one", 0, n, () -> Touch.keep(getsOneByOne(index))));
        cases.add(Case.of("read_all, streamed", "read_all", 0, n, () -> Touch.keep(streamed())));
        cases.add(Case.of("random_all", "random_all", 0, n, () -> Touch.keep(listed())));
        cases.add(Case.of("positions_column", "positions_column", 0, n, () -> Touch.keep(positions())));
        cases.add(Case.of("energy_column", "energy_column", 0, n, () -> Touch.keep(energies())));
        cases.add(new Case<>(
                "write_all",
                "write_all",
                0,
                n,
                this::fresh,
                store -> Frames.await(store.extend(frames)),
                RemoteCases::discard));
        cases.add(new Case<>(
                "append_one_by_one",
                "append_one_by_one",
                0,
                few,
                this::fresh,
                store -> frames.subList(0, few).forEach(atoms -> Frames.await(store.append(atoms))),
                RemoteCases::discard));
        cases.add(new Case<>(
                "64 waiting appends",
                "append_one_by_one",
                0,
                few,
                this::fresh,
                store -> Flux.fromIterable(frames.subList(0, few))
                        .flatMap(store::append, WAITING)
                        .blockLast(),
                RemoteCases::discard));
        cases.add(Case.of(
                "update_energy",
                "update_energy",
                0,
                n,
                () -> objects.column("calc.energy").set(energies).block()));
        return cases;
    }

    /** Opening does no I/O: the client registers in the first call, inside the measured time. */
    private AtomsIO fresh() {
        return AtomsIO.open(uri, options.withGroup("fresh-" + stores++));
    }

    private static void discard(AtomsIO store) {
        store.remove().block();
        store.close().block();
    }

    long getsInFlight() {
        return sum(Flux.range(0, frames.size()).flatMap(db::get, WAITING).map(Touch::atoms));
    }

    /** As {@link #getsInFlight}, but decodes nothing: counts fields. */
    long blobsInFlight() {
        return sum(Flux.range(0, frames.size()).flatMap(blobs::get, WAITING).map(row -> (long) row.size()));
    }

    long getsOneByOne(long @Nullable [] rows) {
        long sum = 0;
        for (int i = 0; i < frames.size(); i++) {
            sum += Touch.atoms(Frames.await(db.get(rows == null ? i : rows[i])));
        }
        return sum;
    }

    long streamed() {
        return sum(db.rows().map(Touch::atoms));
    }

    /** As {@link #streamed}, but decodes nothing: counts fields. */
    long blobsStreamed() {
        return sum(blobs.rows().map(row -> (long) row.size()));
    }

    long listed() {
        return sum(db.rowsAt(index).map(Touch::atoms));
    }

    long positions() {
        return sum(objects.column(Key.POSITIONS).map(Touch::value));
    }

    long energies() {
        return sum(objects.column(Key.ENERGY).map(Touch::value));
    }

    private static long sum(Flux<Long> parts) {
        return Frames.await(parts.reduce(0L, Long::sum));
    }

    /** Latencies of single gets, so many of which wait at a time. */
    Samples gets(int waiting) {
        Samples samples = new Samples();
        for (int pass = 0; pass < 3; pass++) {
            Flux.fromStream(() -> java.util.Arrays.stream(index).boxed())
                    .flatMap(i -> timed(i, samples), waiting)
                    .blockLast();
        }
        return samples;
    }

    private Mono<Atoms> timed(long position, Samples into) {
        return Mono.defer(() -> {
            long started = System.nanoTime();
            return db.get(position).doOnNext(atoms -> {
                Touch.keep(Touch.atoms(atoms));
                synchronized (into) {
                    into.add(System.nanoTime() - started);
                }
            });
        });
    }

    @Override
    public void close() {
        blobs.close().block();
        objects.close().block();
        db.close().block();
    }
}
