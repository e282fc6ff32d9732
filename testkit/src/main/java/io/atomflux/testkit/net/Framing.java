package io.atomflux.testkit.net;

/** How the bytes of a connection are cut into messages, so that faults can hit one request or its reply. */
public enum Framing {
    /**
     * Not at all: each piece that arrives counts as a message, and a reply is the next piece that comes back. The one
     * choice for encrypted connections.
     */
    RAW,
    /**
     * Redis: one command, inline ones included, and one reply of RESP 2 or 3 each, also where a segment holds many.
     * Replies answer requests in order; pushed messages and those of subscriptions answer none. Connections that switch
     * replies off ({@code CLIENT REPLY}) or monitor are not understood.
     *
     * <p>Source: <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">Redis serialization protocol
     * specification</a>; its streamed types, which no server sends, are refused.
     */
    RESP,
    /**
     * MongoDB: messages of the length their header gives; a reply names its request. Compressed messages are passed on,
     * but their command is not seen.
     *
     * <p>Source: <a href="https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/">MongoDB wire
     * protocol</a>.
     */
    MONGO;

    Cutter cutter() {
        return switch (this) {
            case RAW -> new Cutter.Raw();
            case RESP -> new RespCutter();
            case MONGO -> new Cutter.Mongo();
        };
    }
}
