package io.atomflux.testkit.hub;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong, and when; immutable. Without further words it concerns every request to its listener and changes nothing.
 *
 * <p>Of several that match a request the one injected first is applied, and only that one counts it. Parts combine: {@code
 * Fault.at(Host.CDN).skip(2).times(1).delay(Duration.ofSeconds(1)).cutAfter(100)}.
 */
public final class Fault {

    /** How a connection ends too early. */
    enum Ending {
        CLOSED,
        RESET,
        STALLED
    }

    private final Host host;
    private @Nullable Pattern path;
    private @Nullable String method;
    private int skip;
    private int times = Integer.MAX_VALUE;
    private OptionalInt status = OptionalInt.empty();
    private Map<String, String> headers = Map.of();
    private @Nullable String body;
    private @Nullable Duration delay;
    private @Nullable Ending ending;
    private OptionalLong after = OptionalLong.empty();
    private OptionalLong shorterBy = OptionalLong.empty();
    private boolean rangeIgnored;

    private Fault(Host host) {
        this.host = host;
    }

    private Fault with(Consumer<Fault> change) {
        Fault copy = new Fault(host);
        copy.path = path;
        copy.method = method;
        copy.skip = skip;
        copy.times = times;
        copy.status = status;
        copy.headers = headers;
        copy.body = body;
        copy.delay = delay;
        copy.ending = ending;
        copy.after = after;
        copy.shorterBy = shorterBy;
        copy.rangeIgnored = rangeIgnored;
        change.accept(copy);
        return copy;
    }

    /** Begins a fault of one listener. */
    public static Fault at(Host host) {
        return new Fault(host);
    }

    /** Concerns only requests whose path with query, as sent, contains a match of a regular expression. */
    public Fault path(String regex) {
        return with(f -> f.path = Pattern.compile(regex));
    }

    /** Concerns only requests of one method. */
    public Fault method(String name) {
        return with(f -> f.method = name);
    }

    /** Lets the first matching requests pass. */
    public Fault skip(int requests) {
        return with(f -> f.skip = requests);
    }

    /** Ends after it was applied so often; without this it never does. */
    public Fault times(int requests) {
        return with(f -> f.times = requests);
    }

    /** Answers with a status and an empty body in place of the true answer. */
    public Fault status(int code) {
        return with(f -> f.status = OptionalInt.of(code));
    }

    /** Redirects; {@code {target}} stands for path and query of the request. */
    public Fault redirect(int code, String location) {
        return status(code).header("Location", location);
    }

    /** Adds or replaces a header of the answer, true or not; with an empty value it is left out. */
    public Fault header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return with(f -> f.headers = more);
    }

    /** Replaces the body; with {@link #status}. */
    public Fault body(String contentType, String text) {
        return header("Content-Type", contentType).with(f -> f.body = text);
    }

    /** Waits before the answer. */
    public Fault delay(Duration duration) {
        return with(f -> f.delay = duration);
    }

    /** Closes the connection after so many bytes of the body, though more were promised. */
    public Fault cutAfter(long bytes) {
        return ending(Ending.CLOSED, bytes);
    }

    /** Resets the connection after so many bytes of the body. */
    public Fault resetAfter(long bytes) {
        return ending(Ending.RESET, bytes);
    }

    /** Sends nothing more after so many bytes of the body, and keeps the connection. */
    public Fault stallAfter(long bytes) {
        return ending(Ending.STALLED, bytes);
    }

    private Fault ending(Ending kind, long bytes) {
        return with(f -> {
            f.ending = kind;
            f.after = OptionalLong.of(bytes);
        });
    }

    /** Leaves out so many bytes at the end of the body, and promises only the rest, as if all were in order. */
    public Fault shorterBy(long bytes) {
        return with(f -> f.shorterBy = OptionalLong.of(bytes));
    }

    /** Answers as if the request had no range. */
    public Fault ignoreRange() {
        return with(f -> f.rangeIgnored = true);
    }

    boolean matches(RecordedRequest request) {
        return request.host() == host
                && (method == null || method.equals(request.method()))
                && (path == null || path.matcher(request.target()).find());
    }

    int skip() {
        return skip;
    }

    int times() {
        return times;
    }

    boolean isRangeIgnored() {
        return rangeIgnored;
    }

    Optional<Duration> delay() {
        return Optional.ofNullable(delay);
    }

    Optional<Ending> ending() {
        return Optional.ofNullable(ending);
    }

    long after() {
        return after.orElse(0);
    }

    /** Returns what is sent in place of the true answer, its connection apart. */
    Answer change(RecordedRequest request, Answer truth) {
        Answer answer = truth;
        if (status.isPresent()) {
            answer = new Answer(status.getAsInt(), Map.of(), Body.NOTHING);
            if (body != null) {
                answer = Answer.text(status.getAsInt(), "text/plain", body);
            }
        }
        for (Map.Entry<String, String> header : headers.entrySet()) {
            answer = header.getValue().isEmpty()
                    ? answer.without(header.getKey())
                    : answer.with(header.getKey(), header.getValue().replace("{target}", request.target()));
        }
        if (shorterBy.isPresent()) {
            long length = answer.body().length();
            answer = answer.withBody(answer.body().slice(0, Math.max(0, length - shorterBy.getAsLong())));
        }
        return answer;
    }
}
