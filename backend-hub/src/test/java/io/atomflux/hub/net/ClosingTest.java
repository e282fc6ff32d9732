package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreClosedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Closing ends what runs, soon, whatever servers and readers do. */
@Timeout(60)
class ClosingTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    @DisplayName(
            "with servers that never answer all requests, also those that wait their turn, fail as closed, and closing ends soon")
    void endsStalledRequests() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(2);
        try (Site hub = new Site()) {
            hub.answer = (request, response) -> {
                asked.countDown();
                return Mono.never();
            };
            NettyHubClient client = (NettyHubClient) HubClients.of(
                    NetOptions.builder(hub.at("/")).parallelRequests(2).build());
            List<Mono<HubAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Mono<HubAnswer> answer = client.get(hub.at("/" + i), 100).cache();
                answer.subscribe(done -> {}, failure -> {});
                answers.add(answer);
            }
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

            client.close().block(SOON);

            for (Mono<HubAnswer> answer : answers) {
                assertThatThrownBy(() -> answer.block(SOON)).isInstanceOf(StoreClosedException.class);
            }
            assertThat(client.permits().running()).isZero();
            assertThat(client.permits().queued()).isZero();
            assertThatThrownBy(() -> client.get(hub.at("/late"), 100).block(SOON))
                    .isInstanceOf(StoreClosedException.class);
            client.close().block(SOON);
        }
    }

    /** Of threads that have ended. */
    private static Subscription refusing(boolean asking) {
        return new Subscription() {
            @Override
            public void request(long more) {
                if (asking) {
                    throw new RejectedExecutionException("event executor terminated");
                }
            }

            @Override
            public void cancel() {
                throw new RejectedExecutionException("event executor terminated");
            }
        };
    }

    @Test
    @DisplayName("cancelling what ended threads would have to cancel throws nothing")
    void cancelThrowsNothing() {
        Flux<Integer> guarded = OpenLoops.guard("hf://x", subscriber -> subscriber.onSubscribe(refusing(false)));
        BaseSubscriber<Integer> reader = new BaseSubscriber<>() {};
        guarded.subscribe(reader);

        assertThatCode(reader::cancel).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("asking ended threads for bytes or a connection fails the stream as closed")
    void askingFailsAsClosed() {
        List<Publisher<Integer>> networks =
                List.of(subscriber -> subscriber.onSubscribe(refusing(true)), subscriber -> {
                    throw new RejectedExecutionException("event executor terminated");
                });
        for (Publisher<Integer> network : networks) {
            assertThatThrownBy(() -> OpenLoops.guard("hf://x", network).blockLast(SOON))
                    .isInstanceOf(StoreClosedException.class)
                    .hasMessageContaining("hf://x");
        }
    }
}
