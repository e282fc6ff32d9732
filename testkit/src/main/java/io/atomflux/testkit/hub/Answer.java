package io.atomflux.testkit.hub;

import io.atomflux.codec.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is sent back.
 *
 * @param headers names as spelt on the wire; without the length, which follows from the body
 */
record Answer(int status, Map<String, String> headers, Body body) {

    Answer {
        headers = new LinkedHashMap<>(headers);
    }

    static Answer json(int status, @Nullable Object value) {
        return text(status, "application/json; charset=utf-8", Json.plain(value));
    }

    static Answer text(int status, String type, String text) {
        return new Answer(status, Map.of("Content-Type", type), Body.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** An error of the hub: its code and text in headers, the text once more as JSON. */
    static Answer error(int status, String code, String message) {
        Answer answer = json(status, Map.of("error", message)).with("X-Error-Message", message);
        return code.isEmpty() ? answer : answer.with("X-Error-Code", code);
    }

    /** An error of the storage, in XML. */
    static Answer xml(int status, String code) {
        return text(
                status,
                "application/xml",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code></Error>".formatted(code));
    }

    static Answer redirect(int status, String location) {
        String text = (status == 302 ? "Found" : "Temporary Redirect") + ". Redirecting to " + location;
        return text(status, "text/plain; charset=utf-8", text).with("Location", location);
    }

    Answer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.keySet().removeIf(name::equalsIgnoreCase);
        more.put(name, value);
        return new Answer(status, more, body);
    }

    Answer without(String name) {
        Map<String, String> fewer = new LinkedHashMap<>(headers);
        fewer.keySet().removeIf(name::equalsIgnoreCase);
        return new Answer(status, fewer, body);
    }

    Answer withBody(Body other) {
        return new Answer(status, headers, other);
    }

    /** The bytes of a file, or the part of it that a range asks for (RFC 9110, section 14). */
    static Answer file(Stored file, Optional<String> range, String etag) {
        Answer whole = new Answer(200, Map.of("Content-Type", "application/octet-stream"), file.body())
                .with("Accept-Ranges", "bytes")
                .with("ETag", "\"" + etag + "\"");
        Optional<long[]> bounds = range.flatMap(text -> Ranges.parse(text, file.size()));
        if (bounds.isEmpty()) {
            return whole;
        }
        long from = bounds.get()[0];
        long to = bounds.get()[1];
        if (from > to) {
            return xml(416, "InvalidRange").with("Content-Range", "bytes */" + file.size());
        }
        return new Answer(206, whole.headers(), file.body().slice(from, to - from + 1))
                .with("Content-Range", "bytes %d-%d/%d".formatted(from, to, file.size()));
    }
}
