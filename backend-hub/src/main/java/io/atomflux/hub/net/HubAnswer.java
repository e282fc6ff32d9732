package io.atomflux.hub.net;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * A body with what came before it.
 *
 * @param from the address that finally answered
 * @param headers of the final answer, names in lower case, the values of a repeated one joined by {@code ", "}
 * @param commit the commit named by any answer on the way ({@code X-Repo-Commit})
 * @param body all bytes; read-only
 */
public record HubAnswer(URI from, Map<String, String> headers, Optional<String> commit, ByteBuffer body) {
    public HubAnswer {
        headers = Map.copyOf(headers);
        body = body.asReadOnlyBuffer();
    }
}
