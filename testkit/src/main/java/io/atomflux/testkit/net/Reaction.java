package io.atomflux.testkit.net;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is done with a request, and with its reply. */
sealed interface Reaction {

    /** Takes a request on its way to the server. */
    default void onRequest(Connection connection, Request request) {
        connection.expectReply(request, this);
        connection.forward(request, Duration.ZERO);
    }

    /** Takes the reply on its way to the client. */
    default void onReply(Connection connection, Request request, byte[] reply) {
        connection.deliver(reply, request);
    }

    /** Leave both alone. */
    record Pass() implements Reaction {}

    /** Swallow the reply, then cut the connection if told how. */
    record LoseReply(@Nullable Cut then) implements Reaction {
        @Override
        public void onReply(Connection connection, Request request, byte[] reply) {
            if (then != null) {
                connection.cutBehindReplies(then);
            }
        }
    }

    /** Pass on the first bytes of the reply, then cut. */
    record CutReply(int bytes, Cut then) implements Reaction {
        @Override
        public void onReply(Connection connection, Request request, byte[] reply) {
            connection.deliver(Arrays.copyOf(reply, Math.min(bytes, reply.length)), request);
            connection.cutBehindReplies(then);
        }
    }

    /** Forward it later, and what follows it as well. */
    record Delay(Duration by) implements Reaction {
        @Override
        public void onRequest(Connection connection, Request request) {
            connection.expectReply(request, this);
            connection.forward(request, by);
        }
    }

    /** Cut the client's side now, and give the server the request later. */
    record Late(Duration by, Cut cut) implements Reaction {
        @Override
        public void onRequest(Connection connection, Request request) {
            connection.expectReply(request, this);
            connection.forwardLate(request, by, cut);
        }

        @Override
        public void onReply(Connection connection, Request request, byte[] reply) {
            connection.closeSockets();
        }
    }

    /** Do not forward it; answer in the server's place. */
    record Answer(Function<Request, byte[]> reply) implements Reaction {
        @Override
        public void onRequest(Connection connection, Request request) {
            connection.answer(request, reply.apply(request));
        }
    }
}
