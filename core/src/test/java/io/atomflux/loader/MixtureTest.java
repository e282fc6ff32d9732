package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.error.LimitExceededException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MixtureTest {

    private static double[] weights(SplittableRandom random) {
        double[] weights = new double[random.nextInt(1, 21)];
        int kind = random.nextInt(4);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = switch (kind) {
                case 0 -> random.nextDouble(1e-6, 1);
                case 1 -> random.nextInt(1, 20) / 20.0;
                case 2 -> Math.pow(10, random.nextDouble(-6, 0));
                default -> i == 0 ? 1 : 1e-6;
            };
        }
        return weights;
    }

    @Test
    @DisplayName(
            "after any number of slots each source had its share of them, but for less than one, whatever the weights")
    void keepsSharesInEveryPrefix() {
        SplittableRandom random = new SplittableRandom(37);
        for (int round = 0; round < 40; round++) {
            double[] weights = weights(random);
            double sum = Arrays.stream(weights).sum();
            Dealing dealing = new Dealing(weights);
            long period = dealing.period();
            assertThat(period).isBetween(1L, 65_536L);
            long raised = Arrays.stream(weights)
                    .filter(weight -> weight / sum * 65_536 < 1)
                    .count();
            for (int i = 0; i < weights.length; i++) {
                assertThat(dealing.count(i)).isPositive();
                assertThat((double) dealing.count(i) / period - weights[i] / sum)
                        .as("share of %s of %s", weights[i], sum)
                        .isBetween(-(1 + raised) / (double) period, 1.0 / period);
            }
            long[] dealt = new long[weights.length];
            for (long t = 1; t <= period + 100; t++) {
                int source = dealing.source(t - 1);
                assertThat(dealing.rank(t - 1)).isEqualTo(dealt[source]);
                assertThat(dealing.slot(source, dealt[source])).isEqualTo(t - 1);
                dealt[source]++;
                for (int i = 0; i < dealt.length; i++) {
                    long error = dealing.count(i) * t - dealt[i] * period; // times the period
                    assertThat(error > -period && error < period)
                            .as("slot %d", t)
                            .isTrue();
                }
            }
        }
    }

    @Test
    @DisplayName("weights that are simple fractions are kept exactly, in a short period")
    void simpleWeightsAreExact() {
        assertThat(new Dealing(new double[] {5}).period()).isEqualTo(1);
        assertThat(new Dealing(new double[] {0.7, 0.3}).period()).isEqualTo(10);
        assertThat(new Dealing(new double[] {1, 1, 1}).period()).isEqualTo(3);
        assertThat(new Dealing(new double[] {0.95, 0.04, 0.01}).period()).isEqualTo(100);
        Dealing extreme = new Dealing(new double[] {1, 1e-12});
        assertThat(extreme.period()).isEqualTo(65_536);
        assertThat(extreme.count(1)).isEqualTo(1);
    }

    private static SourcePlan source(long size, double weight) {
        return new SourcePlan("list", size, "", 0, 1, 0, 4, 3, weight);
    }

    private static EpochPlan plan(MixtureEnd end, long samples, SourcePlan... sources) {
        return new EpochPlan(2, 7, List.of(sources), end, samples);
    }

    private static List<List<Long>> samples(EpochPlan plan) {
        Sequence sequence = Sequence.of(plan);
        int length = (int) sequence.length();
        int[] sources = new int[length];
        long[] positions = new long[length];
        sequence.fill(0, length, sources, positions);
        List<List<Long>> samples = new ArrayList<>();
        plan.sources().forEach(each -> samples.add(new ArrayList<>()));
        for (int i = 0; i < length; i++) {
            samples.get(sources[i]).add(positions[i]);
        }
        return samples;
    }

    @Test
    @DisplayName("until the first ends: nothing comes twice, and the next sample would")
    void endsBeforeRepeating() {
        SplittableRandom random = new SplittableRandom(41);
        for (int round = 0; round < 300; round++) {
            SourcePlan[] sources = sources(random, 1);
            EpochPlan plan = plan(MixtureEnd.FIRST_ENDS, 0, sources);
            for (List<Long> of : samples(plan)) {
                assertThat(of).doesNotHaveDuplicates();
            }
            long length = Sequence.of(plan).length();
            List<List<Long>> more = samples(plan(MixtureEnd.COUNT, length + 1, sources));
            assertThat(more)
                    .anySatisfy(of -> assertThat(of.stream().distinct().count()).isEqualTo(of.size() - 1));
        }
    }

    @Test
    @DisplayName("until all is seen: every row came, and the last sample was needed for that")
    void endsWhenAllIsSeen() {
        SplittableRandom random = new SplittableRandom(43);
        for (int round = 0; round < 300; round++) {
            SourcePlan[] sources = sources(random, 0);
            EpochPlan plan = plan(MixtureEnd.ALL_SEEN, 0, sources);
            long length = Sequence.of(plan).length();
            assertThat(missing(plan)).isZero();
            if (length > 0) {
                assertThat(missing(plan(MixtureEnd.COUNT, length - 1, sources))).isEqualTo(1);
            }
        }
    }

    private static SourcePlan[] sources(SplittableRandom random, int least) {
        SourcePlan[] sources = new SourcePlan[random.nextInt(1, 6)];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = source(random.nextInt(least, 60), random.nextInt(1, 10));
        }
        return sources;
    }

    private static long missing(EpochPlan plan) {
        List<List<Long>> samples = samples(plan);
        long missing = 0;
        for (int i = 0; i < samples.size(); i++) {
            missing += plan.sources().get(i).size()
                    - samples.get(i).stream().distinct().count();
        }
        return missing;
    }

    @Test
    @DisplayName("a source that is used up comes again whole, pass after pass, each in another order")
    void passesAreShuffledAnew() {
        List<Long> seen = samples(plan(MixtureEnd.COUNT, 1000, source(50, 1), source(1000, 1)))
                .get(0);
        for (int pass = 0; pass < 10; pass++) {
            assertThat(seen.subList(50 * pass, 50 * pass + 50)).doesNotHaveDuplicates();
            if (pass > 0) {
                assertThat(seen.subList(50 * pass, 50 * pass + 50))
                        .isNotEqualTo(seen.subList(50 * pass - 50, 50 * pass));
            }
        }
    }

    @Test
    @DisplayName("an empty source ends an epoch that ends with the first, and is left out of others")
    void emptySources() {
        SourcePlan[] sources = {source(0, 1), source(5, 1), source(0, 3), source(5, 1)};
        assertThat(Sequence.of(plan(MixtureEnd.FIRST_ENDS, 0, sources)).length())
                .isZero();
        List<List<Long>> all = samples(plan(MixtureEnd.ALL_SEEN, 0, sources));
        assertThat(all).extracting(List::size).containsExactly(0, 5, 0, 5);
        assertThat(samples(plan(MixtureEnd.COUNT, 8, sources)))
                .extracting(List::size)
                .containsExactly(0, 4, 0, 4);
        for (MixtureEnd end : MixtureEnd.values()) {
            Sequence nothing = Sequence.of(plan(end, 7, source(0, 1), source(0, 2)));
            assertThat(nothing.length()).isZero();
            nothing.fill(0, 0, new int[0], new long[0]);
        }
    }

    @Test
    @DisplayName("a mixture longer than numbers reach is refused, one that ends early is not")
    void veryLong() {
        SourcePlan[] sources = {source(Permutation.MOST, 1e-6), source(100, 1)};
        assertThat(Sequence.of(plan(MixtureEnd.COUNT, 9, sources)).length()).isEqualTo(9);
        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> Sequence.of(plan(MixtureEnd.ALL_SEEN, 0, sources)));
        assertThat(Sequence.of(plan(MixtureEnd.FIRST_ENDS, 0, sources)).length())
                .isEqualTo(100);
    }

    @Test
    @DisplayName("a mixture says which stores, weights and end it has, and refuses nonsense")
    void isBuilt() {
        ObjectIO store = ObjectIO.of(new ListBackend());
        Mixture mixture = Mixture.of(store, 0.7).and(store.atoms(), 0.3);
        assertThat(mixture.sources()).extracting(Mixture.Source::weight).containsExactly(0.7, 0.3);
        assertThat(mixture.end()).isEqualTo(MixtureEnd.FIRST_ENDS);
        assertThat(mixture.untilAllSeen().end()).isEqualTo(MixtureEnd.ALL_SEEN);
        assertThat(mixture.samples(9).untilFirstEnds().count()).isZero();
        assertThat(mixture.samples(9).and(store, 1).count()).isEqualTo(9);
        assertThat(mixture.samples(9).and(store, 1).end()).isEqualTo(MixtureEnd.COUNT);
        for (double weight : new double[] {0, -1, Double.NaN, 1e13, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> mixture.and(store, weight))
                    .withMessage("weight: %s (expected: 1e-12 to 1e12)", weight);
        }
        for (long samples : new long[] {0, -1, Long.MAX_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> mixture.samples(samples));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> {
            Mixture many = mixture;
            for (int i = 0; i < 256; i++) {
                many = many.and(store, 1);
            }
        });
    }
}
