package io.atomflux.benchmarks;

import io.atomflux.atoms.Atoms;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.BlobRow;
import io.atomflux.value.NdArray;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Encoding and decoding one structure of nine atoms with results, the unit of every read and write. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"-XX:+IgnoreUnrecognizedVMOptions", "--enable-native-access=ALL-UNNAMED"})
public class DecodeBenchmark {

    private final Atoms atoms = frame(7);
    private final BlobRow encoded = NumpyMsgpack.encode(atoms.toRow());

    /** Returns an ethanol-like frame as the side-by-side comparison has it. */
    static Atoms frame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Atoms.builder()
                .symbols("C", "C", "O", "H", "H", "H", "H", "H", "H")
                .positions(NdArray.of(random.doubles(27).toArray(), 9, 3))
                .array("charges", NdArray.of(random.doubles(9).toArray(), 9))
                .info("step", (long) seed)
                .info("label", "frame_" + seed)
                .energy(-0.1 * seed)
                .forces(NdArray.of(random.doubles(27).toArray(), 9, 3))
                .stress(random.doubles(6).toArray())
                .build();
    }

    /** Opens a row and uses every value. */
    @Benchmark
    public long decodeAll() {
        return Touch.row(NumpyMsgpack.decode(encoded, "memory", 0));
    }

    /** Opens a row as a structure and uses only the energy. */
    @Benchmark
    public double decodeEnergy() {
        return Atoms.fromRow(NumpyMsgpack.decode(encoded, "memory", 0)).energy().orElseThrow();
    }

    /** Encodes every value. */
    @Benchmark
    public BlobRow encodeAll() {
        return NumpyMsgpack.encode(atoms.toRow());
    }
}
