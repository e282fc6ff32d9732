package io.atomflux.redis;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Knows which threads are event loops of our clients. */
final class EventLoops implements NettyCustomizer {

    static final EventLoops KNOWN = new EventLoops();

    private static final ThreadLocal<@Nullable Executor> CURRENT = new ThreadLocal<>();

    private EventLoops() {}

    /** Called on the event loop of a new channel. */
    @Override
    public void afterChannelInitialized(Channel channel) {
        if (channel.eventLoop().inEventLoop()) {
            CURRENT.set(channel.eventLoop());
        }
    }

    /** Returns the event loop this thread is, or null if it is none. */
    static @Nullable Executor current() {
        return CURRENT.get();
    }
}
