package io.atomflux.redis.artifact;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.redis.RedisSpace;
import io.atomflux.redis.RedisSpace.Routine;
import io.atomflux.value.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Mono;

/**
 * A catalog in Redis: a hash of the values, and a sorted set of the keys, all of score 0, which Redis orders by their bytes.
 *
 * <p>A commit is one script that looks at all conditions before it writes; each is applied once, see {@link RedisSpace}.
 */
final class RedisCatalog implements Catalog {

    private static final Routine COMMIT = Routine.writing(RedisCatalog.class, "commit");
    private static final Routine PAGE = Routine.reading(RedisCatalog.class, "page");
    private static final Routine GET = Routine.reading(RedisCatalog.class, "get");
    private static final Routine NOW = Routine.reading(RedisCatalog.class, "now");

    /** What one page looks at, so that no script holds the server long: about 2 ms. */
    private static final int MOST_ENTRIES = 1000;

    private static final long MOST_BYTES = 1 << 20;
    private static final int LONGEST_KEY = 500;
    private static final int LONGEST_VALUE = 8 << 20;
    private static final byte[] SOME = {'1'};
    private static final byte[] NONE = {'0'};
    private static final byte[] NOTHING = {};

    private final RedisSpace space;
    private final byte[] keys;
    private final byte[] values;

    RedisCatalog(RedisSpace space) {
        this.space = space;
        this.keys = space.key("keys");
        this.values = space.key("values");
    }

    @Override
    public String name() {
        return space.name();
    }

    @Override
    public Mono<Bytes> get(Bytes key) {
        byte[] wanted = checked(key);
        return space.read(GET, List.of(values), List.of(wanted)).map(value -> Bytes.wrap((byte[]) value));
    }

    @Override
    public Mono<List<Entry>> page(Bytes from, Bytes to, int limit, long bytes) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit: %d (expected: at least 1)".formatted(limit));
        }
        List<byte[]> arguments = List.of(
                from.toArray(),
                to.toArray(),
                text(Math.min(limit, MOST_ENTRIES)),
                text(Math.max(0, Math.min(bytes, MOST_BYTES))));
        return space.read(PAGE, List.of(keys, values), arguments).map(this::entries);
    }

    private List<Entry> entries(Object reply) {
        List<?> flat = (List<?>) reply;
        List<Entry> entries = new ArrayList<>(flat.size() / 2);
        for (int i = 0; i < flat.size(); i += 2) {
            Bytes key = Bytes.wrap((byte[]) flat.get(i));
            if (!(flat.get(i + 1) instanceof byte[] value)) {
                throw new CorruptDataException(
                        name(), "key " + key, "it stands in the order of keys, but has no value", null);
            }
            entries.add(new Entry(key, Bytes.wrap(value)));
        }
        return entries;
    }

    @Override
    public Mono<Boolean> commit(Commit commit) {
        List<byte[]> arguments = new ArrayList<>(
                1 + 3 * (commit.conditions().size() + commit.changes().size()));
        arguments.add(text(commit.conditions().size()));
        commit.conditions().forEach(condition -> add(condition.key(), condition.value(), arguments));
        commit.changes().forEach(change -> add(change.key(), change.value(), arguments));
        return space.apply(COMMIT, List.of(keys, values), arguments).map("1"::equals);
    }

    private void add(Bytes key, Optional<Bytes> value, List<byte[]> arguments) {
        arguments.add(checked(key));
        arguments.add(value.isPresent() ? SOME : NONE);
        arguments.add(value.map(this::withinLimit).orElse(NOTHING));
    }

    private byte[] withinLimit(Bytes value) {
        if (value.length() > LONGEST_VALUE) {
            throw new LimitExceededException(
                    "bytes of an entry in " + name(), value.length(), LONGEST_VALUE, "keep it in files instead");
        }
        return value.toArray();
    }

    private static byte[] checked(Bytes key) {
        if (key.length() < 1 || key.length() > LONGEST_KEY) {
            throw new IllegalArgumentException(
                    "key: %d bytes (expected: 1 to %d)".formatted(key.length(), LONGEST_KEY));
        }
        return key.toArray();
    }

    private static byte[] text(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public Mono<Long> now() {
        return space.read(NOW, List.of(keys), List.of())
                .map(millis -> Long.parseLong(new String((byte[]) millis, StandardCharsets.US_ASCII)));
    }

    /** Closes the space, which catalog, files and locks share. */
    @Override
    public Mono<Void> close() {
        return space.close();
    }
}
