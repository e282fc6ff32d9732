package io.atomflux.testkit.net;

/**
 * What went over the wire, as the client saw it: whole messages, without TCP's own headers.
 *
 * @param requests messages the client sent; with {@link Framing#RAW} segments as they happened to arrive
 * @param requestBytes their bytes
 * @param replies messages the client was given, pushed ones included
 * @param replyBytes their bytes
 */
public record Traffic(long requests, long requestBytes, long replies, long replyBytes) {

    static final Traffic NONE = new Traffic(0, 0, 0, 0);

    Traffic plusRequest(long bytes) {
        return new Traffic(requests + 1, requestBytes + bytes, replies, replyBytes);
    }

    Traffic plusReply(long bytes) {
        return new Traffic(requests, requestBytes, replies + 1, replyBytes + bytes);
    }

    /** Returns what was added since an earlier count. */
    public Traffic since(Traffic earlier) {
        return new Traffic(
                requests - earlier.requests,
                requestBytes - earlier.requestBytes,
                replies - earlier.replies,
                replyBytes - earlier.replyBytes);
    }

    /** Returns the bytes of both directions. */
    public long bytes() {
        return requestBytes + replyBytes;
    }
}
