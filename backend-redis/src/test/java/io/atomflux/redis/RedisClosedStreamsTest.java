package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.BlobRow;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A stream is closed while the batch that was cancelled before is still at work, which a script does here. */
@Timeout(60)
@DisplayName("Streams of Redis that are closed")
class RedisClosedStreamsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ROWS = 100;
    private static final Limits FEW_ROWS = new Limits(
            Limits.DEFAULT.readBytes(),
            10,
            Limits.DEFAULT.writeBytes(),
            Limits.DEFAULT.writeRows(),
            Limits.DEFAULT.atomicRows(),
            Limits.DEFAULT.deadline(),
            Limits.DEFAULT.overdue(),
            Limits.DEFAULT.forgotten(),
            Limits.DEFAULT.sweeping());

    /** Commands of which a script that reads, once it is told to, does something first, and is never answered then. */
    private static final class Gated implements Commands {

        private final Commands real;
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger waiting = new AtomicInteger();
        private volatile @Nullable Runnable gate;

        Gated(Commands real) {
            this.real = real;
        }

        @Override
        public Mono<Object> eval(Script script, List<byte[]> keys, List<byte[]> arguments) {
            return Mono.defer(() -> {
                Runnable first = gate;
                if (first == null) {
                    return real.eval(script, keys, arguments);
                }
                asked.incrementAndGet();
                waiting.incrementAndGet();
                first.run();
                return Mono.never().doFinally(end -> waiting.decrementAndGet());
            });
        }

        @Override
        public Mono<Object> call(byte[] key, Command command, List<byte[]> arguments) {
            return real.call(key, command, arguments);
        }

        @Override
        public Flux<byte[]> scan(String pattern) {
            return real.scan(pattern);
        }

        @Override
        public Mono<String> setting(String name) {
            return real.setting(name);
        }
    }

    private static RedisRows filled(Commands commands) {
        RedisRows rows = new RedisRows(
                commands,
                new Layout("closed-" + UUID.randomUUID(), false),
                "closed streams",
                false,
                FEW_ROWS,
                Flux.empty(),
                Mono.empty());
        List<BlobRow> some = IntStream.range(0, ROWS).mapToObj(Samples::blobRow).toList();
        rows.apply(new Write.Append<>(some)).block(PATIENCE);
        return rows;
    }

    @Test
    @DisplayName("while a batch asks for what it needs send no further script, and wait for none")
    void whileAsking() {
        try (TestCommands commands = TestCommands.open(RedisServers.single())) {
            Gated gated = new Gated(commands.get());
            RedisRows rows = filled(gated);
            RowReader<BlobRow> reader = rows.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
            Batch<BlobRow> first = reader.next(4 << 20).block(PATIENCE);
            assertThat(first).isNotNull();
            assertThat(first.size()).isEqualTo(10);

            BaseSubscriber<Batch<BlobRow>> batch = new BaseSubscriber<>() {};
            gated.gate = () -> {
                batch.cancel();
                reader.close().block(PATIENCE);
            };
            reader.next(4 << 20).subscribe(batch);
            assertThat(gated.asked).hasValue(1);
            assertThat(gated.waiting).hasValue(0);
            assertThatThrownBy(() -> reader.next(4 << 20).block(PATIENCE)).isInstanceOf(CancellationException.class);
            assertThat(gated.asked).hasValue(1);

            gated.gate = null;
            rows.remove().then(rows.close()).block(PATIENCE); // which waits for every call
        }
    }

    @Test
    @DisplayName("while scripts are on their way wait for none of them")
    void whileWaiting() {
        try (TestCommands commands = TestCommands.open(RedisServers.single())) {
            Gated gated = new Gated(commands.get());
            RedisRows rows = filled(gated);
            RowReader<BlobRow> reader = rows.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
            assertThat(reader.next(4 << 20).block(PATIENCE)).isNotNull();
            gated.gate = () -> {};
            reader.next(4 << 20).subscribe().dispose();
            assertThat(gated.waiting).hasValueGreaterThan(1);
            reader.close().block(PATIENCE);
            assertThat(gated.waiting).hasValue(0);

            gated.gate = null;
            rows.remove().then(rows.close()).block(PATIENCE); // which waits for every call
        }
    }
}
