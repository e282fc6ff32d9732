package io.atomflux.testkit.hub;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Addresses that are good for a while: characters that some clients encode anew stand in the signature, as they do in real ones,
 * and it is compared as it was given.
 */
final class Signatures {

    private final Clock clock;
    private final Duration life;
    private final int uses;
    private final AtomicLong issued = new AtomicLong();
    private final AtomicLong revoked = new AtomicLong();
    private final Map<String, Stored> blobs = new ConcurrentHashMap<>();
    private final Map<Long, Integer> used = new HashMap<>(); // guarded by itself

    Signatures(Clock clock, Duration life, int uses) {
        this.clock = clock;
        this.life = life;
        this.uses = uses;
    }

    /** Returns path and query of a fresh address. */
    String issue(Stored file) {
        String key = file.xet().substring(0, 16);
        blobs.put(key, file);
        long expires = clock.instant().plus(life).getEpochSecond();
        return "/blob/%s?X-Sig=%s&Expires=%d"
                .formatted(key, signature(key, issued.incrementAndGet(), expires), expires);
    }

    private static String signature(String key, long number, long expires) {
        byte[] hash = Stored.sha("SHA-256").digest((key + number + "/" + expires).getBytes(StandardCharsets.UTF_8));
        return "s%2B" + number + "." + Stored.hex(hash).substring(0, 12) + "~*";
    }

    /** Makes all addresses issued so far invalid. */
    void revoke() {
        revoked.set(issued.get());
    }

    /** Returns the file of an address, or empty if its signature does not hold any more or never did. */
    Optional<Stored> check(String path, String query) {
        String key = path.substring("/blob/".length());
        Map<String, List<String>> fields = Escapes.form(query);
        try {
            String given = fields.getOrDefault("X-Sig", List.of("")).get(0);
            long expires =
                    Long.parseLong(fields.getOrDefault("Expires", List.of("0")).get(0));
            long number = Long.parseLong(given.substring(given.indexOf('+') + 1, Math.max(0, given.indexOf('.'))));
            boolean holds = query.equals("X-Sig=%s&Expires=%d".formatted(signature(key, number, expires), expires))
                    && clock.instant().getEpochSecond() < expires
                    && number > revoked.get()
                    && mayUse(number);
            return holds ? Optional.ofNullable(blobs.get(key)) : Optional.empty();
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.empty(); // not one of ours
        }
    }

    private boolean mayUse(long number) {
        if (uses == Integer.MAX_VALUE) {
            return true;
        }
        synchronized (used) {
            return used.merge(number, 1, Integer::sum) <= uses;
        }
    }
}
