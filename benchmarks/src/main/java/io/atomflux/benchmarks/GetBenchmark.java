package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One structure at a time out of LMDB: on the calling thread, and through the pool. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"-XX:+IgnoreUnrecognizedVMOptions", "--enable-native-access=ALL-UNNAMED"})
public class GetBenchmark {

    private static final int ROWS = 10_000;

    private final SplittableRandom random = new SplittableRandom(7);
    private Path directory = Path.of("");
    private AtomsIO pooled = AtomsIO.open("memory://");
    private AtomsIO inline = pooled;

    /** Fills a store. */
    @Setup
    public void fill() throws IOException {
        directory = Files.createTempDirectory("atomflux-jmh-");
        Path store = directory.resolve("frames.lmdb");
        pooled = AtomsIO.open(store);
        inline = AtomsIO.open(store, OpenOptions.none().withInlineReads());
        List<Atoms> frames =
                IntStream.range(0, ROWS).mapToObj(DecodeBenchmark::frame).toList();
        Frames.await(pooled.extend(frames));
    }

    /** Removes it. */
    @TearDown
    public void remove() {
        inline.close().block();
        pooled.close().block();
        Frames.delete(directory);
    }

    /** Reads on the calling thread and uses every value. */
    @Benchmark
    public long getInline() {
        return Touch.atoms(Frames.await(inline.get(random.nextInt(ROWS))));
    }

    /** Reads on the pool, waits, and uses every value. */
    @Benchmark
    public long getPool() {
        return Touch.atoms(Frames.await(pooled.get(random.nextInt(ROWS))));
    }
}
