package io.atomflux.hub.net;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What comes before a body.
 *
 * @param uri who answered
 * @param hub whether that is the hub itself, and not a storage it points to
 */
record Head(URI uri, boolean hub, int status, HttpHeaders headers) {

    @Nullable
    String header(String name) {
        return headers.get(name);
    }

    OptionalLong length() {
        String length = headers.get("Content-Length");
        return length != null && length.strip().matches("\\d{1,18}")
                ? OptionalLong.of(Long.parseLong(length.strip()))
                : OptionalLong.empty();
    }

    boolean success() {
        return status >= 200 && status < 300;
    }

    boolean redirect() {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    /** Whether the body is not what was asked for: {@code Accept-Encoding: identity} was sent. */
    boolean encoded() {
        String encoding = headers.get("Content-Encoding");
        return encoding != null && !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity");
    }
}
