package io.atomflux.artifact.catalog;

import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import reactor.core.publisher.Mono;

/**
 * What stands in the catalog of a lock: token (i64), expiry (i64), whether it is held (u8), who holds it (UTF-8).
 *
 * @param token of its last holder
 * @param expiry when it is lost unless renewed; of a free one, when it was given back
 * @param held whether it was not given back
 * @param holder who, in words, made unique by a random id
 */
record LockEntry(long token, long expiry, boolean held, String holder) {

    private static final int HEAD = 2 * Long.BYTES + 1;

    static LockEntry read(Bytes bytes) {
        ByteBuffer in = bytes.asBuffer();
        return new LockEntry(
                in.getLong(0), in.getLong(Long.BYTES), in.get(2 * Long.BYTES) != 0, Keys.text(bytes, HEAD));
    }

    Bytes write() {
        byte[] who = holder.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(HEAD + who.length)
                .putLong(token)
                .putLong(expiry)
                .put((byte) (held ? 1 : 0))
                .put(who)
                .array());
    }

    /** Tells whether anyone may take it. */
    boolean free(long now) {
        return !held || expiry < now;
    }

    /** Tells whether a holder still holds it. */
    boolean isOf(String who, long number) {
        return held && token == number && holder.equals(who);
    }

    LockEntry until(long time) {
        return new LockEntry(token, time, true, holder);
    }

    LockEntry givenBack(long time) {
        return new LockEntry(token, time, false, holder);
    }

    /** Removes an entry if it is still the same; tokens given later are greater than any of it all the same. */
    static Mono<Boolean> forget(Catalog catalog, Bytes key, Bytes entry) {
        return floor(catalog).flatMap(floor -> {
            Commit.Builder commit = Commit.builder().expect(key, entry).delete(key);
            long token = read(entry).token();
            if (token > number(floor)) {
                expectFloor(commit, floor);
                commit.put(Keys.TOKEN_FLOOR, Keys.time(token));
            }
            return catalog.commit(commit.build());
        });
    }

    /** Reads the number that tokens of names without an entry begin behind. */
    static Mono<Optional<Bytes>> floor(Catalog catalog) {
        return catalog.get(Keys.TOKEN_FLOOR).map(Optional::of).defaultIfEmpty(Optional.empty());
    }

    static long number(Optional<Bytes> floor) {
        return floor.map(Times::of).orElse(0L);
    }

    static void expectFloor(Commit.Builder commit, Optional<Bytes> floor) {
        floor.ifPresentOrElse(
                value -> commit.expect(Keys.TOKEN_FLOOR, value), () -> commit.expectAbsent(Keys.TOKEN_FLOOR));
    }
}
