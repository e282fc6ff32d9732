package io.atomflux.file.lmdb.artifact;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.file.lmdb.GuardedFile;
import io.atomflux.value.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Mono;

/** The ordered map of a storage: its keys with the letter {@code c} before them, values as they are. */
final class LmdbCatalog implements Catalog {

    private static final byte SPACE = 'c';

    private final String name;
    private final LmdbPlace place;

    LmdbCatalog(String name, LmdbPlace place) {
        this.name = name;
        this.place = place;
    }

    @Override
    public String name() {
        return name;
    }

    private static byte[] stored(Bytes key) {
        byte[] stored = new byte[1 + key.length()];
        stored[0] = SPACE;
        key.copyTo(stored, 1);
        return stored;
    }

    @Override
    public Mono<Bytes> get(Bytes key) {
        byte[] stored = stored(key);
        return place.read(entries ->
                        entries.find(stored) ? Optional.of(Bytes.wrap(entries.value())) : Optional.<Bytes>empty())
                .flatMap(Mono::justOrEmpty);
    }

    @Override
    public Mono<List<Entry>> page(Bytes from, Bytes to, int limit, long bytes) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit: %d (expected: at least 1)".formatted(limit));
        }
        byte[] first = stored(from);
        byte[] end = stored(to);
        return place.read(entries -> {
            List<Entry> page = new ArrayList<>();
            long size = 0;
            for (boolean more = entries.seek(first); more; more = entries.next()) {
                byte[] key = entries.key();
                if (Arrays.compareUnsigned(key, end) >= 0) {
                    break;
                }
                byte[] value = entries.value();
                page.add(new Entry(Bytes.wrap(key, 1, key.length - 1), Bytes.wrap(value)));
                size += key.length - 1 + value.length;
                if (page.size() >= limit || size >= bytes) {
                    break;
                }
            }
            return page;
        });
    }

    @Override
    public Mono<Boolean> commit(Commit commit) {
        return place.write(changes -> {
            for (Commit.Condition condition : commit.conditions()) {
                if (!holds(changes, condition)) {
                    return false;
                }
            }
            for (Commit.Change change : commit.changes()) {
                byte[] key = stored(change.key());
                change.value().ifPresentOrElse(value -> changes.put(key, value.toArray()), () -> changes.delete(key));
            }
            return true;
        });
    }

    private static boolean holds(GuardedFile.Entries entries, Commit.Condition condition) {
        boolean there = entries.find(stored(condition.key()));
        return condition
                .value()
                .map(value -> there
                        && entries.size() == value.length()
                        && Bytes.wrap(entries.value()).equals(value))
                .orElse(!there);
    }

    @Override
    public Mono<Long> now() {
        return Mono.fromSupplier(System::currentTimeMillis); // one machine, one clock
    }

    @Override
    public Mono<Void> close() {
        return place.close();
    }
}
