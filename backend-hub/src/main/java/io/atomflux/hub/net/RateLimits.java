package io.atomflux.hub.net;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Keeps to the quotas that a hub tells: {@code RateLimit: "api";r=0;t=280} (draft-ietf-httpapi-ratelimit-headers) and {@code
 * Retry-After} (RFC 9110 section 10.2.3). For many threads.
 */
final class RateLimits {

    private static final Pattern ITEM = Pattern.compile("\"?([A-Za-z0-9_-]+)\"?((?:\\s*;\\s*[a-z]+=\"?[^;,\"]*\"?)*)");
    private static final Pattern LEFT = Pattern.compile(";\\s*r=(\\d{1,15})");
    private static final Pattern RESET = Pattern.compile(";\\s*t=(\\d{1,15})");

    private final NetOptions options;
    private final Map<String, Long> closed = new ConcurrentHashMap<>(); // class of requests -> until when

    RateLimits(NetOptions options) {
        this.options = options;
    }

    /** Returns the class a request counts as: the hub's documentation names {@code api}, {@code resolvers} and {@code pages}. */
    static String kind(URI uri) {
        String path = uri.getRawPath();
        if (path.contains("/resolve/") || path.contains("/resolve-cache/")) {
            return "resolvers";
        }
        return path.contains("/api/") ? "api" : "pages";
    }

    /** Waits until requests of a class are let pass; cold. */
    Mono<Void> await(String store, URI uri, boolean hub) {
        if (!hub) {
            return Mono.empty();
        }
        return Mono.defer(() -> {
            Long until = closed.get(kind(uri));
            if (until == null) {
                return Mono.empty();
            }
            long millis = until - now();
            if (millis <= 0) {
                closed.remove(kind(uri), until);
                return Mono.empty();
            }
            if (millis > options.longestWait().toMillis()) {
                return Mono.error(Patience.tooLong(
                        store, Duration.ofMillis(millis), options.longestWait(), Failures.quota(store)));
            }
            return Mono.delay(Duration.ofMillis(millis), options.scheduler()).then();
        });
    }

    /** Takes note of an answer of the hub. */
    void note(HttpHeaders headers) {
        for (String value : headers.getAll("RateLimit")) {
            Matcher item = ITEM.matcher(value);
            while (item.find()) {
                OptionalLong reset = spent(item.group(2));
                if (reset.isPresent() && reset.getAsLong() > 0) {
                    closed.put(item.group(1).toLowerCase(Locale.ROOT), now() + 1000 * bounded(reset.getAsLong()));
                }
            }
        }
    }

    /**
     * Returns how long a refusing server says to wait.
     *
     * @param status only a 429 is explained by {@code RateLimit}; {@code Retry-After} counts with others, too
     */
    @Nullable
    Duration told(int status, HttpHeaders headers) {
        if (status == 429) {
            for (String value : headers.getAll("RateLimit")) {
                Matcher item = ITEM.matcher(value);
                while (item.find()) {
                    OptionalLong reset = spent(item.group(2));
                    if (reset.isPresent()) {
                        return Duration.ofSeconds(bounded(reset.getAsLong()));
                    }
                }
            }
        }
        String after = headers.get("Retry-After");
        if (after == null) {
            return null;
        }
        String text = after.strip();
        if (text.matches("\\d{1,15}")) {
            return Duration.ofSeconds(bounded(Long.parseLong(text)));
        }
        try {
            Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(options.clock().instant(), until);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeParseException e) {
            return null; // what cannot be understood tells nothing; our own waits apply
        }
    }

    private static OptionalLong spent(String parameters) {
        Matcher left = LEFT.matcher(parameters);
        Matcher reset = RESET.matcher(parameters);
        if (left.find() && Long.parseLong(left.group(1)) == 0 && reset.find()) {
            return OptionalLong.of(Long.parseLong(reset.group(1)));
        }
        return OptionalLong.empty();
    }

    private static long bounded(long seconds) {
        return Math.min(seconds, 1_000_000_000L);
    }

    private long now() {
        return options.scheduler().now(TimeUnit.MILLISECONDS);
    }
}
