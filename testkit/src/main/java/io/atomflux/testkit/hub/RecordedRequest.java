package io.atomflux.testkit.hub;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request as it came.
 *
 * @param number counts from 0 over both listeners, in the order of arrival
 * @param host which listener it came to
 * @param method {@code GET}, {@code HEAD}, {@code POST} …
 * @param path as sent, not decoded
 * @param query as sent, not decoded; empty if there is none
 * @param headers names in lower case; the values of a repeated one joined by {@code ", "}
 * @param body as text; empty if there is none
 */
public record RecordedRequest(
        long number, Host host, String method, String path, String query, Map<String, String> headers, String body) {
    public RecordedRequest {
        headers = Map.copyOf(headers);
    }

    /** Returns a header's value. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Returns path and query as sent. */
    public String target() {
        return query.isEmpty() ? path : path + "?" + query;
    }

    @Override
    public String toString() {
        return "%d %s %s %s%s"
                .formatted(
                        number,
                        host,
                        method,
                        target(),
                        header("range").map(r -> " " + r).orElse(""));
    }
}
