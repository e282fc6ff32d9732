package io.atomflux.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What to measure, as asked for on the command line.
 *
 * @param python interpreter that has asebytes and ASE
 * @param peer the script that times asebytes
 * @param kind of frames, {@code molecule} or {@code crystal}
 * @param count frames; megabytes of the ensembles that are recorded
 * @param rounds timed rounds of a case in each launch
 * @param launches how often both sides take their turn
 * @param only which parts
 * @param many rows of the stores whose longest commands are looked for; artifacts of the large stores; structures to load
 * @param results directory of the reports
 * @param work directory of the stores, or empty for a temporary one
 * @param commit what was measured
 */
record Plan(
        Path python,
        Path peer,
        String kind,
        int count,
        int rounds,
        int launches,
        List<String> only,
        int many,
        Path results,
        Optional<Path> work,
        String commit) {

    /** What stands for itself: it needs none of the frames. */
    static final List<String> ARTIFACTS = List.of("artifacts");

    /** The same, of recorders. */
    static final List<String> RECORDER = List.of("recorder");

    /** The same, of the training loader; {@code --many} is how many structures. */
    static final List<String> LOADER = List.of("loader");

    static Plan parse(String... arguments) {
        Path python = null;
        Path peer = null;
        String kind = "molecule";
        int count = 1000;
        int rounds = 7;
        int launches = 3;
        List<String> only =
                List.of("lmdb", "appends", "tax", "extxyz", "zarr", "hdf5", "h5md", "arrays", "redis", "mongo");
        int many = 100_000;
        int megabytes = 500;
        Path results = Path.of("benchmarks/results");
        Optional<Path> work = Optional.empty();
        String commit = "unknown";
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--python" -> python = Path.of(value);
                case "--peer" -> peer = Path.of(value);
                case "--kind" -> kind = value;
                case "--count" -> count = Integer.parseInt(value);
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--launches" -> launches = Integer.parseInt(value);
                case "--only" -> only = List.of(value.split(","));
                case "--many" -> many = Integer.parseInt(value);
                case "--megabytes" -> megabytes = Integer.parseInt(value);
                case "--results" -> results = Path.of(value);
                case "--work" -> work = Optional.of(Path.of(value));
                case "--commit" -> commit = value;
                default ->
                    throw new IllegalArgumentException(
                            "option: %s (expected: those named in benchmarks/run)".formatted(arguments[i]));
            }
        }
        if (only.equals(ARTIFACTS)) { // the peer of that part comes with it
            kind = "artifacts";
            count = many;
            peer = Optional.ofNullable(peer).orElse(Path.of("artifacts_baseline.py"));
        } else if (only.equals(RECORDER)) {
            kind = "recorder";
            count = megabytes;
            peer = Optional.ofNullable(peer).orElse(Path.of("recorder_baseline.py"));
        } else if (only.equals(LOADER)) {
            kind = "loader";
            count = many;
            peer = Optional.ofNullable(peer).orElse(Path.of("loader_baseline.py"));
        }
        if (python == null || peer == null || arguments.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "expected: --python INTERPRETER --peer SCRIPT, each option with a value");
        }
        return new Plan(python, peer, kind, count, rounds, launches, only, many, results, work, commit);
    }
}
