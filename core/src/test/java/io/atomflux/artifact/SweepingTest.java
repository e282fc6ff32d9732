package io.atomflux.artifact;

import static io.atomflux.artifact.ArtifactStoreTest.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.catalog.MemoryStorage;
import io.atomflux.error.StoreIoException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** Sweeping now and then, beside puts. */
@Timeout(120)
class SweepingTest {

    private final SteppedStorage storage = new SteppedStorage(MemoryStorage.create("test"));

    @Test
    @DisplayName("a put starts a sweep if there was none for a while, and never more than one in that time")
    void sweepsNowAndThen() {
        Sweeping often = new Sweeping(storage, Duration.ZERO, Duration.ZERO);
        Sweeping seldom = new Sweeping(storage, Duration.ZERO);

        often.happened();
        seldom.happened();
        seldom.happened();

        assertThat(storage.calls).containsExactly("sweep");
    }

    @Test
    @DisplayName("a sweep beside puts that failed is told by the next report, once")
    void tellsFailures() {
        storage.before = name -> Mono.error(new StoreIoException("test", "sweeping", new IOException("planted")));
        Sweeping sweeping = new Sweeping(storage, Duration.ZERO, Duration.ZERO);
        sweeping.happened();
        storage.before = name -> Mono.empty();

        assertThat(now(sweeping.now()).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("planted"));
        assertThat(now(sweeping.now()).problems()).isEmpty();
    }

    @Test
    @DisplayName("closing ends a sweep that runs")
    void closingEndsIt() throws InterruptedException {
        CountDownLatch cancelled = new CountDownLatch(1);
        storage.before = name -> Mono.<Void>never().doOnCancel(cancelled::countDown);
        Sweeping sweeping = new Sweeping(storage, Duration.ZERO, Duration.ZERO);
        sweeping.happened();

        now(sweeping.close());

        assertThat(cancelled.await(60, TimeUnit.SECONDS)).isTrue();
    }
}
