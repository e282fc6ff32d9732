package io.atomflux.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Times ways to do the same, which take turns and must come to the same sum. */
final class Turns {

    private static final long WARM_NANOS = 1_000_000_000L;

    private Turns() {}

    /**
     * Compares ours with the fastest of other ways.
     *
     * @param part of the comparison
     * @param name of the case
     * @param rows handled by one run
     * @param bar the ratio wanted, or 0
     * @param times timed runs of each
     * @param sameSum whether all must come to the same sum
     * @param ours what is compared
     * @param others what it is compared with, named
     */
    static Case.Result compare(
            String part,
            String name,
            int rows,
            double bar,
            int times,
            boolean sameSum,
            LongSupplier ours,
            List<Way> others) {
        List<Way> ways = new ArrayList<>();
        ways.add(new Way("ours", ours));
        ways.addAll(others);
        List<Samples> samples = ways.stream().map(way -> new Samples()).toList();
        long until = System.nanoTime() + WARM_NANOS * ways.size();
        for (int i = 0; i < 3 || System.nanoTime() < until; i++) {
            round(name, ways, sameSum, ways.stream().map(way -> new Samples()).toList());
        }
        for (int i = 0; i < times; i++) {
            round(name, ways, sameSum, samples);
        }
        int best = 1;
        StringBuilder note = new StringBuilder();
        for (int i = 1; i < ways.size(); i++) {
            if (samples.get(i).medianSeconds() < samples.get(best).medianSeconds()) {
                best = i;
            }
            note.append(String.format(
                    Locale.ROOT,
                    "%s%s %.3f ms",
                    i == 1 ? "" : ", ",
                    ways.get(i).name(),
                    samples.get(i).medianSeconds() * 1e3));
        }
        return new Case.Result(
                part,
                name,
                rows,
                samples.get(0).medianSeconds(),
                Optional.of(samples.get(best).medianSeconds()),
                bar,
                note.append("; load ").append(Load.average()).toString());
    }

    private static void round(String name, List<Way> ways, boolean sameSum, List<Samples> into) {
        long first = 0;
        for (int i = 0; i < ways.size(); i++) {
            long started = System.nanoTime();
            long sum = ways.get(i).run().getAsLong();
            into.get(i).add(System.nanoTime() - started);
            if (i == 0) {
                first = sum;
            } else if (sameSum && sum != first) {
                throw new IllegalStateException("%s: %d by ours, %d by %s"
                        .formatted(name, first, sum, ways.get(i).name()));
            }
        }
    }

    /**
     * One way to do it.
     *
     * @param name for the report
     * @param run does it once, and returns what it came to
     */
    record Way(String name, LongSupplier run) {}
}
