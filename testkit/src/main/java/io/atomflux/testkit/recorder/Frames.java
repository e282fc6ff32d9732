package io.atomflux.testkit.recorder;

import io.atomflux.atoms.Atoms;
import io.atomflux.recorder.FrameKind;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Frames by seed, all of one layout. */
final class Frames {

    private Frames() {}

    static <F> F of(FrameKind<F> kind, int seed) {
        Random random = new Random(seed);
        Object frame = kind == FrameKind.ARRAYS
                ? array(random)
                : kind == FrameKind.SCALARS ? measurements(seed, random) : structure(random);
        return kind.type().cast(frame);
    }

    /** Returns a frame that those of {@link #of} may not be followed by; null where any may. */
    static @Nullable Object unlike(FrameKind<?> kind) {
        return kind == FrameKind.ARRAYS
                ? NdArray.of(new float[6], 2, 3)
                : kind == FrameKind.SCALARS ? Row.of("another", 1.0) : null;
    }

    /** Numbers that text or a conversion would change are among them. */
    private static NdArray array(Random random) {
        double[] values = random.doubles(6, -10, 10).toArray();
        values[random.nextInt(6)] =
                new double[] {Double.NaN, -0.0, Double.MIN_VALUE, 1e300, 0, 1 / 3.0}[random.nextInt(6)];
        return NdArray.of(values, 2, 3);
    }

    private static Row measurements(int seed, Random random) {
        return Row.builder()
                .put("energy", random.nextGaussian())
                .put("accepted", random.nextBoolean())
                .put("n", (long) seed * 7 - 3)
                .put("phase", "φ" + seed % 3)
                .build();
    }

    /** Positions are multiples of 1/256, which text formats hold exactly. */
    private static Atoms structure(Random random) {
        int atoms = 1 + random.nextInt(5);
        int[] numbers = random.ints(atoms, 1, 30).toArray();
        return Atoms.builder()
                .numbers(numbers)
                .positions(NdArray.of(
                        random.ints(3L * atoms, -2000, 2000)
                                .mapToDouble(n -> n / 256.0)
                                .toArray(),
                        atoms,
                        3))
                .cell(NdArray.of(new double[] {9, 0, 0, 0, 9.5, 0, 0, 0, 10}, 3, 3))
                .pbc(true, true, false)
                .info("label", "frame")
                .build();
    }
}
