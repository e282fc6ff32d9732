package io.atomflux.hub.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;

/** Writes {@code http://host/path} for {@code /path} into requests to a proxy. */
final class WholeTargets extends ChannelOutboundHandlerAdapter {

    static void install(ConnectionObserver observer, Channel channel, @Nullable SocketAddress remote) {
        channel.pipeline().addAfter(NettyPipeline.HttpCodec, "atomflux.wholeTargets", new WholeTargets());
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof HttpRequest) {
            HttpRequest request = (HttpRequest) message;
            if (request.uri().startsWith("/")) {
                request.setUri("http://" + request.headers().get(HttpHeaderNames.HOST) + request.uri());
            }
        }
        super.write(context, message, promise);
    }
}
