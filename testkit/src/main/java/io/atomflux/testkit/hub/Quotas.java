package io.atomflux.testkit.hub;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How many requests of a class are answered in a window of time. */
final class Quotas {

    /**
     * A quota.
     *
     * @param enforced whether more requests are refused, or only counted
     */
    record Quota(int requests, Duration window, boolean enforced) {}

    private static final Quota SHOWN = new Quota(500, Duration.ofSeconds(300), false);

    private static final class Window {
        private Instant end = Instant.MIN;
        private int left;
    }

    private final Clock clock;
    private final Map<String, Quota> quotas;
    private final Map<String, Window> windows = new HashMap<>(); // guarded by this

    Quotas(Clock clock, Map<String, Quota> quotas) {
        this.clock = clock;
        this.quotas = Map.copyOf(quotas);
    }

    /** Counts a request; returns the two headers of its answer in order, or the refusal. */
    synchronized Optional<Answer> refusal(String kind) {
        Quota quota = quotas.getOrDefault(kind, SHOWN);
        Window window = windows.computeIfAbsent(kind, k -> new Window());
        Instant now = clock.instant();
        if (!now.isBefore(window.end)) {
            window.end = now.plus(quota.window());
            window.left = quota.requests();
        }
        if (window.left > 0) {
            window.left--;
            return Optional.empty();
        }
        return quota.enforced()
                ? Optional.of(Answer.error(429, "", "We had to rate limit you; try again later."))
                : Optional.empty();
    }

    /** Adds what is left to an answer. */
    synchronized Answer show(Answer answer, String kind) {
        Quota quota = quotas.getOrDefault(kind, SHOWN);
        Window window = windows.computeIfAbsent(kind, k -> new Window());
        long seconds = Math.max(0, Duration.between(clock.instant(), window.end).toMillis() + 999) / 1000;
        return answer.with("RateLimit", "\"%s\";r=%d;t=%d".formatted(kind, window.left, seconds))
                .with(
                        "RateLimit-Policy",
                        "\"fixed window\";\"%s\";q=%d;w=%d"
                                .formatted(
                                        kind, quota.requests(), quota.window().toSeconds()));
    }
}
