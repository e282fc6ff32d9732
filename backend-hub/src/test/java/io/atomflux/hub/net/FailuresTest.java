package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Exceptions;

/** What broken connections mean. */
class FailuresTest {

    static Exception[] resets() {
        return new Exception[] {
            new IOException("Connection reset by peer"), new ClosedChannelException(), new NotYetConnectedException()
        };
    }

    @ParameterizedTest
    @MethodSource("resets")
    @DisplayName("a connection that breaks may be tried again, by whatever exception a transport tells it")
    void passes(Exception reset) {
        Throwable told = Failures.broken("lab/set", "hub.test", Exceptions.propagate(reset));

        assertThat(told).isInstanceOf(Fault.class);
        assertThat(((Fault) told).remedy()).isEqualTo(Fault.Remedy.WAIT);
        assertThat(((Fault) told).told())
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("hub.test")
                .hasCause(reset);
    }
}
