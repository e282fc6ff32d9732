package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;

/** Durable appends of one structure each: one after the other, and with 64 waiting, which share commits. */
final class Appends {

    private static final int WAITING = 64;

    private final Path work;
    private final List<Atoms> frames;

    Appends(Path work, List<Atoms> frames) {
        this.work = work;
        this.frames = frames;
    }

    /** Compares both, taking turns. */
    List<Case.Result> run(int launches) {
        Samples alone = new Samples();
        Samples together = new Samples();
        Samples perAppend = new Samples();
        Samples perWaiting = new Samples();
        int count = Math.min(512, frames.size());
        for (int launch = 0; launch <= launches; launch++) {
            Samples one = launch == 0 ? new Samples() : perAppend;
            Samples many = launch == 0 ? new Samples() : perWaiting;
            long single = append(count, 1, one);
            long grouped = append(count, WAITING, many);
            if (launch > 0) {
                alone.add(single);
                together.add(grouped);
            }
        }
        String note = "one by one %.3f ms each (p99 %.3f); with %d waiting p50 %.3f ms, p99 %.3f ms"
                .formatted(
                        perAppend.medianSeconds() * 1e3,
                        perAppend.quantileSeconds(0.99) * 1e3,
                        WAITING,
                        perWaiting.medianSeconds() * 1e3,
                        perWaiting.quantileSeconds(0.99) * 1e3);
        return List.of(new Case.Result(
                "LMDB appends, against ours one by one",
                WAITING + " waiting",
                count,
                together.medianSeconds(),
                Optional.of(alone.medianSeconds()),
                10,
                note));
    }

    private long append(int count, int waiting, Samples each) {
        Path path = work.resolve("appends.lmdb");
        Frames.delete(path);
        AtomsIO db = AtomsIO.open(path);
        Frames.await(db.append(frames.get(0)));
        long started = System.nanoTime();
        Flux.range(0, count)
                .flatMap(
                        i -> {
                            long asked = System.nanoTime();
                            return db.append(frames.get(i)).doOnNext(size -> {
                                synchronized (each) {
                                    each.add(System.nanoTime() - asked);
                                }
                            });
                        },
                        waiting)
                .blockLast();
        long taken = System.nanoTime() - started;
        long size = Frames.await(db.size());
        db.close().block();
        Frames.delete(path);
        if (size != count + 1) {
            throw new IllegalStateException("rows: %d (expected: %d)".formatted(size, count + 1));
        }
        return taken;
    }
}
