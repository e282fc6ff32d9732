package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.atomflux.error.AtomfluxException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Damaged HDF5 files, read without natives")
class DamagedFilesTest {

    private static final long MOST = 1 << 20;
    /** One chunk, what jhdf reads of the file several times over, and what it lists by what the file claims. */
    private static final long MOST_ALLOCATED = 400L << 20;

    private static final int TRIES = Boolean.getBoolean("atomflux.proof") ? 20_000 : 150;

    @ParameterizedTest
    @ValueSource(strings = {"old", "new", "indexes", "userblock", "refused", "latest"})
    @DisplayName("fail with typed errors only, in bounded time and memory")
    void failsWithTypedErrors(String golden) throws IOException {
        byte[] file = Goldens.file(golden);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int refused = 0;
        for (int seed = 0; seed < TRIES; seed++) {
            byte[] damaged = Mutations.mutated(file, new Random(seed));
            long before = threads.getCurrentThreadAllocatedBytes();
            long begun = System.nanoTime();
            try {
                refused += Mutations.readAll(new JhdfTree(new OneFile(damaged), golden, MOST));
            } catch (AtomfluxException e) {
                refused++;
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " of " + golden, e);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes allocated, seed %d", seed)
                    .isLessThan(MOST_ALLOCATED);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("time, seed %d", seed)
                    .isLessThan(Duration.ofSeconds(20));
        }
        assertThat(refused).isGreaterThan(TRIES / 20);
    }

    @Test
    @DisplayName("fail with typed errors where they end early, though they say they do not")
    void failsWhereTheyEndEarly() throws IOException {
        for (String golden : new String[] {"old", "userblock"}) {
            byte[] file = Goldens.file(golden);
            int start = golden.equals("old") ? 0 : 1024;
            Random random = new Random(1);
            for (int i = 0; i < 40; i++) {
                byte[] cut = Arrays.copyOf(file, start + 96 + random.nextInt(file.length - start - 96));
                ByteBuffer.wrap(cut).order(ByteOrder.LITTLE_ENDIAN).putLong(start + 40, cut.length);
                try {
                    Mutations.readAll(new JhdfTree(new OneFile(cut), golden, MOST));
                } catch (AtomfluxException e) {
                    assertThat(e).hasMessageContaining(golden);
                }
            }
        }
    }

    @Test
    @DisplayName("end where groups hold themselves")
    void endsInCircles() throws IOException {
        byte[] file = Goldens.file("circle");
        JhdfTree tree = new JhdfTree(new OneFile(file), "circle", MOST);
        assertThat(tree.names("a/b/up/a/b/up/a")).containsExactly("b");
        assertThat(tree.attributes("a")).containsKey("ref");
        Mutations.readAll(tree);
    }
}
