package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.value.DType;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChunkCacheTest {

    private static final ArrayInfo ARRAY =
            new ArrayInfo("g/a", ElementType.of(DType.INT8), Shape.of(1000), Shape.of(68), List.of());

    /** Reads one chunk. */
    private interface Reading {
        Object of(String method, Shape index) throws Exception;
    }

    private static Tree tree(Reading reading) {
        return (Tree) Proxy.newProxyInstance(
                ChunkCacheTest.class.getClassLoader(),
                new Class<?>[] {Tree.class},
                (proxy, method, arguments) -> reading.of(method.getName(), (Shape) arguments[1]));
    }

    private static Tree counting(AtomicInteger reads) {
        return tree((method, index) -> {
            if (method.equals("chunkStamp")) {
                return true;
            }
            reads.incrementAndGet();
            return chunk(index);
        });
    }

    private static Chunk chunk(Shape index) {
        byte[] bytes = new byte[68]; // 100 bytes with its overhead
        bytes[0] = (byte) index.at(0);
        return Chunk.of(bytes);
    }

    private static BatchChunks batch(ChunkCache cache, Tree tree, long state) {
        return new BatchChunks(use -> use.of(tree), false, cache, state, 0);
    }

    @Test
    @DisplayName("so many bytes are kept, those used last")
    void isBounded() throws IOException {
        ChunkCache cache = new ChunkCache(350);
        AtomicInteger reads = new AtomicInteger();
        BatchChunks chunks = batch(cache, counting(reads), 1);
        for (int i : new int[] {0, 1, 2, 0, 3, 0, 1}) {
            assertThat(chunks.get(ARRAY, Shape.of(i)).bytes()[0]).isEqualTo((byte) i);
            assertThat(cache.bytes()).isLessThanOrEqualTo(350);
        }
        assertThat(reads).hasValue(5); // 1 had to go for 3
    }

    @Test
    @DisplayName("a chunk belongs to its state, and to later ones that did not touch it")
    void knowsStates() throws IOException {
        ChunkCache cache = new ChunkCache(10_000);
        AtomicInteger reads = new AtomicInteger();
        batch(cache, counting(reads), 1).get(ARRAY, Shape.of(0));
        batch(cache, counting(reads), 1).get(ARRAY, Shape.of(1));
        cache.advance(1, 2, key -> key.index().at(0) == 1);
        batch(cache, counting(reads), 2).get(ARRAY, Shape.of(0));
        batch(cache, counting(reads), 1).get(ARRAY, Shape.of(0));
        assertThat(reads).hasValue(2);
        batch(cache, counting(reads), 2).get(ARRAY, Shape.of(1));
        batch(cache, counting(reads), 3).get(ARRAY, Shape.of(0));
        assertThat(reads).hasValue(4);
    }

    @Test
    @DisplayName("what one is decoding others wait for; a failure is told to all and not kept")
    void decodesOnce() throws Exception {
        ChunkCache cache = new ChunkCache(10_000);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger reads = new AtomicInteger();
        Tree slow = tree((method, index) -> {
            if (method.equals("chunkStamp")) {
                return true;
            }
            reads.incrementAndGet();
            begun.countDown();
            go.await();
            throw new IOException("it broke");
        });
        List<CompletableFuture<Throwable>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            batch(cache, slow, 1).get(ARRAY, Shape.of(0));
                            return new AssertionError("read");
                        } catch (IOException failure) {
                            return failure;
                        }
                    },
                    task -> new Thread(task).start()));
            begun.await();
        }
        go.countDown();
        for (CompletableFuture<Throwable> one : waiting) {
            assertThat(one.get(30, TimeUnit.SECONDS)).hasMessage("it broke");
        }
        assertThat(reads.get()).isBetween(1, 3);
        assertThat(batch(cache, counting(reads), 1).get(ARRAY, Shape.of(0)).bytes())
                .hasSize(68);
    }

    @Test
    @DisplayName("a chunk that others may change is looked at again, and read again only if it changed")
    void looksAgain() throws Exception {
        ChunkCache cache = new ChunkCache(10_000);
        AtomicReference<Object> stamp = new AtomicReference<>("first");
        AtomicInteger reads = new AtomicInteger();
        Tree changing = tree((method, index) -> {
            if (method.equals("chunkStamp")) {
                return stamp.get();
            }
            reads.incrementAndGet();
            return chunk(index);
        });
        batch(cache, changing, 1).get(ARRAY, Shape.of(0));
        batch(cache, changing, 1).get(ARRAY, Shape.of(0));
        assertThat(reads).hasValue(1);
        stamp.set("second");
        for (long end = System.nanoTime() + 30_000_000_000L; reads.get() < 2 && System.nanoTime() < end; ) {
            batch(cache, changing, 1).get(ARRAY, Shape.of(0));
        }
        assertThat(reads).hasValue(2);
    }

    @Test
    @DisplayName(
            "chunks of a batch are decoded by several threads, all of them ended when it returns, and a failure is told")
    void decodesTogether() throws IOException {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        DecodingPool.each(500, i -> {
            running.incrementAndGet();
            done.incrementAndGet();
            running.decrementAndGet();
        });
        assertThat(done).hasValue(500);
        assertThat(running).hasValue(0);
        assertThatThrownBy(() -> DecodingPool.each(50, i -> {
                    if (i == 20) {
                        throw new IOException("number 20");
                    }
                }))
                .hasMessage("number 20");
    }
}
