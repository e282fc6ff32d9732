package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeLastTest {

    @ParameterizedTest
    @CsvSource({"|b1", "|i1", "<i2", "<f4", "<i8", "<f8", "<c8", "<c16", "|S3"})
    @DisplayName("stacking puts each cell's values at successive times beside each other, for every size of element")
    void stacks(String code) {
        DType type = DType.of(code);
        for (int[] size : new int[][] {{1, 1}, {1, 40}, {70, 1}, {3, 16}, {65, 17}, {130, 33}, {0, 4}}) {
            int cells = size[0];
            int times = size[1];
            List<NdArray> frames = frames(type, cells, times);
            NdArray stacked = TimeLast.stack(frames);

            assertThat(stacked.shape()).containsExactly(1, cells, times);
            byte[] found = new byte[stacked.byteSize()];
            stacked.copyTo(found, 0);
            assertThat(found).isEqualTo(expected(frames, 0, cells, times, 0));
        }
    }

    @ParameterizedTest
    @CsvSource({"|u1", "<f2", "<f4", "<f8", "<c16", "|S3"})
    @DisplayName("what was put into some place of a chunk is taken from there again, and nothing else is touched")
    void putsAndTakes(String code) {
        DType type = DType.of(code);
        int item = type.itemSize();
        int cells = 150;
        List<NdArray> frames = frames(type, cells, 37);
        byte[] chunk = new byte[120 * 50 * item];
        TimeLast.put(frames, 20, 100, chunk, 7, 50, 5);

        byte[] expected = new byte[chunk.length];
        System.arraycopy(expected(frames, 20, 100, 50, 5), 0, expected, 7 * 50 * item, 100 * 50 * item);
        assertThat(chunk).isEqualTo(expected);

        byte[][] taken = new byte[30][cells * item];
        TimeLast.take(chunk, 7, 100, 50, 5, item, taken, 20);
        byte[] single = new byte[cells * item];
        for (int t = 0; t < taken.length; t++) {
            byte[] whole = new byte[cells * item];
            frames.get(t).copyTo(whole, 0);
            byte[] part = new byte[cells * item];
            System.arraycopy(whole, 20 * item, part, 20 * item, 100 * item);
            assertThat(taken[t]).isEqualTo(part);
        }
        byte[] own = new byte[cells * 50 * item];
        TimeLast.put(frames.get(3).asBuffer(), 0, cells, item, own, 50, 49);
        TimeLast.take(own, 50, 49, item, single, 0, cells);
        byte[] whole = new byte[cells * item];
        frames.get(3).copyTo(whole, 0);
        assertThat(single).isEqualTo(whole);
    }

    private static List<NdArray> frames(DType type, int cells, int times) {
        Random random = new Random(cells * 1000L + times);
        List<NdArray> frames = new ArrayList<>();
        for (int t = 0; t < times; t++) {
            byte[] bytes = new byte[cells * type.itemSize() + 1];
            random.nextBytes(bytes);
            frames.add(NdArray.wrap(type, new int[] {1, cells}, bytes, 1));
        }
        return frames;
    }

    /** Element by element. */
    private static byte[] expected(List<NdArray> frames, int firstCell, int cells, int times, int at) {
        int item = frames.get(0).dtype().itemSize();
        byte[] bytes = new byte[cells * times * item];
        for (int t = 0; t < frames.size(); t++) {
            for (int cell = 0; cell < cells; cell++) {
                frames.get(t).asBuffer().get((firstCell + cell) * item, bytes, (cell * times + at + t) * item, item);
            }
        }
        return bytes;
    }
}
