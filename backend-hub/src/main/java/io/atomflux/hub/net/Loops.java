package io.atomflux.hub.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoRegistration;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * The threads of a client, with channels of NIO that can be told to stop reading while they close.
 *
 * <p>Those of Netty up to 4.2.17 throw then (netty issue 17103), out of reactor-netty's queue of a body, which never moves again:
 * a reader slower than the network, whose connection was cut, waits until its timeout, and the buffers queued are lost.
 */
final class Loops implements LoopResources {

    private final LoopResources loops;
    private final boolean natives;

    /**
     * Makes the threads.
     *
     * @param natives whether to use epoll or kqueue where there is one
     */
    Loops(boolean natives) {
        this.natives = natives;
        this.loops = LoopResources.create(
                "atomflux-hub", 1, Math.min(4, Runtime.getRuntime().availableProcessors()), true);
    }

    EventLoopGroup group() {
        return onClient(natives);
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return loops.onClient(useNative && natives);
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return loops.onServer(useNative && natives);
    }

    @Override
    public boolean daemon() {
        return loops.daemon();
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        boolean steady = type.equals(SocketChannel.class) && onChannelClass(type, group) == NioSocketChannel.class;
        return steady ? type.cast(new SteadyChannel()) : loops.onChannel(type, group);
    }

    @Override
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        return loops.onChannelClass(type, group);
    }

    @Override
    public Mono<Void> disposeLater(Duration quiet, Duration timeout) {
        return loops.disposeLater(quiet, timeout);
    }

    @Override
    public boolean isDisposed() {
        return loops.isDisposed();
    }

    /** Keeps its last registration, which says that it is no longer valid, where Netty's keeps none. */
    private static final class SteadyChannel extends NioSocketChannel {

        private volatile @Nullable IoRegistration last;

        @Override
        protected void doDeregister() throws Exception {
            last = super.registration();
            super.doDeregister();
        }

        @Override
        protected IoRegistration registration() {
            IoRegistration gone = last;
            return gone != null ? gone : super.registration();
        }
    }
}
