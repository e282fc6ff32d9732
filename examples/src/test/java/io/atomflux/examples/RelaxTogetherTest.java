package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.Indexed;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Runs against the {@link MongoPlace stand-in for MongoDB} unless a server is named. */
@ResourceLock(Resources.SYSTEM_OUT)
@Timeout(120)
class RelaxTogetherTest {

    @TempDir
    Path folder;

    private final MongoPlace server = new MongoPlace();
    private final String place = server.uri();
    private final AtomsIO clusters = AtomsIO.open(place, OpenOptions.ofGroup("clusters"));
    private final ObjectIO minima = ObjectIO.open(place, OpenOptions.ofGroup("minima"));

    @AfterEach
    void stop() {
        clusters.close().then(minima.close()).block();
        server.close();
    }

    @Test
    @DisplayName(
            "eight producers, four workers and a reader at once: each cluster is relaxed once, and nothing is lost")
    void clientsShareAStore() throws Exception {
        int producers = 8;
        int each = 3;
        int jobs = producers * each;
        Set<Atoms> seen = ConcurrentHashMap.newKeySet();
        Disposable reader = Flux.defer(clusters::rows)
                .doOnNext(seen::add)
                .repeatWhen(looks -> looks.delayElements(Duration.ofMillis(20)))
                .subscribe();
        String told = ExamplesTest.outputOf(args -> {
            List<Object[]> programs = new ArrayList<>();
            for (int producer = 0; producer < producers; producer++) {
                programs.add(new Object[] {place, "submit", "count=" + each, "seed=" + producer * each});
            }
            for (String name : List.of("anna", "bert", "carl", "dora")) {
                programs.add(new Object[] {place, "work", name, "jobs=" + jobs});
            }
            programs.add(new Object[] {place, "watch", "jobs=" + jobs});
            runAll(programs);
        });
        reader.dispose();
        assertThat(told.lines()).contains(jobs + " clusters, " + jobs + " relaxed");
        assertThat(told.lines().filter(line -> line.matches("\\w+: cluster \\d+, \\d+ evaluations, -1\\d\\.\\d{4} ε")))
                .hasSize(jobs);
        assertThat(seen).isNotEmpty().allSatisfy(RelaxTogetherTest::assertOnItsPath);
        assertAllRelaxed(jobs);
    }

    @Test
    @DisplayName(
            "of three processes one is killed in the middle: nothing is half written, and another goes on with its work")
    void deadWorkersAreReplaced() throws Exception {
        int jobs = 8;
        ExamplesTest.outputOf(RelaxTogether::main, place, "submit", "count=" + jobs);
        Object[] rest = {"jobs=" + jobs, "pause=40", "patience=1000"};
        long orphan;
        // So slow that he cannot come to the end of a cluster between being seen in its middle and being killed.
        try (Child carl = worker("carl", "jobs=" + jobs, "pause=700", "patience=1000")) {
            orphan = clusters.rows()
                    .indexed()
                    .repeatWhen(looks -> looks.delayElements(Duration.ofMillis(20)))
                    .filter(found -> isHalfDone(found.value(), "carl"))
                    .map(Indexed::position)
                    .blockFirst(Duration.ofSeconds(60));
            assertThat(carl.isAlive()).as(carl.errors()).isTrue();
        } // killed
        Atoms left = clusters.get(orphan).block();
        assertThat(left.info("worker")).contains("carl");
        assertOnItsPath(left);

        try (Child anna = worker("anna", rest);
                Child bert = worker("bert", rest);
                BufferedReader byAnna = anna.output();
                BufferedReader byBert = bert.output()) {
            List<String> lines = Flux.concat(Flux.fromStream(byAnna.lines()), Flux.fromStream(byBert.lines()))
                    .collectList()
                    .block();
            assertThat(anna.exitValue()).as(anna.errors()).isZero();
            assertThat(bert.exitValue()).as(bert.errors()).isZero();
            assertThat(lines).anyMatch(line -> line.matches("(anna|bert) relaxed \\d+ clusters, took over [1-9].*"));
        }
        assertAllRelaxed(jobs);
        assertThat(clusters.get(orphan).block().info("worker")).get().isIn("anna", "bert");
    }

