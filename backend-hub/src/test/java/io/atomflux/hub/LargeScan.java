package io.atomflux.hub;

import io.atomflux.ObjectIO;
import io.atomflux.value.Key;
import java.time.Duration;

/** Reads a whole dataset in a process of its own, and tells on its last line how many rows, their sum of energies, and how long. */
final class LargeScan {

    private LargeScan() {}

    /** Arguments: the location. */
    public static void main(String[] args) {
        ObjectIO store = ObjectIO.open(args[0]);
        for (int pass = 0; pass < 2; pass++) {
            long begin = System.nanoTime();
            double[] sum = {0, 0, 0};
            store.rows()
                    .doOnNext(row -> {
                        Double energy = row.get(Key.ENERGY);
                        sum[2] += energy == null || energy != sum[0] ? 1 : 0;
                        sum[0]++;
                        sum[1] += energy == null ? 0 : energy;
                    })
                    .then()
                    .block(Duration.ofMinutes(10));
            System.out.printf("%.0f %.0f %.0f %d%n", sum[0], sum[1], sum[2], (System.nanoTime() - begin) / 1_000_000);
        }
        store.close().block(Duration.ofSeconds(10));
    }
}
