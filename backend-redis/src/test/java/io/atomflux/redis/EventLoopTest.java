package io.atomflux.redis;

import static io.atomflux.redis.TestCommands.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.redis.Commands.Command;
import io.atomflux.testkit.BlockHoundGuard;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@DisplayName("The event loops of the driver")
class EventLoopTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    @DisplayName("are watched: a planted sleep on one is an error")
    void watched() {
        BlockHoundGuard.install();
        AtomicReference<String> thread = new AtomicReference<>("");
        try (TestCommands commands = TestCommands.open(RedisServers.single())) {
            Throwable caught = commands.get()
                    .call(bytes("none"), Command.LLEN, List.of())
                    .map(size -> {
                        thread.set(Thread.currentThread().getName());
                        try {
                            Thread.sleep(1);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        return new Throwable("nothing was detected");
                    })
                    .onErrorResume(Mono::just)
                    .block(PATIENCE);
            assertThat(thread.get()).contains("lettuce");
            assertThat(caught).isInstanceOf(BlockingOperationError.class);
        }
    }

    @Test
    @DisplayName(
            "are known where replies arrive, so that what is asked for there goes out in one piece, and nowhere else")
    void known() {
        try (TestCommands commands = TestCommands.open(RedisServers.single())) {
            Mono<Object> size = commands.get().call(bytes("none"), Command.LLEN, List.of());
            AtomicInteger running = new AtomicInteger();
            AtomicInteger early = new AtomicInteger();
            assertThat(size.map(reply -> EventLoops.current() != null).block(PATIENCE))
                    .isTrue();
            assertThat(EventLoops.current()).isNull();

            Long answered = size.flatMapMany(first -> {
                        running.set(1);
                        Flux<Object> asked = Flux.range(0, 100)
                                .flatMap(i -> size.doOnNext(reply -> early.addAndGet(running.get())), 100)
                                .replay()
                                .autoConnect(0);
                        running.set(0);
                        return asked;
                    })
                    .count()
                    .block(PATIENCE);
            assertThat(answered).isEqualTo(100);
            assertThat(early).hasValue(0);
        }
    }
}
