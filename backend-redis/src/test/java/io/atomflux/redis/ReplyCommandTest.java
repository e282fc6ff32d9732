package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.protocol.CommandType;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A command for the driver")
class ReplyCommandTest {

    private static final ReplyCommand.Listener NOBODY = new ReplyCommand.Listener() {
        @Override
        public void settled(ReplyCommand command, @Nullable Throwable failure) {}

        @Override
        public void retired() {}
    };

    static Stream<Consumer<ReplyCommand>> ends() {
        return Stream.of(
                ReplyCommand::complete,
                command -> command.completeExceptionally(new RedisCommandTimeoutException("late")),
                ReplyCommand::cancel,
                command -> {
                    command.abandon();
                    command.complete();
                },
                command -> {
                    command.abandon();
                    command.withdrawn();
                });
    }

    @ParameterizedTest
    @MethodSource("ends")
    @DisplayName("tells once that it is over, however it ends, so that its timeout does not keep it and its reply")
    void tellsItsEnd(Consumer<ReplyCommand> end) {
        ReplyCommand command = new ReplyCommand(CommandType.PING, ReplyCommand.arguments(), NOBODY);
        AtomicInteger told = new AtomicInteger();
        command.onComplete((reply, failure) -> told.incrementAndGet());
        command.onComplete(reply -> told.addAndGet(10));
        assertThat(told).hasValue(0);
        end.accept(command);
        assertThat(told).hasValue(11);
        command.cancel();
        assertThat(told).hasValue(11);
    }

    @Test
    @DisplayName("tells at once whoever asks after its end")
    void tellsLatecomers() {
        ReplyCommand command = new ReplyCommand(CommandType.PING, ReplyCommand.arguments(), NOBODY);
        command.complete();
        AtomicInteger told = new AtomicInteger();
        command.onComplete((reply, failure) -> told.incrementAndGet());
        assertThat(told).hasValue(1);
    }
}
