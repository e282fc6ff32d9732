package io.atomflux.artifact;

import io.atomflux.value.Values;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Metadata of puts: provenance, time, codec, and what the caller adds, which wins.
 *
 * <p>Provenance is found out once, and a put waits for it two seconds at most; what fails, is late or is no plain value is
 * left out, as an artifact is worth more than its history.
 */
final class Stamps {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Clock clock;
    private final Mono<Map<String, @Nullable Object>> provenance;

    Stamps(Provenance provenance, Clock clock) {
        this.clock = clock;
        Mono<Map<String, @Nullable Object>> asked = Blocking.call(() -> plain(provenance.collect()));
        this.provenance = provenance.changes() ? asked : asked.cache();
    }

    private static Map<String, @Nullable Object> plain(Map<String, @Nullable Object> told) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        told.forEach((name, value) -> plain.put(name, Values.of(name, value)));
        return plain;
    }

    /** Returns the metadata of a put that happens now. */
    Mono<Map<String, @Nullable Object>> now(Optional<String> codec, Map<String, Object> more) {
        return provenance
                .timeout(PATIENCE)
                .onErrorResume(failure -> Mono.just(Map.of()))
                .map(told -> {
                    Map<String, @Nullable Object> all = new LinkedHashMap<>(told);
                    all.put(Provenance.TIME, time(ZonedDateTime.now(clock.withZone(ZoneOffset.UTC))));
                    codec.ifPresent(id -> all.put(Provenance.CODEC, id));
                    more.forEach((name, value) -> all.put(name, Values.of(name, value)));
                    return all;
                });
    }

    /** Nine integers as Python's {@code time.struct_time} has them, without daylight saving. */
    private static List<Long> time(ZonedDateTime now) {
        return List.of(
                (long) now.getYear(),
                (long) now.getMonthValue(),
                (long) now.getDayOfMonth(),
                (long) now.getHour(),
                (long) now.getMinute(),
                (long) now.getSecond(),
                now.getDayOfWeek().getValue() - 1L,
                (long) now.getDayOfYear(),
                -1L);
    }

    /** Reads the time of metadata back, in seconds since 1970; empty if there is none. */
    static Optional<Double> seconds(Map<String, @Nullable Object> metadata) {
        if (!(metadata.get(Provenance.TIME) instanceof List<?> parts)
                || parts.size() < 6
                || !parts.stream().allMatch(Long.class::isInstance)) {
            return Optional.empty();
        }
        int[] at = parts.stream()
                .map(Objects::requireNonNull)
                .mapToInt(part -> (int) Math.max(-1, Math.min((Long) part, Integer.MAX_VALUE)))
                .toArray();
        try {
            LocalDateTime time = LocalDateTime.of(at[0], at[1], at[2], at[3], at[4], Math.min(at[5], 59));
            return Optional.of((double) time.toEpochSecond(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty(); // metadata of other programs may hold anything
        }
    }
}
