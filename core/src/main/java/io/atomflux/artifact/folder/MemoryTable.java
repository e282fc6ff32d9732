package io.atomflux.artifact.folder;

import io.atomflux.value.Bytes;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * What one log says, all versions of it, so that readers see the state of a moment while more is added.
 *
 * <p>One thread adds, any number read. It holds about as much as its log does.
 */
final class MemoryTable {

    private final ConcurrentSkipListMap<Version, Optional<Bytes>> versions = new ConcurrentSkipListMap<>();

    /** A key as of a moment; later ones come first. */
    private record Version(Bytes key, long moment) implements Comparable<Version> {
        @Override
        public int compareTo(Version other) {
            int order = key.compareTo(other.key);
            return order != 0 ? order : Long.compare(other.moment, moment);
        }
    }

    /** Adds what stands under a key from a moment on; empty if nothing does. */
    void add(Bytes key, Optional<Bytes> value, long moment) {
        versions.put(new Version(key, moment), value);
    }

    boolean isEmpty() {
        return versions.isEmpty();
    }

    /** Looks a key up at a moment; null if nothing is known of it, empty if it was deleted. */
    @Nullable
    Optional<Bytes> find(Bytes key, long moment) {
        Map.Entry<Version, Optional<Bytes>> found = versions.ceilingEntry(new Version(key, moment));
        return found != null && found.getKey().key().equals(key) ? found.getValue() : null;
    }

    /** Walks the entries from a key on as they stood at a moment. */
    Cursor cursor(Bytes from, long moment) {
        return new Walk(from, moment);
    }

    private final class Walk implements Cursor {
        private final Iterator<Map.Entry<Version, Optional<Bytes>>> rest;
        private final long moment;
        private @Nullable Bytes key;
        private Optional<Bytes> value = Optional.empty();

        Walk(Bytes from, long moment) {
            this.rest = versions.tailMap(new Version(from, Long.MAX_VALUE))
                    .entrySet()
                    .iterator();
            this.moment = moment;
            advance();
        }

        @Override
        public @Nullable Bytes key() {
            return key;
        }

        @Override
        public @Nullable Bytes value() {
            return value.orElse(null);
        }

        @Override
        public void advance() {
            Bytes last = key;
            while (rest.hasNext()) {
                Map.Entry<Version, Optional<Bytes>> next = rest.next();
                if (next.getKey().moment() <= moment
                        && (last == null || !last.equals(next.getKey().key()))) {
                    key = next.getKey().key();
                    value = next.getValue();
                    return;
                }
            }
            key = null;
        }
    }
}
