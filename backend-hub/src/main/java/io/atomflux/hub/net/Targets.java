package io.atomflux.hub.net;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Where a file really is: found by the first who reads it, while the others wait, and used by all until shortly before the
 * signature runs out. For many threads.
 */
final class Targets {

    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Duration MARGIN = Duration.ofSeconds(60);
    private static final DateTimeFormatter AMAZON = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

    private final URI resource;
    private final Clock clock;
    private final AtomicReference<@Nullable Target> known = new AtomicReference<>();
    private final AtomicReference<@Nullable Search> search = new AtomicReference<>();

    Targets(URI resource, Clock clock) {
        this.resource = resource;
        this.clock = clock;
    }

    /** Where a file is, and until when. */
    record Target(URI uri, boolean trusted, Instant until) {}

    /** One request of the hub that others wait for. */
    static final class Search {
        private final Sinks.Empty<Void> over = Sinks.empty();
    }

    /**
     * Makes one attempt at the file.
     *
     * @param attempt makes it at a known target, or at the hub if there is none; calls {@link #found} when it gets there
     */
    <T> Flux<T> use(Function<Optional<Target>, Flux<T>> attempt) {
        return Flux.defer(() -> {
            Target target = known.get();
            if (target != null && clock.instant().isBefore(target.until())) {
                return attempt.apply(Optional.of(target));
            }
            Search mine = new Search();
            Search running = search.compareAndExchange(null, mine);
            if (running != null) {
                // One who cannot be told where the file is looks himself; a failure of the search is everyone's.
                return running.over.asMono().thenMany(use(attempt));
            }
            return attempt.apply(Optional.empty())
                    .doOnError(failure -> end(mine, failure))
                    .doFinally(signal -> end(mine, null));
        });
    }

    URI resource() {
        return resource;
    }

    /** Takes note of who answered a search. */
    void found(Hop hop) {
        Duration life = life(hop.uri()).orElse(LONGEST.plus(MARGIN)).minus(MARGIN);
        if (!life.isNegative() && !life.isZero()) {
            Instant until = clock.instant().plus(life.compareTo(LONGEST) > 0 ? LONGEST : life);
            known.set(new Target(hop.uri(), hop.trusted(), until));
        }
        Search mine = search.get();
        if (mine != null) {
            end(mine, null);
        }
    }

    /** Forgets the target that was used, if it was not replaced meanwhile; the one just found if none was known. */
    void forgetAny(Optional<Target> used) {
        if (used.isPresent()) {
            known.compareAndSet(used.get(), null);
        } else {
            known.set(null);
        }
    }

    private void end(Search mine, @Nullable Throwable failure) {
        if (search.compareAndSet(mine, null)) {
            if (failure != null) {
                mine.over.tryEmitError(failure);
            } else {
                mine.over.tryEmitEmpty();
            }
        }
    }

    /** Returns how long a signed address lives, if it tells: CloudFront's {@code Expires}, Amazon's signature version 4. */
    private Optional<Duration> life(URI uri) {
        Map<String, String> query = new HashMap<>();
        for (String pair : Optional.ofNullable(uri.getRawQuery()).orElse("").split("&")) {
            int mark = pair.indexOf('=');
            if (mark > 0) {
                query.put(pair.substring(0, mark).toLowerCase(Locale.ROOT), pair.substring(mark + 1));
            }
        }
        Instant now = clock.instant();
        String expires = query.getOrDefault("expires", "");
        if (expires.matches("\\d{1,12}")) {
            return Optional.of(Duration.between(now, Instant.ofEpochSecond(Long.parseLong(expires))));
        }
        String seconds = query.getOrDefault("x-amz-expires", "");
        if (!seconds.matches("\\d{1,9}")) {
            return Optional.empty();
        }
        Instant signed = now;
        try {
            signed = LocalDateTime.parse(query.getOrDefault("x-amz-date", ""), AMAZON)
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            // Without a date the life is counted from now: what turns out to be stale is asked for anew.
        }
        return Optional.of(Duration.between(now, signed.plusSeconds(Long.parseLong(seconds))));
    }
}
