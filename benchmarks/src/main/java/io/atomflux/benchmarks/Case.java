package io.atomflux.benchmarks;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One thing to time.
 *
 * @param name as the peer calls it, with a suffix for a variant of ours
 * @param peerCase whose figure it is compared with
 * @param bar the ratio wanted, or 0 where none is
 * @param rows handled by one run
 * @param before makes what one run needs; not timed
 * @param body timed
 * @param after cleans up; not timed
 * @param <T> what a run needs
 */
record Case<T>(
        String name, String peerCase, double bar, int rows, Supplier<T> before, Consumer<T> body, Consumer<T> after) {

    static Case<String> of(String name, String peerCase, double bar, int rows, Runnable body) {
        return new Case<>(name, peerCase, bar, rows, () -> name, ignored -> body.run(), ignored -> {});
    }

    /** Runs it once and returns how long that took. */
    long nanos() {
        T argument = before.get();
        long started = System.nanoTime();
        body.accept(argument);
        long taken = System.nanoTime() - started;
        after.accept(argument);
        return taken;
    }

    /** Runs it until the compiler has had its chance. */
    void warmUp() {
        warmUp(5_000_000_000L); // as the five iterations of a second that JMH makes
    }

    /** Runs it for so long. */
    void warmUp(long nanos) {
        long until = System.nanoTime() + nanos;
        for (int i = 0; i < 3 || (i < 4000 && System.nanoTime() < until); i++) {
            nanos();
        }
    }

    /**
     * What came out.
     *
     * @param part of the comparison
     * @param name of the case
     * @param rows handled by one run
     * @param javaSeconds median of one run
     * @param peerSeconds median of the peer's run of the same rows
     * @param bar the ratio wanted, or 0
     * @param note what else was seen
     */
    record Result(
            String part,
            String name,
            int rows,
            double javaSeconds,
            Optional<Double> peerSeconds,
            double bar,
            String note) {

        Optional<Double> ratio() {
            return peerSeconds.map(peer -> peer / javaSeconds);
        }

        String verdict() {
            if (bar == 0 || ratio().isEmpty()) {
                return "";
            }
            return ratio().get() >= bar ? "ok" : "BELOW";
        }
    }

    /** Times a case in one launch. */
    static void launch(Case<?> timed, int rounds, Samples into) {
        timed.nanos(); // the peer drops its first round as well
        for (int i = 0; i < rounds; i++) {
            into.add(timed.nanos());
        }
    }

    /** Returns the names of cases. */
    static List<String> names(List<Case<?>> cases) {
        return cases.stream().<String>map(Case::name).toList();
    }
}
