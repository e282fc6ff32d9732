package io.atomflux.cli.system;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.NdArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A process with little memory that works with stores larger than it; prints what it saw. */
public final class StreamChild {

    private StreamChild() {}

    /**
     * Takes what to do and its arguments.
     *
     * <p>{@code fill TO ROWS ATOMS}: writes seeded structures. {@code slow FROM}: reads all with a slow subscriber; prints
     * rows and the sum of their steps. {@code many FROM SUBSCRIBERS ROWS}: opens that many streams, each in the middle of the
     * store; once all have got ten rows each reads on to so many. {@code copy FROM TO}: copies; prints the rows. {@code remove FROM}: removes.
     */
    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "fill" -> fill(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            case "slow" -> slow(arguments[1]);
            case "many" -> many(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            case "copy" -> copy(arguments[1], arguments[2]);
            case "remove" -> AtomsIO.open(arguments[1]).remove().block();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    static Atoms structure(int step, int atoms) {
        SplittableRandom random = new SplittableRandom(step);
        long[] numbers = random.longs(atoms, 1, 20).toArray();
        return Atoms.builder()
                .numbers(NdArray.of(numbers))
                .positions(NdArray.of(random.doubles(3L * atoms, -9, 9).toArray(), atoms, 3))
                .info("step", (long) step)
                .energy(-0.5 * step)
                .build();
    }

    private static void fill(String to, int rows, int atoms) {
        AtomsIO db = AtomsIO.open(to);
        System.out.println("rows "
                + db.extend(Flux.range(0, rows).map(i -> structure(i, atoms))).block());
        db.close().block();
    }

    private static long step(Atoms atoms) {
        return (Long) atoms.info("step").orElseThrow();
    }

    /** Asks for 200 rows at a time, with a pause before each. */
    private static void slow(String from) throws Exception {
        AtomsIO db = AtomsIO.open(from);
        CountDownLatch over = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        long[] seen = new long[2];
        db.rows().subscribe(new BaseSubscriber<Atoms>() {
            private int left;

            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                ask();
            }

            private void ask() {
                left = 200;
                Mono.delay(Duration.ofMillis(1)).subscribe(tick -> request(200));
            }

            @Override
            protected void hookOnNext(Atoms atoms) {
                if (step(atoms) != seen[0]) {
                    throw new IllegalStateException("row " + seen[0] + ": " + step(atoms));
                }
                seen[0]++;
                seen[1] += atoms.positions().size();
                if (--left == 0) {
                    ask();
                }
            }

            @Override
            protected void hookOnError(Throwable thrown) {
                failure.set(thrown);
            }

            @Override
            protected void hookFinally(reactor.core.publisher.SignalType type) {
                over.countDown();
            }
        });
        over.await();
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get());
        }
        db.close().block();
        System.out.println("rows " + seen[0] + " numbers " + seen[1]);
    }

    private static void many(String from, int subscribers, int rows) throws Exception {
        AtomsIO db = AtomsIO.open(from);
        long size = db.size().block();
        CountDownLatch open = new CountDownLatch(subscribers);
        CountDownLatch over = new CountDownLatch(subscribers);
        List<BaseSubscriber<Atoms>> all = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < subscribers; i++) {
            long begin = (size - rows) * i / subscribers;
            BaseSubscriber<Atoms> one = new BaseSubscriber<>() {
                private int seen;

                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    request(10);
                }

                @Override
                protected void hookOnNext(Atoms atoms) {
                    if (step(atoms) != begin + seen) {
                        throw new IllegalStateException("row " + (begin + seen) + ": " + step(atoms));
                    }
                    seen++;
                    if (seen == 10) {
                        open.countDown();
                    }
                    if (seen == rows) {
                        cancel(); // the view goes on to the end of the store
                        over.countDown();
                    }
                }

                @Override
                protected void hookOnError(Throwable thrown) {
                    failure.compareAndSet(null, thrown);
                    open.countDown();
                    over.countDown();
                }
            };
            all.add(one);
            db.rows(begin, size).subscribe(one);
        }
        boolean opened = open.await(10, TimeUnit.MINUTES);
        System.out.println("open " + subscribers + " " + opened);
        all.forEach(one -> one.request(rows));
        boolean ended = over.await(10, TimeUnit.MINUTES);
        if (failure.get() != null || !ended) {
            throw new IllegalStateException("ended: " + ended, failure.get());
        }
        db.close().block(); // waits until the cancelled streams are closed, too
        System.out.println("read " + subscribers + " times " + rows);
    }

    private static void copy(String from, String to) {
        AtomsIO source = AtomsIO.open(from);
        AtomsIO target = AtomsIO.open(to);
        System.out.println("rows " + target.extend(source.rows()).block());
        target.close().block();
        source.close().block();
    }
}
