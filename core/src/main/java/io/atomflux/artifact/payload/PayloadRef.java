package io.atomflux.artifact.payload;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reference to a payload: what stays in a row or descriptor in place of the value.
 *
 * @param url where it is
 * @param length of the stored bytes
 * @param sha256 of the stored bytes, 64 hexadecimal digits
 * @param codec how the value became bytes, {@code raw} if it was given as bytes; see {@link PayloadFormat}
 * @param holds addresses of the payloads that are referred to inside it, at any depth, so that a collector need not read it
 */
public record PayloadRef(PayloadUrl url, long length, String sha256, String codec, List<PayloadUrl> holds) {

    /** Codec of payloads that were given as bytes and are kept just so. */
    public static final String RAW = "raw";

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public PayloadRef {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(codec, "codec");
        holds = List.copyOf(holds);
        if (length < 0 || !SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException(
                    "payload %s: length %d, hash %s (expected: a length, and 64 hexadecimal digits)"
                            .formatted(url, length, sha256));
        }
    }

    /** Returns this reference as plain values, which {@link #of} reads. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("url", url.toString());
        map.put("length", length);
        map.put("sha256", sha256);
        map.put("codec", codec);
        if (!holds.isEmpty()) {
            map.put("holds", holds.stream().map(PayloadUrl::toString).toList());
        }
        return Collections.unmodifiableMap(map);
    }

    /**
     * Reads a reference.
     *
     * @throws IllegalArgumentException if the map is none
     * @throws io.atomflux.error.InvalidNameException if its address, or one it holds, is refused
     */
    public static PayloadRef of(Map<?, ?> map) {
        if (!(map.get("url") instanceof String url)
                || !(map.get("length") instanceof Number length)
                || !(map.get("sha256") instanceof String sha256)
                || !(map.get("codec") instanceof String codec)) {
            throw new IllegalArgumentException(
                    "reference to a payload: %s (expected: url, length, sha256 and codec)".formatted(map.keySet()));
        }
        List<PayloadUrl> holds = new ArrayList<>();
        if (map.get("holds") instanceof List<?> list) {
            for (Object held : list) {
                holds.add(PayloadUrl.parse(String.valueOf(held)));
            }
        }
        return new PayloadRef(PayloadUrl.parse(url), length.longValue(), sha256, codec, holds);
    }
}
