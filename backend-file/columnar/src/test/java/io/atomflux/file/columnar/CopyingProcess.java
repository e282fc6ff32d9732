package io.atomflux.file.columnar;

import io.atomflux.ObjectIO;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.SplittableRandom;
import reactor.core.publisher.Flux;

/** A process that writes a store, copies it as a stream, and reads a column of the copy: with less memory than the rows take. */
public final class CopyingProcess {

    static final int ATOMS = 500;

    private CopyingProcess() {}

    /** Takes two locations and how many rows of some 12 KB. */
    public static void main(String[] arguments) {
        int count = Integer.parseInt(arguments[2]);
        OpenOptions options = OpenOptions.none().with("cache", "4M").with("sync", "false");
        ObjectIO from = ObjectIO.open(Path.of(arguments[0]), options);
        ObjectIO to = ObjectIO.open(Path.of(arguments[1]), options);
        from.extend(Flux.range(0, count).map(CopyingProcess::row)).block();
        to.extend(from.rows()).block();
        NdArray numbers = to.column("info.number", Long.class).toArray().block();
        long[] all = numbers.toLongArray();
        for (int i = 0; i < count; i++) {
            if (all[i] != i || i % 500 == 0 && !row(i).equals(to.get(i).block())) {
                throw new AssertionError("row " + i);
            }
        }
        from.close().block();
        to.close().block();
        System.out.println("copied " + count);
    }

    private static Row row(int number) {
        SplittableRandom random = new SplittableRandom(number);
        return Row.builder()
                .put("arrays.positions", NdArray.of(random.doubles(3 * ATOMS).toArray(), ATOMS, 3))
                .put("info.number", (long) number)
                .build();
    }
}
