package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Epochs that are interrupted and go on with other ranks, workers and batches give each sample once, in the order of the unbroken one. */
@Timeout(600)
class InterruptionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A sample as it came: where from, and what was drawn for it. */
    private record Seen(int source, long position, long slot, long drawn) {}

    private static Row row(long i) {
        return Row.builder()
                .put("info.i", i)
                .put("arrays.numbers", NdArray.of(new long[(int) (i * 7 % 5)]))
                .build();
    }

    private static ObjectIO store(Random random, String name, int most) {
        TestRows rows = new TestRows(name, random.nextInt(most), InterruptionTest::row);
        rows.asynchronous = random.nextInt(4) == 0;
        return ObjectIO.of(rows);
    }

    /** Chooses what decides the order. */
    private static Loader order(Random random) {
        Loader loader;
        if (random.nextInt(3) == 0) {
            Mixture mixture = Mixture.of(store(random, "a", 40), 0.2 + random.nextDouble())
                    .and(store(random, "b", 60), 0.2 + random.nextDouble());
            if (random.nextBoolean()) {
                mixture = mixture.and(store(random, "c", 20), 1);
            }
            loader = Loader.over(
                    switch (random.nextInt(3)) {
                        case 0 -> mixture.untilAllSeen();
                        case 1 -> mixture.samples(1 + random.nextInt(150));
                        default -> mixture;
                    });
        } else {
            loader = Loader.over(store(random, "rows", random.nextInt(20) == 0 ? 600 : 80));
        }
        loader = loader.seed(random.nextLong()).augment((row, numbers) -> Row.of("drawn", numbers.nextLong()));
        if (random.nextInt(3) == 0) {
            loader = loader.split(random.nextBoolean() ? "train" : "validation", 0.1 + 0.9 * random.nextDouble());
        }
        if (random.nextInt(3) == 0) {
            loader = loader.filter(row -> Objects.requireNonNull(row.get("info.i", Long.class)) % 3 != 1, "info.i");
        }
        return random.nextInt(4) == 0 ? loader.ordered() : loader.shuffle(1 + random.nextInt(8), 1 + random.nextInt(8));
    }

    /** Chooses what does not decide it. */
    private static Loader manner(Random random, Loader loader) {
        Loader changed = loader.prefetch(1 + random.nextInt(3))
                .inFlight(1 + random.nextInt(3))
                .bytes(random.nextInt(6) == 0 ? 1 + random.nextInt(5000) : 1 << 20);
        return random.nextInt(4) == 0
                ? changed.batchAtoms(1 + random.nextInt(30))
                : changed.batch(1 + random.nextInt(random.nextBoolean() ? 6 : 40));
    }

    private static Loader go(Loader loader, Random random) {
        return random.nextInt(3) == 0 ? loader.keys("drawn") : loader;
    }

    /**
     * Runs some steps on all ranks and workers.
     *
     * @param steps how many at most
     * @param seen receives the samples, step by step
     * @return the state after them
     */
    private static LoaderState run(
            Loader loader,
            LoaderState from,
            int world,
            int workers,
            long steps,
            List<Seen> seen,
            List<Integer> repeated) {
        List<List<Batch>> ranks = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            List<List<Batch>> dealt = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                long its = steps / workers + (worker < steps % workers ? 1 : 0);
                Loader one = loader.rank(rank, world).worker(worker, workers);
                dealt.add(Objects.requireNonNull(
                        one.resume(from).take(its).collectList().block(PATIENCE)));
            }
            List<Batch> batches = new ArrayList<>();
            for (int i = 0; i < dealt.get(0).size() * workers; i++) {
                if (i / workers < dealt.get(i % workers).size()) {
                    batches.add(dealt.get(i % workers).get(i / workers));
                }
            }
            ranks.add(batches);
        }
        assertThat(ranks)
                .as("batches of the ranks")
                .extracting(List::size)
                .containsOnly(ranks.get(0).size());
        LoaderState state = from;
        int again = 0;
        for (int step = 0; step < ranks.get(0).size(); step++) {
            LoaderState after = ranks.get(0).get(step).state();
            for (List<Batch> rank : ranks) {
                Batch batch = rank.get(step);
                assertThat(batch.state()).isEqualTo(after);
                assertThat(batch.progress().done()).isEqualTo(after.position());
                again += batch.repeated();
                for (int i = 0; i < batch.size(); i++) {
                    long drawn = Objects.requireNonNull(batch.row(i).get("drawn", Long.class));
                    seen.add(new Seen(batch.source(i), batch.position(i), batch.slot(i), drawn));
                }
            }
            assertThat(after.position()).isGreaterThan(state.position());
            state = after;
        }
        repeated.add(again);
        return LoaderState.parse(state.toJson());
    }

    private static void interruptAndGoOn(long seed) {
        Random random = new Random(seed);
        Loader loader = order(random);
        long epoch = random.nextInt(3);
        LoaderState start = Objects.requireNonNull(loader.start(epoch).block(PATIENCE));
        List<Seen> unbroken = new ArrayList<>();
        List<Integer> repeated = new ArrayList<>();
        run(loader.batch(1 + random.nextInt(50)), start, 1, 1, Long.MAX_VALUE / 4, unbroken, repeated);

        List<Seen> broken = new ArrayList<>();
        LoaderState state = start;
        int interruptions = 1 + random.nextInt(2);
        for (int i = 0; i < interruptions; i++) {
            long steps = random.nextInt(6);
            state = run(
                    go(manner(random, loader), random).remainder(Remainder.DROP),
                    state,
                    1 + random.nextInt(3),
                    1 + random.nextInt(2),
                    steps,
                    broken,
                    repeated);
        }
        assertThat(broken).isEqualTo(unbroken.subList(0, broken.size()));
        Remainder remainder = Remainder.values()[random.nextInt(3)];
        int had = broken.size();
        repeated.clear();
        run(
                go(manner(random, loader), random).remainder(remainder),
                state,
                1 + random.nextInt(4),
                1 + random.nextInt(3),
                Long.MAX_VALUE / 4,
                broken,
                repeated);
        switch (remainder) {
            case SHORT -> assertThat(broken).isEqualTo(unbroken);
            case DROP -> assertThat(broken).isEqualTo(unbroken.subList(0, broken.size()));
            case REPEAT -> {
                List<Seen> expected = new ArrayList<>(unbroken);
                while (expected.size() < broken.size()) {
                    expected.addAll(unbroken);
                }
                assertThat(broken).isEqualTo(expected.subList(0, broken.size()));
                assertThat(broken.size()).isGreaterThanOrEqualTo(unbroken.size());
                assertThat(repeated).containsExactly(broken.size() - unbroken.size());
                assertThat(had < unbroken.size() || broken.size() == had).isTrue();
            }
        }
    }

    private static void many(long from, int count) {
        for (long seed = from; seed < from + count; seed++) {
            try {
                interruptAndGoOn(seed);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("case " + seed, failure);
            }
        }
    }

    @Test
    @DisplayName("a thousand epochs, interrupted once or twice, go on as if they had not been")
    void thousand() {
        many(0, 1000);
    }

    @Test
    @Tag("proof")
    @DisplayName("fifty thousand epochs, interrupted once or twice, go on as if they had not been")
    void fiftyThousand() {
        many(1000, 50_000);
    }
}
