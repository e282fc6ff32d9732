package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreClosedException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@DisplayName("The calls of a handle")
class CallsTest {

    private final Calls calls = new Calls("a store");

    @Test
    @DisplayName("that go on when cancelled tell their answer also to a subscriber that asks for it later")
    void answersWhoAsksLate() {
        List<Object> told = new ArrayList<>();
        BaseSubscriber<Long> late = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                // asks below
            }

            @Override
            protected void hookOnNext(Long value) {
                told.add(value);
            }

            @Override
            protected void hookOnComplete() {
                told.add("end");
            }
        };
        calls.detached(cancelled -> Mono.just(7L)).subscribe(late);
        assertThat(told).isEmpty();
        late.request(1);
        assertThat(told).containsExactly(7L, "end");
    }

    @Test
    @DisplayName("end without an answer, fail, and go on when cancelled, until they are over")
    void endsAllWays() {
        assertThat(calls.detached(cancelled -> Mono.<Long>empty()).blockOptional())
                .isEmpty();
        assertThatThrownBy(() -> calls.detached(cancelled -> Mono.error(new IllegalStateException("broken")))
                        .block())
                .hasMessage("broken");
        Sinks.One<Long> running = Sinks.one();
        boolean[] heard = {false};
        calls.detached(cancelled -> running.asMono().doOnNext(value -> heard[0] = cancelled.getAsBoolean()))
                .subscribe()
                .dispose();
        assertThat(calls.running()).isEqualTo(1);
        assertThat(running.tryEmitValue(1L)).isEqualTo(Sinks.EmitResult.OK);
        assertThat(heard[0]).isTrue();
        assertThat(calls.running()).isZero();
        assertThat(calls.close()).isTrue();
        assertThatThrownBy(() -> calls.detached(cancelled -> Mono.just(1L)).block())
                .isInstanceOf(StoreClosedException.class);
    }
}
