package io.atomflux.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BlobRowTest {

    @Test
    @DisplayName(
            "without a small key, a row of a batch shares the bytes of the batch; without a large one, it holds none of it")
    void sharesBytes() {
        byte[] batch = new byte[100_000];
        BlobRow row = BlobRow.wrap(KeySet.of(List.of("large", "small")), batch, new int[] {10, 50, 50, 54});
        BlobRow most = row.without(List.of("small"));
        BlobRow little = row.without(List.of("large"));
        assertThat(most.keys()).containsExactly("large");
        assertThat(little.keys()).containsExactly("small");
        batch[10] = 1; // only to see who shares it
        batch[50] = 1;
        assertThat(most.valueAt(0).toArray()[0]).isEqualTo((byte) 1);
        assertThat(little.valueAt(0).toArray()[0]).isZero();
    }
}
