package io.atomflux.redis.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.redis.RedisServers;
import io.atomflux.redis.RedisSpace;
import io.atomflux.testkit.BlockHoundGuard;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

@Timeout(60)
@DisplayName("Files in Redis")
class RedisFilesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SET = "0123456789abcdef0123456789abcdef";
    private static final int PART = RedisFiles.PART_BYTES;

    private final Places places = new Places(RedisServers.single()).next();
    private final RedisSpace space = places.space();
    private final RedisFiles files = new RedisFiles(space);
    private final RedisClient client = RedisClient.create(RedisServers.single());
    private final StatefulRedisConnection<String, String> plain = client.connect();

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @AfterEach
    void close() {
        files.close().block(PATIENCE);
        plain.close();
        client.shutdown();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static Flux<ByteBuffer> cut(byte[] bytes, int piece) {
        return Flux.range(0, (bytes.length + piece - 1) / piece)
                .map(i -> ByteBuffer.wrap(bytes, i * piece, Math.min(piece, bytes.length - i * piece)));
    }

    private byte[] read(String name, long offset, long length) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        files.read(SET, name, offset, length)
                .doOnNext(buffer -> {
                    assertThat(buffer.remaining()).isBetween(1, PART);
                    byte[] bytes = new byte[buffer.remaining()];
                    buffer.get(bytes);
                    all.writeBytes(bytes);
                })
                .blockLast(PATIENCE);
        return all.toByteArray();
    }

    private List<String> keys() {
        return plain.sync().keys("*{" + places.group() + "}:*").stream()
                .map(key -> key.substring(key.indexOf("}:") + 2))
                .filter(key -> !key.equals("ctl") && !key.startsWith("client:"))
                .sorted()
                .toList();
    }

    @Test
    @DisplayName("files of any size around a part's are kept, in buffers of any size, and read as a whole or in part")
    void sizes() {
        for (int size : List.of(0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 77_777)) {
            String name = "file" + size;
            byte[] bytes = random(size);
            Flux<ByteBuffer> content =
                    Flux.concat(Flux.just(ByteBuffer.allocate(0)), cut(bytes, size == 2 * PART ? 3 * PART : 300_007));
            assertThat(files.write(SET, name, content).block(PATIENCE)).isEqualTo(size);
            assertThat(read(name, 0, Long.MAX_VALUE)).isEqualTo(bytes);
            for (long from : List.of(0L, 1L, (long) PART - 1, (long) PART, (long) size - 1, (long) size, size + 5L)) {
                for (long length : List.of(0L, 1L, (long) PART, Long.MAX_VALUE)) {
                    if (from >= 0) {
                        int begin = (int) Math.min(from, size);
                        int end = (int) Math.min(size, begin + Math.min(length, size));
                        assertThat(read(name, from, length)).isEqualTo(Arrays.copyOfRange(bytes, begin, end));
                    }
                }
            }
        }
        assertThat(files.list(SET).block(PATIENCE))
                .extracting(StoredFile::name)
                .isSorted()
                .hasSize(7);
        assertThat(files.sets("", 10).block(PATIENCE)).containsExactly(SET);
        long all = files.list(SET).block(PATIENCE).stream()
                .mapToLong(StoredFile::size)
                .sum();
        assertThat(files.remove(SET).block(PATIENCE)).isEqualTo(all);
        assertThat(files.remove(SET).block(PATIENCE)).isZero();
        assertThat(keys()).isEmpty();
    }

    @Test
    @DisplayName("a set of very many parts is removed in steps, also if it is being removed twice at once")
    void manyParts() {
        for (int i = 0; i < 700; i++) {
            files.write(SET, "f" + i, Flux.just(ByteBuffer.wrap(random(10)))).block(PATIENCE);
        }
        Long freed = files.remove(SET).zipWith(files.remove(SET), Long::sum).block(PATIENCE);
        assertThat(freed).isEqualTo(7000);
        assertThat(keys()).isEmpty();
    }

    @Test
    @DisplayName("content is asked for as it is stored: a part and a buffer ahead at most")
    void backPressure() {
        AtomicLong produced = new AtomicLong();
        Sinks.Empty<Void> never = Sinks.empty();
        Flux<ByteBuffer> content = Flux.<ByteBuffer>generate(sink -> {
                    produced.incrementAndGet();
                    sink.next(ByteBuffer.wrap(new byte[PART]));
                })
                .take(40)
                .concatWith(never.asMono().then(reactor.core.publisher.Mono.empty()));
        var writing = files.write(SET, "big", content).subscribe();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (produced.get() < 40 && System.nanoTime() < until) {
            long made = produced.get(); // looked at before the parts are counted, which become more meanwhile
            long parts = keys().stream().filter(key -> key.startsWith("part:")).count();
            assertThat(made - parts).isLessThan(8);
        }
        assertThat(produced.get()).isEqualTo(40);
        writing.dispose();
        awaitNoParts();
        assertThat(files.list(SET).block(PATIENCE)).isEmpty();
    }

    private void awaitNoParts() {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (keys().stream().anyMatch(key -> key.startsWith("part:"))) {
            assertThat(System.nanoTime()).as("in time").isLessThan(until);
        }
    }

    @Test
    @DisplayName("a failed or cancelled write leaves no file and no part; its name can be written again")
    void failedWrites() {
        Flux<ByteBuffer> failing =
                cut(random(2 * PART), PART).concatWith(Flux.error(new IllegalStateException("the disk is gone")));
        assertThatThrownBy(() -> files.write(SET, "a", failing).block(PATIENCE)).hasMessageContaining("disk is gone");
        assertThat(files.list(SET).block(PATIENCE)).isEmpty();
        assertThat(keys()).noneMatch(key -> key.startsWith("part:"));
        Set<String> completed = ConcurrentHashMap.newKeySet(); // some are faster than their cancellation
        for (int i = 0; i < 30; i++) {
            String name = "cancelled" + i;
            files.write(SET, name, Flux.just(ByteBuffer.wrap(random(100))))
                    .doOnSuccess(size -> completed.add(name))
                    .subscribe()
                    .dispose();
        }
        long until = System.nanoTime() + PATIENCE.toNanos();
        for (int quiet = 0; quiet < 30; quiet++) { // cancelled scripts still run, and are cleaned up after
            Set<String> left = files.list(SET).block(PATIENCE).stream()
                    .map(StoredFile::name)
                    .collect(Collectors.toSet());
            if (!completed.containsAll(left)) {
                assertThat(System.nanoTime()).as("in time").isLessThan(until);
                quiet = 0;
            }
        }
        assertThat(files.write(SET, "a", Flux.just(ByteBuffer.wrap(random(5)))).block(PATIENCE))
                .isEqualTo(5);
        assertThatThrownBy(() -> files.write(SET, "a", Flux.empty()).block(PATIENCE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is there");
        files.seal(SET).block(PATIENCE);
        assertThatThrownBy(() -> files.write(SET, "b", Flux.empty()).block(PATIENCE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sealed");
        assertThat(read("a", 0, 100)).isEqualTo(random(5));
    }

    @Test
    @DisplayName("a slow writer cannot add to a set that was removed meanwhile")
    void removedWhileWritten() {
        Sinks.Many<ByteBuffer> slow = Sinks.many().unicast().onBackpressureBuffer();
        StepVerifier.create(files.write(SET, "a", slow.asFlux()))
                .then(() -> slow.tryEmitNext(ByteBuffer.wrap(new byte[PART + 1])))
                .then(() -> {
                    long until = System.nanoTime() + PATIENCE.toNanos();
                    while (keys().stream().noneMatch(key -> key.startsWith("part:")) && System.nanoTime() < until) {
                        Thread.onSpinWait();
                    }
                    files.remove(SET).block(PATIENCE);
                })
                .then(() -> {
                    slow.tryEmitNext(ByteBuffer.wrap(new byte[2 * PART]));
                    slow.tryEmitComplete();
                })
                .verifyError(WriteFailedException.class);
        assertThat(keys()).isEmpty();
    }

    @Test
    @DisplayName("a missing file, and one of which parts are missing, is told by its name")
    void damaged() {
        files.write(SET, "a", Flux.just(ByteBuffer.wrap(random(3 * PART)))).block(PATIENCE);
        assertThatThrownBy(() -> read("none", 0, 1))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("none");
        String part = plain.sync().keys("*{" + places.group() + "}:part:*:1").get(0);
        plain.sync().del(part);
        assertThatThrownBy(() -> read("a", 0, Long.MAX_VALUE))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("\"a\"");
        assertThat(read("a", 0, PART)).hasSize(PART);
        plain.sync().set(part, "short");
        assertThatThrownBy(() -> read("a", PART, 100)).isInstanceOf(CorruptDataException.class);
    }
}
