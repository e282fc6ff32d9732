package io.atomflux.hub.net;

import io.atomflux.hub.bytes.ByteSource;
import java.net.URI;
import java.util.OptionalLong;
import reactor.core.publisher.Mono;

/** Requests to one hub; one for each opened store. Does no I/O before something it returned is subscribed. */
public interface HubClient {

    /** Returns the hub's address without trailing slash, e.g. {@code https://huggingface.co}. */
    URI endpoint();

    /**
     * Fetches a small body, following redirects: JSON of the API, a README.
     *
     * @param resource absolute; the token is sent if and as long as it is at the endpoint
     * @param maxBytes how large the body may be
     * @return cold; one element
     * @signals StoreNotFoundException if there is no such repository, revision or file
     * @signals StoreAccessException if the hub refuses: not logged in, not approved, disabled
     * @signals StoreUnavailableException if the hub cannot be reached within the budget of retries
     * @signals LimitExceededException if the body is larger
     */
    Mono<HubAnswer> get(URI resource, long maxBytes);

    /**
     * Returns a file as bytes; its redirect is followed when it is read, and remembered for a while.
     *
     * @param resource absolute, of a pinned revision
     * @param name how messages name the file
     * @param size as the hub's listing tells it; empty if unknown, then the first request finds out
     * @return cold; one element. With a known size it makes no request before something is read
     */
    Mono<ByteSource> file(URI resource, String name, OptionalLong size);

    /** Closes the connections this client opened itself; cold. */
    Mono<Void> close();
}
