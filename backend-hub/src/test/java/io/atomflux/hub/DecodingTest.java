package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreIoException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Whatever a decoder throws ends the stream. */
@Timeout(60)
class DecodingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Throwable> seen = new CopyOnWriteArrayList<>();
    private final ExecutorService pool = Executors.newFixedThreadPool(2, work -> {
        Thread thread = new Thread(work, "decoder of a test");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((where, failure) -> seen.add(failure));
        return thread;
    });
    private final Scheduler threads = Schedulers.fromExecutorService(pool);

    @AfterEach
    void end() {
        threads.dispose();
    }

    private static Error error(String name) {
        return switch (name) {
            case "memory" -> new OutOfMemoryError("no room");
            case "stack" -> new StackOverflowError("too deep");
            default -> new NoClassDefFoundError("no native");
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "stack", "class"})
    @DisplayName("an error of the virtual machine fails the stream it belongs to, and the thread's handler sees it too")
    void errorsEndTheStream(String name) {
        Error error = error(name);
        Flux<Integer> stream = Flux.range(0, 10)
                .flatMapSequential(
                        i -> Decoding.call("hf://lab/toy", threads, () -> {
                            if (i == 5) {
                                throw error;
                            }
                            return i;
                        }),
                        4,
                        1);

        assertThatThrownBy(() -> stream.collectList().block(PATIENCE))
                .isInstanceOf(StoreIoException.class)
                .hasMessageContaining("hf://lab/toy")
                .hasMessageContaining("decoding")
                .hasCause(error);
        assertThat(seen).containsExactly(error);
    }

    @Test
    @DisplayName("so does one of those who take what was decoded, still on the decoder's thread")
    void errorsBehindEndTheStream() {
        Error error = error("memory");
        Mono<Integer> taken = Decoding.call("hf://lab/toy", threads, () -> 1).map(one -> {
            throw error;
        });

        assertThatThrownBy(() -> taken.block(PATIENCE))
                .isInstanceOf(StoreIoException.class)
                .hasCause(error);
        assertThat(seen).containsExactly(error);
    }

    @Test
    @DisplayName("exceptions and harmless errors stay what they are")
    void othersStay() {
        AssertionError wrong = new AssertionError("wrong");
        IOException broken = new IOException("broken");

        assertThat(failure(wrong)).isSameAs(wrong);
        assertThat(failure(broken)).isSameAs(broken);
        assertThat(Decoding.call("x", threads, () -> 7).block(PATIENCE)).isEqualTo(7);
        assertThat(seen).isEmpty();
    }

    private Throwable failure(Throwable thrown) {
        return Decoding.<Throwable>call("x", threads, () -> {
                    if (thrown instanceof Error) {
                        throw (Error) thrown;
                    }
                    throw (Exception) thrown;
                })
                .onErrorResume(Mono::just)
                .block(PATIENCE);
    }
}