    @Test
    @DisplayName("a worker that was taken for dead but was only slow is refused, and what it computed is not written")
    void slowWorkersAreRefused() {
        RelaxTogether shared = new RelaxTogether(place);
        shared.submit(1, 5).block();
        ClusterWorker slow = shared.worker("slow", Duration.ofSeconds(3), Duration.ofMinutes(1));
        // Patient enough for the slow one to have read the row it took before it is taken over.
        ClusterWorker fast = shared.worker("fast", Duration.ZERO, Duration.ofSeconds(1));
        List<String> lines = Flux.merge(
                        slow.work(1),
                        clusters.rows()
                                .repeatWhen(looks -> looks.delayElements(Duration.ofMillis(10)))
                                .filter(cluster -> cluster.info("worker").isPresent())
                                .next() // the slow one has it
                                .thenMany(fast.work(1)))
                .collectList()
                .block();
        assertThat(lines).singleElement().asString().startsWith("fast: cluster 0, ");
        assertThat(fast.told()).isEqualTo("fast relaxed 1 clusters, took over 1, and was refused 0 times");
        assertThat(slow.told()).isEqualTo("slow relaxed 0 clusters, took over 0, and was refused 1 times");
        assertThat(clusters.get(0).block().info("worker")).contains("fast");
        assertOnItsPath(clusters.get(0).block());
        shared.close().block();
    }

    @Test
    @DisplayName("what is asked for wrongly is answered with how to ask")
    void tellsItsUsage() {
        assertThatThrownBy(() -> RelaxTogether.main(new String[] {place, "work", "anna", "count=3"}))
                .hasMessageContaining("count=3 (expected: NAME=NUMBER");
    }

    private Child worker(String name, Object... rest) throws Exception {
        List<Object> args = new ArrayList<>(List.of(place, "work", name));
        args.addAll(List.of(rest));
        return Child.start(RelaxTogether.class, folder, args.toArray());
    }

    private static void runAll(Collection<Object[]> programs) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(programs.size());
        try {
            List<Future<?>> running = new ArrayList<>();
            for (Object[] program : programs) {
                String[] args = Arrays.stream(program).map(Object::toString).toArray(String[]::new);
                running.add(pool.submit(() -> RelaxTogether.main(args)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static boolean isHalfDone(Atoms cluster, String worker) {
        return cluster.info("worker").filter(worker::equals).isPresent()
                && !ArgonCluster.isRelaxed(cluster)
                && (long) cluster.info("evaluations").orElseThrow() > 0;
    }

    /** A row is, at any time, its start after so many evaluations, bit by bit, whoever made them. */
    private static void assertOnItsPath(Atoms cluster) {
        long seed = (long) cluster.info("seed").orElseThrow();
        int evaluations = Math.toIntExact((long) cluster.info("evaluations").orElseThrow());
        Atoms start = ArgonCluster.scattered(cluster.size(), seed);
        assertThat(cluster.withoutInfo("worker"))
                .isEqualTo(evaluations == 0 ? start : ArgonCluster.relaxed(start, evaluations));
    }

    private void assertAllRelaxed(int jobs) {
        List<Atoms> rows = clusters.rows().collectList().block();
        assertThat(rows).allSatisfy(RelaxTogetherTest::assertOnItsPath).allMatch(ArgonCluster::isRelaxed);
        assertThat(rows.stream().map(row -> row.info("seed").orElseThrow()))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, jobs).boxed().toList());
        Map<String, List<Long>> found = new FoundMinima(minima).all().block();
        assertThat(found.keySet()).isSubsetOf("-16.5054", "-15.9350", "-15.5932", "-15.5331"); // all that there are
        assertThat(found.values().stream().flatMap(List::stream))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, jobs).boxed().toList());
    }
}
