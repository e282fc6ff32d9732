package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Row;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class RedisListedRowsTest {

    private static final int ROWS = 1500;

    @Test
    @DisplayName(
            "rows at listed positions, near each other and far, repeated and backwards, come as asked for, in however many"
                    + " scripts")
    void listedRowsComeAsAsked() {
        ObjectIO db = ObjectIO.open(RedisServers.single(), OpenOptions.ofGroup("listed-rows"));
        String text = "x".repeat(700); // so that a script ends within a range
        db.extend(Flux.range(0, ROWS).map(row -> Row.of("row", row, "text", text)))
                .block();
        Random random = new Random(5);
        long[] far = random.longs(400, 0, ROWS).toArray();
        long[] ascending = Arrays.stream(far).sorted().toArray();
        long[] near =
                LongStream.range(0, ROWS).filter(row -> random.nextInt(5) > 0).toArray();
        long[] blocks =
                LongStream.range(0, ROWS).filter(row -> row / 64 % 3 == 0).toArray();
        long[] backwards = LongStream.rangeClosed(1, near.length)
                .map(i -> near[near.length - (int) i])
                .toArray();
        long[] atTheEnd = {ROWS - 20, ROWS - 4, ROWS - 3, ROWS - 1};
        for (long[] list : List.of(far, ascending, near, blocks, backwards, atTheEnd)) {
            for (String[] keys : new String[][] {{"row"}, {"row", "text"}}) {
                assertThat(db.rowsAt(list)
                                .columns(List.of(keys))
                                .map(row -> (long) row.get("row"))
                                .collectList()
                                .block())
                        .containsExactlyElementsOf(LongStream.of(list).boxed().toList());
            }
        }
        db.remove().then(db.close()).block();
    }
}
