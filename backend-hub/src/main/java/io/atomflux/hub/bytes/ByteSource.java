package io.atomflux.hub.bytes;

import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The bytes of one file that does not change; never blocks; does no I/O before something it returned is subscribed. */
public interface ByteSource {

    /** Returns how messages name the file: repository, revision and path, without credentials or signed addresses. */
    String name();

    /** Returns the number of bytes. */
    long size();

    /**
     * Reads a part.
     *
     * @return cold; a heap buffer with exactly the asked bytes, from its position to its limit, for the subscriber to keep
     * @signals StoreUnavailableException if the source cannot be reached within its budget of retries
     * @signals CorruptDataException if what came cannot be the file that was pinned
     */
    Mono<ByteBuffer> read(ByteRange range);

    /**
     * Reads from an offset to the end, as bytes come; a connection that breaks is taken up where it broke.
     *
     * @return cold; heap buffers of no particular size, each asked for by demand
     * @signals as {@link #read}
     */
    Flux<ByteBuffer> stream(long offset);
}
