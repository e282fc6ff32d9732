package io.atomflux.benchmarks;

import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Files;
import io.atomflux.artifact.Query;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The measured process of {@link ArtifactsPart}: fills a store, or opens one that is there and times what is done with it.
 * Tells each figure in a line of name, value and note.
 */
@SuppressWarnings("NullAway") // block() answers null for an empty Mono; none here is
final class ArtifactsClient {

    private static final int FILLING = 256;
    private static final int WAITING = 64;
    private static final int VALUES = 1000;

    private final String place;
    private final long count;
    private final PrintStream out;
    private final Random random = new Random(7);

    private ArtifactsClient(String place, long count, PrintStream out) {
        this.place = place;
        this.count = count;
        this.out = out;
    }

    /** Takes {@code fill} or {@code measure}, the place, and how many artifacts are there. */
    public static void main(String[] arguments) {
        long started = System.nanoTime();
        ArtifactsClient client = new ArtifactsClient(arguments[1], Long.parseLong(arguments[2]), System.out);
        if (arguments[0].equals("fill")) {
            client.fill();
        } else {
            client.measure(started);
        }
        System.exit(0); // drivers leave threads behind
    }

    private ArtifactStore open() {
        return open(Duration.ofHours(1));
    }

    private ArtifactStore open(Duration retention) {
        return ArtifactStore.open(place, ArtifactOptions.none().types(Job.TYPE).retention(retention));
    }

    private static Map<String, Object> value(long number) {
        return Map.of("number", number, "name", "value-" + number, "list", java.util.List.of(1.5, number, true));
    }

    private void fill() {
        ArtifactStore store = open();
        long begun = System.nanoTime();
        count(Flux.range(0, (int) count).flatMap(number -> put(store, number, 0), FILLING), count);
        figure("fill: artifacts per second", count / seconds(begun), FILLING + " in flight");
        count(Flux.range(0, VALUES).flatMap(number -> store.put("values/" + number, value(number)), WAITING), VALUES);
        store.close().block();
    }

    private static Mono<?> put(ArtifactStore store, long number, long state) {
        Job job = new Job(number, state);
        return store.put(Job.TYPE, job, Files.none(), job.place());
    }

    private void measure(long started) {
        ArtifactStore store = open();
        require(
                store.find(Job.key(count / 2))
                        .flatMap(found -> found.object(Job.TYPE))
                        .map(Job::number)
                        .block(),
                count / 2);
        figure("open and first get, ms", seconds(started) * 1e3, "virtual machine started, nothing loaded");
        reading(store);
        querying(store);
        listing(store);
        changing(store);
        store.close().block();
    }

    private void reading(ArtifactStore store) {
        each(
                "get a typed object",
                3000,
                any -> store.find(Job.key(any))
                        .flatMap(found -> found.object(Job.TYPE))
                        .filter(job -> job.number() == any));
        each("find by identity", 3000, any -> store.find(Job.TYPE, new Job(any, 0)));
        each(
                "get an absent key",
                3000,
                any -> store.find("group00/x" + any).hasElement().filter(is -> !is));
        each(
                "get a JSON value",
                1000,
                any -> store.get("values/" + any % VALUES, Map.class).filter(read -> read.equals(value(any % VALUES))));
        each("exists", 1000, any -> store.exists(Job.key(any)).filter(is -> is));
    }

    private void querying(ArtifactStore store) {
        query(store, "query: equal, 1 match", 1000, 1, Job::named);
        query(store, "query: range, 10 matches", 1000, 10, number -> Job.near(Math.min(number, count - 10)));
        query(store, "query: half of all AND 1 match", 300, 1, Job::oneOfHalf);
        query(store, "query: component, a thousandth matches", 50, count / 1000, Job::with);
    }

    private void query(ArtifactStore store, String name, int times, long matches, LongFunction<Query<Job>> query) {
        each(name, times, any -> store.query(query.apply(any)).count().filter(found -> found == matches));
    }

    private void listing(ArtifactStore store) {
        each("names of the top, 101", 10, any -> store.names("").count().filter(found -> found == 101));
        long begun = System.nanoTime();
        require(store.keys().count().block(), count + VALUES);
        figure("keys: per second", (count + VALUES) / seconds(begun), "all, streamed");
    }

    private void changing(ArtifactStore store) {
        long[] next = {count};
        each("put a new typed object", 300, any -> put(store, next[0]++, 1));
        each("put a typed object in place of one", 300, any -> put(store, any, 1));
        each("put a new JSON value", 300, any -> store.put("more/" + next[0]++, value(any)));
        each("put a JSON value in place of one", 300, any -> store.put("values/" + any % VALUES, value(any % VALUES)));
        waiting("put new typed objects", 4000, any -> put(store, next[0]++, 1));
        waiting("put typed objects in place of others", 4000, any -> put(store, any, 2));
        waiting("put new JSON values", 2000, any -> store.put("many/" + next[0]++, value(any)));
        waiting("get typed objects", 10000, any -> store.find(Job.key(any)));
        long begun = System.nanoTime();
        ArtifactStore sweeping = open(Duration.ZERO); // what is replaced goes at once, nothing is being put
        long swept = sweeping.sweep().map(report -> report.sets()).block();
        sweeping.close().block();
        figure("sweep: ms", seconds(begun) * 1e3, swept + " sets removed");
        long[] at = {next[0]};
        each("delete", 300, any -> store.delete("many/" + --at[0]).thenReturn(true));
    }

    /** Times one after the other, each of a number drawn anew, after a few that are not timed. */
    private void each(String name, int times, LongFunction<Mono<?>> work) {
        Samples samples = new Samples();
        for (int i = -times / 5; i < times; i++) {
            long any = random.nextLong(count);
            long begun = System.nanoTime();
            require(work.apply(any).hasElement().block(), true);
            if (i >= 0) {
                samples.add(System.nanoTime() - begun);
            }
        }
        figure(
                name + ": p50 ms",
                samples.medianSeconds() * 1e3,
                String.format(Locale.ROOT, "p99 %.3f", samples.quantileSeconds(0.99) * 1e3));
    }

    /** Times many at once, as a whole. */
    private void waiting(String name, int times, LongFunction<Mono<?>> work) {
        long begun = System.nanoTime();
        count(Flux.range(0, times).flatMap(i -> work.apply(random.nextLong(count)), WAITING), times);
        figure(name + ", 64 in flight: per second", times / seconds(begun), "");
    }

    private static void count(Flux<?> work, long expected) {
        require(work.count().block(), expected);
    }

    private static void require(Object found, Object expected) {
        if (!expected.equals(found)) {
            throw new IllegalStateException(found + " (expected: " + expected + ")");
        }
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) * 1e-9;
    }

    private void figure(String name, double value, String note) {
        out.printf(Locale.ROOT, "%s\t%s\t%s%n", name, value, note);
    }
}
