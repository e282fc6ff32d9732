package io.atomflux.testkit.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Replies to give in the place of a server, for {@link FaultProxy#answer}. */
public final class Replies {

    private static final int OP_REPLY = 1;
    private static final int OP_MSG = 2013;

    private Replies() {}

    /**
     * Answers with an error of Redis.
     *
     * @param error code and message as documented, e.g. {@code READONLY You can't write against a read only replica.}
     */
    public static Function<Request, byte[]> redisError(String error) {
        if (error.indexOf('\r') >= 0 || error.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("error with a line break (expected: one line)");
        }
        byte[] reply = ("-" + error + "\r\n").getBytes(StandardCharsets.UTF_8);
        return request -> reply;
    }

    /**
     * Answers with a document of MongoDB, in the kind of message that the request asks for.
     *
     * @param document makes the BSON of the reply, e.g. {@code {ok: 0.0, code: 10107, errmsg: …}}
     */
    public static Function<Request, byte[]> mongo(Function<Request, byte[]> document) {
        return request -> {
            byte[] body = document.apply(request);
            boolean old = request.isOldQuery();
            int head = old ? 36 : 21;
            ByteBuffer reply = ByteBuffer.allocate(head + body.length).order(ByteOrder.LITTLE_ENDIAN);
            reply.putInt(head + body.length)
                    .putInt(-1)
                    .putInt(request.requestId())
                    .putInt(old ? OP_REPLY : OP_MSG);
            if (old) {
                reply.putInt(8).putLong(0).putInt(0).putInt(1); // flags, cursor, first, number of documents
            } else {
                reply.putInt(0).put((byte) 0); // flags, kind of section
            }
            return reply.put(body).array();
        };
    }
}
