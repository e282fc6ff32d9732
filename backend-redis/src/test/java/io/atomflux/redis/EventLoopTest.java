package io.atomflux.redis;

import static io.atomflux.redis.TestCommands.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.redis.Commands.Command;
import io.atomflux.testkit.BlockHoundGuard;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;

@DisplayName("The event loops of the driver")
class EventLoopTest {

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
                    .block(Duration.ofSeconds(20));
            assertThat(thread.get()).contains("lettuce");
            assertThat(caught).isInstanceOf(BlockingOperationError.class);
        }
    }
}
