package io.atomflux.artifact;

import io.atomflux.codec.Digest;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Hashes, and the form of values that is the same for equal ones. */
final class Canonical {

    private Canonical() {}

    /** Returns the hash by which two things of a class are the same. */
    static String hash(String tag, List<@Nullable Object> values) {
        Object plain = one(Values.of("identity", values));
        return sha256(Digest.line(0, Row.of("type", tag, "identity", plain)));
    }

    /** Makes one of what is equal for a user: zeros of both signs, NaN of any bits. */
    private static @Nullable Object one(@Nullable Object value) {
        if (value instanceof Double number) {
            return number == 0 ? Double.valueOf(0) : number.isNaN() ? Double.valueOf(Double.NaN) : number;
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> items = new ArrayList<>(list.size());
            list.forEach(item -> items.add(one(item)));
            return items;
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            map.forEach((name, member) -> members.put((String) name, one(member)));
            return members;
        }
        return value;
    }

    static String sha256(String text) {
        return hex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Returns 32 hexadecimal digits that nobody has drawn before. */
    static String random() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    /** Returns how long to wait before trying again what others prevented: random, so that they spread. */
    static long jitterMillis(int tries) {
        return 1 + new SplittableRandom().nextLong(1L << Math.min(tries, 8));
    }
}
