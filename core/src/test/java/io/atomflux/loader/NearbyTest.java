package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reading what will be decoded. */
class NearbyTest {

    private static Sample sample(Row row) {
        return new Sample(row, 0, 0, 0);
    }

    @Test
    @DisplayName("each line of each cell is read once, also of cells that do not decode, and nothing is decoded")
    void readsEachLine() {
        Random random = new Random(5);
        int expected = 0;
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Map<Bytes, Bytes> cells = new LinkedHashMap<>();
            for (int cell = 0; cell < i % 4; cell++) {
                byte[] bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                for (int at = 0; at < bytes.length; at += 64) {
                    expected += bytes[at];
                }
                cells.put(Bytes.ofText("key" + cell), Bytes.wrap(bytes));
            }
            samples.add(sample(NumpyMsgpack.decode(BlobRow.of(cells), "store", i)));
        }
        samples.add(sample(Row.of("number", 1.0)));
        assertThat(Nearby.bring(samples)).isEqualTo(expected).isNotZero();
    }

    @Test
    @DisplayName("samples that no cache holds are left where they are")
    void leavesLargeSamples() {
        byte[] bytes = new byte[100_000];
        bytes[0] = 1;
        Sample large =
                sample(NumpyMsgpack.decode(BlobRow.of(Map.of(Bytes.ofText("key"), Bytes.wrap(bytes))), "store", 0));
        assertThat(Nearby.bring(List.of(large))).isEqualTo(1);
        assertThat(Nearby.bring(List.of(large, large, large))).isZero();
    }
}
